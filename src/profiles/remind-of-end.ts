import { join } from "node:path";
import { PrivateFolder } from "../files/private-folder.ts";
import type { ApiKey } from "../keys/api-key.ts";
import { dayOf, daysBetween, daysLeft, warningDays } from "../keys/expiry.ts";
import { matchesFingerprint } from "../keys/fingerprint.ts";
import type { Output } from "../terminal/output/output.ts";
import { endLine } from "./key-end.ts";
import type { Profile } from "./profile.ts";
import { attempt } from "./profile-files.ts";
import { reminderFile } from "./profile-folder.ts";

/** Days before a key expires on which calendar alarms go off; reminders start with the first. */
export const reminderSteps = [30, 14, 7, 1] as const;

/**
 * Warns on stderr that a key expires soon or should have expired: once from 30 days before its last day, then
 * daily in the last fortnight and after it. Checks the profile first, which every command has read anyway.
 */
export function remindOfEnd(
  key: ApiKey,
  profile: Profile,
  {
    folder,
    output,
    now: at,
  }: { readonly folder: string; readonly output: Pick<Output, "warn">; readonly now: Date },
): void {
  const { expiresAt, name } = profile;
  if (typeof expiresAt !== "string" || daysLeft(expiresAt, at) > reminderSteps[0]) return;
  // The stored key may have been replaced since the profile was written.
  if (!matchesFingerprint(key, profile.fingerprint)) return;
  const log = new PrivateFolder(join(folder, "state"));
  const file = reminderFile(name);
  // Better one reminder too many than none, or than a failure.
  const remindedOn = attempt(() => log.read(file));
  if (!isDue(expiresAt, remindedOn, at)) return;
  attempt(() => log.write(file, dayOf(at)));
  output.warn(endLine(name, expiresAt, at), 0);
}

/** @param remindedOn - the day of the last reminder, `YYYY-MM-DD`; `undefined` if none */
function isDue(expiresAt: string, remindedOn: string | undefined, now: Date): boolean {
  if (remindedOn === undefined) return true;
  if (daysLeft(expiresAt, now) <= warningDays) return remindedOn !== dayOf(now);
  return daysBetween(remindedOn, expiresAt) > reminderSteps[0];
}
