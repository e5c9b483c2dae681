import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { delimiter } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { isLoopback } from "../mistral/endpoint.ts";
import { opensPages } from "./terminal-capabilities.ts";

type Environment = Readonly<Record<string, string | undefined>>;

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
    if (browser) return await openWithCommands(address, browser);
    const { default: open } = await import("open");
    return await hasStarted(await open(address));
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
async function openWithCommands(address: string, browser: string): Promise<boolean> {
  for (const candidate of browser.split(delimiter)) {
    const [command, ...args] = splitWords(candidate);
    if (command === undefined) continue;
    const filled = args.map((word) => word.replaceAll("%s", address));
    if (!args.some((word) => word.includes("%s"))) filled.push(address);
    const child = spawn(command, filled, { detached: true, stdio: "ignore", windowsHide: true });
    if (await hasStarted(child)) return true;
  }
  return false;
}

/** Splits a command at spaces outside quotes. */
export function splitWords(text: string): string[] {
  const words = text.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? [];
  return words.map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, "$1$2"));
}

/** Whether an opener did not fail at once. It is left to itself and does not keep this program alive. */
async function hasStarted(child: ChildProcess): Promise<boolean> {
  const waiting = new AbortController();
  const { signal } = waiting;
  try {
    if (child.exitCode !== null) return child.exitCode === 0;
    return await Promise.race([
      once(child, "exit", { signal }).then(([code]) => code === 0),
      delay(failsWithinMs, true, { signal }),
    ]);
  } catch {
    return false;
  } finally {
    waiting.abort();
    // A late failure to start must not end the program.
    child.on("error", () => {});
    child.unref();
  }
}
