import { resolve } from "node:path";
import type { Environment } from "../running/environment.ts";
import { endWithin, launchProgram, type ProgramEnd } from "../running/start-program.ts";

/** An opener that has not failed within this time is assumed to have opened the page. */
const failsWithinMs = 1000;

/**
 * Opens a page in the user's browser, where `opensPages` says that one can be: with the command in `BROWSER`
 * if set, else with the desktop's opener. Its output never reaches this terminal.
 *
 * @param url - one of this program's own: a page of Mistral's, or the one that it serves
 * @returns whether a browser was started. Never throws.
 */
export async function openPage(url: string, env: Environment): Promise<boolean> {
  try {
    const browser = env.BROWSER?.trim();
    if (browser) return await openWithCommand(url, browser, env);
    // `open` passes `process.env` on; main.ts has removed what other programs must not inherit.
    const { default: open } = await import("open");
    return isOpening(await endWithin(await open(url), failsWithinMs));
  } catch {
    return false;
  }
}

/** Starts the command in `BROWSER` with the address as its last argument, without a shell. */
async function openWithCommand(address: string, browser: string, env: Environment): Promise<boolean> {
  const [command = "", ...args] = browser.split(/\s+/);
  // A path is relative to the current directory, as in a shell; a bare name is never looked up there.
  const program = /[/\\]/.test(command) ? resolve(command) : command;
  const options = { env, platform: process.platform, failsWithinMs };
  return isOpening(await launchProgram(program, [...args, address], options));
}

/** Whether an opener succeeded or (`undefined`) is still running. */
function isOpening(end: ProgramEnd | undefined): boolean {
  return end === undefined || (end.kind === "exited" && end.code === 0);
}
