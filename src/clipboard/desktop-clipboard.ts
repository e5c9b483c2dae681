import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { ApiKey } from "../keys/api-key.ts";
import { type Fingerprint, matchesFingerprint } from "../keys/fingerprint.ts";
import type { Environment } from "../running/environment.ts";
import { launchProgram, runProgram } from "../running/start-program.ts";
import { type ClipboardPrograms, type CommandLine, clipboardPrograms } from "./clipboard-programs.ts";

/** Which desktop's clipboard is meant. */
export interface Desktop {
  readonly platform: NodeJS.Platform;
  readonly env: Environment;
}

/** A program that waits for a desktop which does not answer is not waited for. */
const timeLimitMs = 5000;

/**
 * Puts a key on the clipboard of a desktop with the first program that can, and reads it back.
 *
 * @returns whether clipboard histories are asked not to keep it; `undefined` when no program could
 */
export async function copyToDesktop(
  desktop: Desktop,
  key: ApiKey,
): Promise<{ readonly concealed: boolean } | undefined> {
  for (const programs of clipboardPrograms(desktop.platform, desktop.env)) {
    const [name, ...args] = programs.copy;
    // On X11 and Wayland it stays behind for as long as it has something to offer.
    const launched = { ...desktop, input: key, failsWithinMs: timeLimitMs };
    const end = await launchProgram(name, args, launched);
    if (end !== undefined && !(end.kind === "exited" && end.code === 0)) continue;
    if (await isThere(desktop, programs, key)) return { concealed: programs.conceals };
  }
  return undefined;
}

/** What cannot be read back is taken to be there. */
async function isThere(desktop: Desktop, programs: ClipboardPrograms, key: ApiKey): Promise<boolean> {
  // xclip is ready for others a moment after it says so.
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const there = await readDesktop(desktop, programs);
    if (there === undefined || there === key.reveal()) return true;
    await delay(100);
  }
  return false;
}

/**
 * Takes a key off the clipboard of a desktop, if that key is what is there.
 *
 * @param fingerprint - of the key
 */
export async function clearDesktop(desktop: Desktop, fingerprint: Fingerprint): Promise<void> {
  for (const programs of clipboardPrograms(desktop.platform, desktop.env)) {
    const there = await readDesktop(desktop, programs);
    if (there === undefined) continue;
    const [name, ...args] = programs.clear;
    if (there !== "" && matchesFingerprint(ApiKey.of(there), fingerprint)) {
      await launchProgram(name, args, { ...desktop, input: "", failsWithinMs: timeLimitMs });
    }
    return;
  }
}

/**
 * What the process does that `get --copy` leaves behind: waits, and takes the key off the clipboard
 * if it is still there. It is told on standard input how long and by which fingerprint, never the key.
 */
export async function clearLater({
  stdin,
  env,
  platform,
}: Pick<NodeJS.Process, "stdin" | "env" | "platform">): Promise<void> {
  const { seconds, fingerprint } = JSON.parse(await text(stdin));
  await delay(seconds * 1000);
  await clearDesktop({ env, platform }, fingerprint);
}

/** What is on the clipboard; `undefined` when that cannot be read. */
async function readDesktop(desktop: Desktop, { read }: ClipboardPrograms): Promise<string | undefined> {
  const [name, ...args]: CommandLine = read;
  const outcome = await runProgram(name, args, { ...desktop, timeLimitMs, sizeLimit: 64 * 1024 });
  if (outcome.kind === "too-large") return "";
  if (outcome.kind !== "exited" || outcome.code !== 0) return undefined;
  return outcome.stdout.toString("utf8").replace(/\r?\n$/, "");
}
