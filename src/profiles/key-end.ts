import { commandFor } from "../hints.ts";
import { daysLeft, formatDay } from "../keys/expiry.ts";
import { defaultProfile, type ProfileName } from "../keys/profile-name.ts";
import type { Profile } from "./profile.ts";

/** When a key ends, in words; always "as you entered it", since Mistral does not tell. */
export function endOf({ expiresAt }: Pick<Profile, "expiresAt">, now: Date): string {
  if (expiresAt === undefined) return "not known here; the console shows it";
  if (expiresAt === null) return "never (as you entered it)";
  const left = daysLeft(expiresAt, now);
  const days = left === 0 ? "today" : left === 1 ? "1 day" : `${left} days`;
  return `${formatDay(expiresAt)} (as you entered it), ${left < 0 ? "past" : days}`;
}

/**
 * When a key ends, as one short line with the command that replaces it.
 *
 * @param expiresAt - `YYYY-MM-DD`
 */
export function endLine(profile: ProfileName, expiresAt: string, now: Date): string {
  const left = daysLeft(expiresAt, now);
  const ends = left === 0 ? "ends today" : left === 1 ? "ends tomorrow" : `ends in ${left} days`;
  const when = `${left < 0 ? "was to end" : `${ends},`} on ${formatDay(expiresAt)}`;
  return `Key "${profile}" ${when}: ${commandFor(profile, "rotate")}`;
}

/**
 * When a key ends, as a sentence with the command that replaces it.
 *
 * @param expiresAt - `YYYY-MM-DD`
 */
export function describeEnd(profile: ProfileName | null, expiresAt: string, now: Date): string {
  const left = daysLeft(expiresAt, now);
  const name = profile === null ? "This key" : `The key of profile "${profile}"`;
  const replace = commandFor(profile ?? defaultProfile, "rotate");
  const day = formatDay(expiresAt);
  if (left < 0) return `${name} was to end on ${day}, as you entered it. Replace it: ${replace}`;
  const when = left === 0 ? "today" : left === 1 ? "tomorrow" : `in ${left} days`;
  return `${name} ends ${when}, on ${day} as you entered it. Replace it before then: ${replace}`;
}
