import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import type { ProgramSearch } from "../files/find-program.ts";
import { ApiKey } from "../keys/api-key.ts";
import { type Fingerprint, matchesFingerprint } from "../keys/fingerprint.ts";
import { launchProgram, type ProgramEnd, type ProgramOutcome, runProgram } from "../running/start-program.ts";
import { type ClipboardPrograms, type CommandLine, clipboardPrograms } from "./clipboard-programs.ts";

/** Limit for a program that hangs on an unresponsive desktop; PowerShell may take seconds to start. */
const timeLimitMs = (program: string): number => (program === "powershell.exe" ? 20_000 : 5000);

/**
 * Copies a key to the desktop's clipboard with the first program that works, and reads it back.
 *
 * @returns whether clipboard histories were asked not to store it; `undefined` if no program worked
 */
export async function copyToDesktop(
  desktop: ProgramSearch,
  key: ApiKey,
): Promise<{ readonly concealed: boolean } | undefined> {
  for (const programs of clipboardPrograms(desktop.platform, desktop.env)) {
    const end = await changeDesktop(desktop, programs.copy, key);
    if (end !== undefined && !(end.kind === "exited" && end.code === 0)) continue;
    if (await isThere(desktop, programs, key)) return { concealed: programs.conceals };
  }
  return undefined;
}

/**
 * Runs a program that changes the clipboard.
 *
 * @returns how it ended; `undefined` while it keeps running, as on X11 and Wayland to serve the clipboard
 */
function changeDesktop(
  desktop: ProgramSearch,
  [name, ...args]: CommandLine,
  input: ApiKey | "",
): Promise<ProgramEnd | ProgramOutcome | undefined> {
  const limitMs = timeLimitMs(name);
  // Detached, PowerShell would have no console, and then does nothing (nodejs/node#51018, November 2026).
  return desktop.platform === "win32"
    ? runProgram(name, args, { ...desktop, input, timeLimitMs: limitMs })
    : launchProgram(name, args, { ...desktop, input, failsWithinMs: limitMs });
}

/** Assumes yes if it cannot be read back. */
async function isThere(desktop: ProgramSearch, programs: ClipboardPrograms, key: ApiKey): Promise<boolean> {
  // xclip is ready a moment after it reports success.
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const there = await readDesktop(desktop, programs);
    if (typeof there !== "string" || there === key.reveal()) return true;
    await delay(100);
  }
  return false;
}

/**
 * Clears a desktop's clipboard if it still holds the key.
 *
 * @param fingerprint - of the key
 * @returns `false` if a program did not answer, so that this is not known
 */
export async function clearDesktop(desktop: ProgramSearch, fingerprint: Fingerprint): Promise<boolean> {
  let isKnown = true;
  for (const programs of clipboardPrograms(desktop.platform, desktop.env)) {
    const there = await readDesktop(desktop, programs);
    if (there === null) isKnown = false;
    if (typeof there !== "string") continue;
    if (there === "" || !matchesFingerprint(ApiKey.of(there), fingerprint)) break;
    await changeDesktop(desktop, programs.clear, "");
    return true;
  }
  return isKnown;
}

/**
 * How often a desktop that does not answer is asked again: GNOME shows the clipboard only to a program that can
 * take the focus, and none can while the screen is locked. Source: bugaevc/wl-clipboard#163, November 2026.
 */
const tries = 100;

/**
 * Entry point of the process that `get --copy` leaves running: waits, then clears the key if it is still on
 * the clipboard. Gets the delay and the key's fingerprint on standard input, never the key.
 */
export async function clearLater({
  stdin,
  env,
  platform,
}: Pick<NodeJS.Process, "stdin" | "env" | "platform">): Promise<void> {
  const { seconds, fingerprint } = JSON.parse(await text(stdin));
  for (let left = tries; left > 0; left -= 1) {
    await delay(seconds * 1000);
    if (await clearDesktop({ env, platform }, fingerprint)) return;
  }
}

/** The clipboard's text, empty if too long; `undefined` if unreadable, `null` if there is no answer. */
async function readDesktop(
  desktop: ProgramSearch,
  { read }: ClipboardPrograms,
): Promise<string | undefined | null> {
  const [name, ...args]: CommandLine = read;
  const outcome = await runProgram(name, args, {
    ...desktop,
    timeLimitMs: timeLimitMs(name),
    sizeLimit: 64 * 1024,
  });
  if (outcome.kind === "too-large") return "";
  if (outcome.kind === "timed-out") return null;
  if (outcome.kind !== "exited" || outcome.code !== 0) return undefined;
  return outcome.stdout.toString("utf8").replace(/\r?\n$/, "");
}
