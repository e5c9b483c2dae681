import { splitWords } from "../../terminal/browser.ts";
import { hasDesktop } from "../../terminal/terminal-capabilities.ts";
import { type Check, type Finding, localLimitMs } from "../check.ts";
import { findProgram } from "../find-program.ts";

/** What the judgement of the browser depends on. */
export interface BrowserFacts {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Finds the first of these programs on the PATH. */
  readonly find: (names: readonly string[]) => string | undefined;
}

const byHand = "Addresses are printed, so open them by hand on any machine.";

/** Judges whether `init` and `open` can start a browser. */
export function judgeBrowser({ platform, env, find }: BrowserFacts): Finding {
  const chosen = env.BROWSER?.trim();
  if (chosen?.toLowerCase() === "none") {
    return { state: "ok", message: "BROWSER is none, so addresses are only printed." };
  }
  if (chosen) {
    const [program = ""] = splitWords(chosen);
    const there = program.includes("/") || program.includes("\\") || find([program]) !== undefined;
    if (there) return { state: "ok", message: `Pages open with ${program} (BROWSER).` };
    return {
      state: "warn",
      message: `BROWSER names ${program}, which is not on the PATH.`,
      hint: "Set BROWSER to a browser that is there, or unset it.",
    };
  }
  if (!hasDesktop(env, platform)) {
    return { state: "ok", message: `No desktop here (SSH, CI, a container or a console). ${byHand}` };
  }
  if (platform === "win32" || platform === "darwin" || env.WSL_DISTRO_NAME || find(["xdg-open"])) {
    return { state: "ok", message: "Pages open in your browser." };
  }
  return {
    state: "warn",
    message: "There is a desktop, but no xdg-open to open pages with.",
    hint: `Install the package xdg-utils. ${byHand}`,
  };
}

/** Whether pages can be opened. */
export const browserCheck: Check = {
  id: "browser",
  title: "Browser",
  limitMs: localLimitMs,
  look: async ({ surroundings: { platform, env } }) =>
    judgeBrowser({ platform, env, find: (names) => findProgram(names, env) }),
};
