import { hasDesktop } from "../../terminal/terminal-capabilities.ts";
import { type Check, type Finding, localLimitMs } from "../check.ts";
import { findProgram } from "../find-program.ts";
import type { BrowserFacts } from "./browser.ts";

/** Judges whether a program here can reach the clipboard; a terminal pastes without one. */
export function judgeClipboard({ platform, env, find }: BrowserFacts): Finding {
  if (platform === "win32" || platform === "darwin" || env.WSL_DISTRO_NAME) {
    return { state: "ok", message: "The system's clipboard can be reached." };
  }
  if (!hasDesktop(env, platform)) {
    return { state: "ok", message: "No desktop here; your terminal pastes by itself." };
  }
  const tools = env.WAYLAND_DISPLAY ? ["wl-paste", "xclip", "xsel"] : ["xclip", "xsel"];
  const found = find(tools);
  if (found !== undefined) return { state: "ok", message: `The clipboard can be reached with ${found}.` };
  return {
    state: "warn",
    message: "No program here reaches the clipboard; pasting in the terminal works all the same.",
    hint: `If you want one: install ${env.WAYLAND_DISPLAY ? "wl-clipboard" : "xclip"}.`,
  };
}

/** Whether the clipboard can be reached. */
export const clipboardCheck: Check = {
  id: "clipboard",
  title: "Clipboard",
  limitMs: localLimitMs,
  look: async ({ surroundings: { platform, env } }) =>
    judgeClipboard({ platform, env, find: (names) => findProgram(names, env) }),
};
