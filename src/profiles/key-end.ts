import { commandFor } from "../hints.ts";
import { daysLeft, formatDay } from "../keys/expiry.ts";
import { defaultProfile, type ProfileName } from "../keys/profile-name.ts";
import type { Profile } from "./profile.ts";

/** A key's last day, and its row in Mistral's list, which only an organization's Admin API returns. */
type End = Pick<Profile, "expiresAt" | "listed">;

/** Says when a key expires and how that is known. */
export function endOf(end: End, now: Date): string {
  const { expiresAt } = end;
  if (expiresAt === undefined) return "not known here; the console shows it";
  const source = sourceOf(end);
  if (expiresAt === null) return `never (${source})`;
  const left = daysLeft(expiresAt, now);
  const days = left === 0 ? "today" : left === 1 ? "1 day" : `${left} days`;
  return `${formatDay(expiresAt)} (${source}), ${left < 0 ? "past" : days}`;
}

/** When a key expires, as one short line with the command that replaces it. */
export function endLine(profile: ProfileName, expiresAt: string, now: Date): string {
  return `Key "${profile}" ${endsWhen(expiresAt, now)}: ${commandFor(profile, "rotate")}`;
}

/** The same as sentences; `profile` is `null` for a key that is not stored. */
export function describeEnd(
  profile: ProfileName | null,
  end: End & { readonly expiresAt: string },
  now: Date,
): string {
  const name = profile === null ? "This key" : `The key of profile "${profile}"`;
  const replace = `Replace it: ${commandFor(profile ?? defaultProfile, "rotate")}`;
  return `${name} ${endsHow(end, now)}. ${replace}`;
}

/** When a key expires and how that is known: `expires in 9 days, on 21 Feb 2027, as you entered it`. */
export function endsHow(end: End & { readonly expiresAt: string }, now: Date): string {
  return `${endsWhen(end.expiresAt, now)}, ${sourceOf(end)}`;
}

function sourceOf({ expiresAt, listed }: End): string {
  return listed?.expiresAt === expiresAt ? "as Mistral lists it" : "as you entered it";
}

function endsWhen(expiresAt: string, now: Date): string {
  const left = daysLeft(expiresAt, now);
  const day = formatDay(expiresAt);
  if (left < 0) return `was to expire on ${day}`;
  return `expires ${left === 0 ? "today" : left === 1 ? "tomorrow" : `in ${left} days`}, on ${day}`;
}
