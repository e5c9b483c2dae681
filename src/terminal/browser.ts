import { delimiter, resolve } from "node:path";
import { isLoopback } from "../mistral/endpoint.ts";
import { whileUsualDumps } from "../running/core-dumps.ts";
import type { Environment } from "../running/environment.ts";
import { endWithin, launchProgram, type ProgramEnd } from "../running/start-program.ts";
import { opensPages } from "./terminal-capabilities.ts";

/** An opener that has not failed within this time is assumed to have opened the page. */
const failsWithinMs = 1000;

/**
 * Opens a page in the user's browser: with the command in `BROWSER` if set (`none` opens nothing), else
 * with the desktop's opener. Its output never reaches this terminal.
 *
 * @param url - https, or http to a loopback address
 * @returns whether a browser was started; `false` for any other address and, without `BROWSER`, where
 *   nobody would see it (CI, SSH, no display). Never throws.
 */
export async function openPage(url: string, env: Environment): Promise<boolean> {
  const address = safeAddress(url);
  if (address === undefined) return false;
  try {
    if (!opensPages(env, process.platform)) return false;
    const browser = env.BROWSER?.trim();
    if (browser) return await openWithCommands(address, browser, env);
    // `open` passes `process.env` on; main.ts has removed what other programs must not inherit.
    const { default: open } = await import("open");
    const opener = await whileUsualDumps(() => open(address));
    return isOpening(await endWithin(opener, failsWithinMs));
  } catch {
    return false;
  }
}

/** The normalized URL; `undefined` if it has credentials or is neither https nor http to loopback. */
function safeAddress(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") return undefined;
  return url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url)) ? url.href : undefined;
}

/**
 * Tries each command in `BROWSER` in turn. No shell is involved: words are split here, and the address is a
 * single argument, in place of `%s` or at the end.
 */
async function openWithCommands(address: string, browser: string, env: Environment): Promise<boolean> {
  for (const candidate of browser.split(delimiter)) {
    const [command, ...args] = splitWords(candidate);
    if (command === undefined) continue;
    const filled = args.map((word) => word.replaceAll("%s", address));
    if (!args.some((word) => word.includes("%s"))) filled.push(address);
    // A path is relative to the current directory, as in a shell; a bare name is never looked up there.
    const program = /[/\\]/.test(command) ? resolve(command) : command;
    const options = { env, platform: process.platform, failsWithinMs };
    if (isOpening(await launchProgram(program, filled, options))) return true;
  }
  return false;
}

/** Splits a command at spaces outside quotes. */
export function splitWords(text: string): string[] {
  const words = text.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? [];
  return words.map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, "$1$2"));
}

/** Whether an opener succeeded or (`undefined`) is still running. */
function isOpening(end: ProgramEnd | undefined): boolean {
  return end === undefined || (end.kind === "exited" && end.code === 0);
}
