import { delimiter, resolve } from "node:path";
import { isLoopback } from "../mistral/endpoint.ts";
import { whileUsualDumps } from "../running/core-dumps.ts";
import type { Environment } from "../running/environment.ts";
import { endWithin, launchProgram, type ProgramEnd } from "../running/start-program.ts";
import { opensPages } from "./terminal-capabilities.ts";

/** How long an opener may take to fail; one that still runs then is taken to have opened the page. */
const failsWithinMs = 1000;

/**
 * Opens a page in the person's browser: with the command in `BROWSER` where it is set (`none`
 * opens nothing), else with the desktop's own opener. Nothing of it reaches this terminal.
 *
 * @param url - https, or http to a loopback address
 * @returns whether a browser could be started; `false` too where nobody would see it (CI, SSH, no
 *   display) and for any other address. Never throws.
 */
export async function openPage(url: string, env: Environment): Promise<boolean> {
  const address = safeAddress(url);
  if (address === undefined) return false;
  try {
    if (!opensPages(env, process.platform)) return false;
    const browser = env.BROWSER?.trim();
    if (browser) return await openWithCommands(address, browser, env);
    // It starts the system's opener with `process.env`, of which main.ts leaves what any program may inherit.
    const { default: open } = await import("open");
    const opener = await whileUsualDumps(() => open(address));
    return isOpening(await endWithin(opener, failsWithinMs));
  } catch {
    return false;
  }
}

/** The address in its normal form, in which no character means anything to a shell or to cmd.exe's parser. */
function safeAddress(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") return undefined;
  return url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url)) ? url.href : undefined;
}

/**
 * `BROWSER` holds a command, or several to be tried in turn. No shell reads it: the words are
 * split here, and the address is one argument, in place of `%s` or at the end.
 */
async function openWithCommands(address: string, browser: string, env: Environment): Promise<boolean> {
  for (const candidate of browser.split(delimiter)) {
    const [command, ...args] = splitWords(candidate);
    if (command === undefined) continue;
    const filled = args.map((word) => word.replaceAll("%s", address));
    if (!args.some((word) => word.includes("%s"))) filled.push(address);
    // A path counts from the current folder, as it would in a shell; a mere name is never looked for there.
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

/** Whether an opener did not fail within that time; one that still runs has ended in no way. */
function isOpening(end: ProgramEnd | undefined): boolean {
  return end === undefined || (end.kind === "exited" && end.code === 0);
}
