import { exitCodes } from "../../exit-codes.ts";
import { findProgram } from "../../files/find-program.ts";
import { showName } from "../../outside-text.ts";
import { splitWords } from "../../terminal/browser.ts";
import { hasDesktop } from "../../terminal/terminal-capabilities.ts";
import { type Check, type CheckContext, type CheckResult, localLimitMs } from "../check.ts";

const currentNode = "Install a current one from https://nodejs.org.";

/** Whether this Node.js is supported. Odd lines get no long-term support (https://nodejs.org/en/about/previous-releases). */
export const nodeCheck: Check = {
  id: "node",
  title: "Node.js",
  limitMs: localLimitMs,
  run: async ({ nodeVersion }) => {
    const [major = 0, minor = 0] = nodeVersion.replace(/^v/, "").split(".").map(Number);
    const supported = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major >= 23;
    if (!supported) {
      return {
        state: "fail",
        code: exitCodes.usage,
        message: `${nodeVersion} is too old; mistral-key needs 20.19, 22.12 or later.`,
        hint: currentNode,
      };
    }
    if (major % 2 === 1) {
      const message = `${nodeVersion} is of a line that gets fixes for half a year only.`;
      return { state: "warn", message, hint: currentNode };
    }
    return { state: "ok", message: nodeVersion };
  },
};

const byHand = "Addresses are printed, so open them by hand on any machine.";

/** Whether `init` and `open` can start a browser. */
export const browserCheck: Check = {
  id: "browser",
  title: "Browser",
  limitMs: localLimitMs,
  run: async ({ processContext }) => {
    const { env, platform } = processContext;
    const chosen = env.BROWSER?.trim();
    if (chosen?.toLowerCase() === "none") {
      return { state: "ok", message: "BROWSER is none, so addresses are only printed." };
    }
    if (chosen) return judgeChosenBrowser(chosen, processContext);
    if (!hasDesktop(env, platform)) {
      return { state: "ok", message: `No desktop here (SSH, CI, a container or a console). ${byHand}` };
    }
    if (hasOwnTools(processContext) || findProgram("xdg-open", processContext) !== undefined) {
      return { state: "ok", message: "Pages open in your browser." };
    }
    const message = "There is a desktop, but no xdg-open to open pages with.";
    return { state: "warn", message, hint: `Install the package xdg-utils. ${byHand}` };
  },
};

function judgeChosenBrowser(chosen: string, processContext: CheckContext["processContext"]): CheckResult {
  const [program = ""] = splitWords(chosen);
  const name = showName(program);
  if (/[/\\]/.test(program) || findProgram(program, processContext) !== undefined) {
    return { state: "ok", message: `Pages open with ${name} (BROWSER).` };
  }
  return {
    state: "warn",
    message: `BROWSER names ${name}, which is not on the PATH.`,
    hint: "Set BROWSER to a browser that is there, or unset it.",
  };
}

/** Whether a program here reaches the clipboard. Nothing needs one but `get --copy`, so none is no fault. */
export const clipboardCheck: Check = {
  id: "clipboard",
  title: "Clipboard",
  limitMs: localLimitMs,
  run: async ({ processContext }) => {
    const { env, platform } = processContext;
    if (hasOwnTools(processContext))
      return { state: "ok", message: "The system's clipboard can be reached." };
    if (!hasDesktop(env, platform)) {
      return { state: "ok", message: "No desktop here; your terminal pastes by itself." };
    }
    const tools = env.WAYLAND_DISPLAY ? ["wl-copy", "xclip", "xsel"] : ["xclip", "xsel"];
    const found = tools.find((tool) => findProgram(tool, processContext) !== undefined);
    if (found !== undefined) return { state: "ok", message: `The clipboard can be reached with ${found}.` };
    return { state: "ok", message: "Your terminal pastes by itself; no program here reaches the clipboard." };
  },
};

/** macOS and Windows bring what opens pages and reaches the clipboard; WSL uses that of Windows. */
function hasOwnTools({ env, platform }: CheckContext["processContext"]): boolean {
  return platform === "win32" || platform === "darwin" || Boolean(env.WSL_DISTRO_NAME);
}
