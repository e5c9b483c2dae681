import { join } from "node:path";
import { MistralKeyError } from "../errors.ts";
import { PrivateFolder } from "../files/private-folder.ts";
import type { ApiKey } from "../keys/api-key.ts";
import { dayOf, daysBetween, daysLeft, warningDays } from "../keys/expiry.ts";
import { matchesFingerprint } from "../keys/fingerprint.ts";
import type { Output } from "../terminal/output/output.ts";
import { endLine } from "./key-end.ts";
import type { Profile } from "./profile.ts";

/** Days before a key expires on which calendar alarms go off; reminders start with the first. */
export const reminderSteps = [30, 14, 7, 1] as const;

/** What a reminder needs besides the key. */
export interface ReminderContext {
  /** The folder of the program. */
  readonly folder: string;
  readonly output: Pick<Output, "warn">;
  now(): Date;
}

/**
 * Warns on stderr that a key expires soon or should have expired: once from 30 days before its last day, then
 * daily in the last fortnight and after it. Checks the profile first, which every command has read anyway.
 */
export function remindOfEnd(
  { key, profile }: { readonly key: ApiKey; readonly profile: Profile },
  { folder, output, now }: ReminderContext,
): void {
  const { expiresAt, name } = profile;
  const at = now();
  if (typeof expiresAt !== "string" || daysLeft(expiresAt, at) > reminderSteps[0]) return;
  // The stored key may have been replaced since the profile was written.
  if (!matchesFingerprint(key, profile.fingerprint)) return;
  const log = new PrivateFolder(join(folder, "state"));
  const days = readDays(log);
  if (!isDue(expiresAt, days.get(name), at)) return;
  writeDays(log, days.set(name, dayOf(at)));
  output.warn(endLine(name, expiresAt, at), 0);
}

/** @param remindedOn - the day of the last reminder, `YYYY-MM-DD`; `undefined` if none */
function isDue(expiresAt: string, remindedOn: string | undefined, now: Date): boolean {
  if (remindedOn === undefined) return true;
  if (daysLeft(expiresAt, now) <= warningDays) return remindedOn !== dayOf(now);
  return daysBetween(remindedOn, expiresAt) > reminderSteps[0];
}

const file = "reminders.json";

/** The day of each profile's last reminder. Empty if unreadable, which only repeats reminders. */
function readDays(log: PrivateFolder): Map<string, string> {
  try {
    const document: unknown = JSON.parse(log.read(file) ?? "{}");
    const entries = Object.entries(typeof document === "object" && document !== null ? document : {});
    return new Map(
      entries.filter((entry): entry is [string, string] => /^\d{4}-\d{2}-\d{2}$/.test(String(entry[1]))),
    );
  } catch {
    return new Map();
  }
}

function writeDays(log: PrivateFolder, days: ReadonlyMap<string, string>): void {
  try {
    log.write(file, `${JSON.stringify(Object.fromEntries(days))}\n`);
  } catch (error) {
    // Better one reminder too many than none.
    if (!(error instanceof MistralKeyError)) throw error;
  }
}
