import { clipboardPrograms } from "../../clipboard/clipboard-programs.ts";
import { findProgram } from "../../files/find-program.ts";
import { showName } from "../../outside-text.ts";
import { opensPages } from "../../terminal/terminal-capabilities.ts";
import type { Check, CheckContext } from "../check.ts";

/** The Node.js version. One that is too old never gets here: the program's first file refuses it. */
export const nodeCheck: Check = {
  id: "node",
  title: "Node.js",
  run: async () => ({ state: "ok", message: process.version }),
};

/** Whether `init` and `open` can start a browser. */
export const browserCheck: Check = {
  id: "browser",
  title: "Browser",
  run: async ({ processContext }) => {
    const { env, platform } = processContext;
    if (!opensPages(env, platform)) {
      return {
        state: "ok",
        message:
          "None can be opened from here (no desktop, or BROWSER is none). Addresses are printed instead, to be opened on any machine.",
      };
    }
    const opener = env.BROWSER ? env.BROWSER.trim().split(/\s+/)[0] : openerOf(processContext);
    if (opener === undefined || /[/\\]/.test(opener) || findProgram(opener, processContext) !== undefined) {
      return { state: "ok", message: "Pages open in your browser." };
    }
    return {
      state: "warn",
      message: `Pages are opened with ${showName(opener)}, which is not on the PATH.`,
      hint: env.BROWSER
        ? "Set BROWSER to a browser that is installed, or unset it."
        : "Install the package xdg-utils.",
    };
  },
};

/** macOS and Windows have their own, and WSL uses that of Windows. */
function openerOf({ env, platform }: CheckContext["processContext"]): string | undefined {
  return platform === "win32" || platform === "darwin" || env.WSL_DISTRO_NAME ? undefined : "xdg-open";
}

/** Whether a program here reaches the clipboard. Only `get --copy` needs one, so none is fine. */
export const clipboardCheck: Check = {
  id: "clipboard",
  title: "Clipboard",
  run: async ({ processContext }) => {
    const { env, platform } = processContext;
    const found = clipboardPrograms(platform, env).some(
      ({ copy: [program] }) => findProgram(program, processContext) !== undefined,
    );
    const none = "No program here can reach it. Pasting into the terminal works without one.";
    return { state: "ok", message: found ? "It can be reached." : none };
  },
};
