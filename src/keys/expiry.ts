import { MistralKeyError } from "../errors.ts";

/**
 * The last day of a key as `YYYY-MM-DD`, or `null` for a key that never expires. The console takes a
 * date without a time. Only the Admin API returns it; otherwise it is what the user entered. Source:
 * https://docs.mistral.ai/admin/identity-access/api-keys and the API reference, August 2026.
 */
export type Expiry = string | null;

const dayInMs = 86_400_000;

const monthNames = "January February March April May June July August September October November December";
const months = monthNames.split(" ");

/** The calendar day of a moment in the local time zone, as `YYYY-MM-DD`. */
export function dayOf(moment: Date): string {
  const pad = (value: number) => String(value).padStart(2, "0");
  return `${moment.getFullYear()}-${pad(moment.getMonth() + 1)}-${pad(moment.getDate())}`;
}

/** Whole days from today until the last day of a key: 0 on that day, negative after it. */
export function daysLeft(expiry: string, now: Date): number {
  return daysBetween(dayOf(now), expiry);
}

/** Whole days from one `YYYY-MM-DD` to another; negative when `to` is earlier. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / dayInMs);
}

/** Days to warn before a key expires. */
export const warningDays = 14;

/** Today plus a number of days, as `YYYY-MM-DD`. */
export function dayAfter(days: number, now: Date): string {
  return new Date(Date.parse(`${dayOf(now)}T00:00:00Z`) + days * dayInMs).toISOString().slice(0, 10);
}

/**
 * Parses `2027-02-21`, `21 Feb 2027`, `Feb 21, 2027`, `90d` or `never`. Rejects `02/03/2027`: it means
 * February to some and March to others.
 *
 * @param words - the words for no date, for the hint
 * @throws MistralKeyError of kind `usage` for any other form, a nonexistent day or a past day
 */
export function parseExpiry(text: string, now: Date, words = "or as never"): Expiry {
  const value = text.trim().toLowerCase().replace(/\s+/g, " ");
  if (value === "never" || value === "none") return null;
  const days = /^(\d{1,5})\s*d(?:ays?)?$/.exec(value)?.[1];
  const day = days === undefined ? calendarDay(writtenDay(value) ?? value) : dayAfter(Number(days), now);
  if (day === undefined) {
    throw new MistralKeyError("usage", "That is not a date mistral-key understands.", {
      hint: `Write it as 2027-02-21 or 21 Feb 2027, as a number of days like 90d, ${words}.`,
    });
  }
  if (daysLeft(day, now) < 0) {
    throw new MistralKeyError("usage", "That day is past.", {
      hint: "Enter the expiration date that the Mistral console shows for this key. If that day is past, the key has expired, and you need a new one.",
    });
  }
  return day;
}

const dayFirst = /^(\d{1,2}) ([a-z]{3,})\.? (\d{4})$/;
const monthFirst = /^([a-z]{3,})\.? (\d{1,2}),? (\d{4})$/;

/** A day whose month is a word, `21 feb 2027` or `february 21, 2027`, as `YYYY-MM-DD`. */
function writtenDay(value: string): string | undefined {
  const [, date, word, year] = dayFirst.exec(value.replace(monthFirst, "$2 $1 $3")) ?? [];
  if (date === undefined || word === undefined) return undefined;
  const month = months.findIndex((name) => name.toLowerCase().startsWith(word)) + 1;
  return month === 0 ? undefined : `${year}-${String(month).padStart(2, "0")}-${date.padStart(2, "0")}`;
}

function calendarDay(value: string): string | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value)) return undefined;
  const parsed = new Date(`${value}T00:00:00Z`);
  // "2027-02-31" parses as 3 March; a day that does not survive the round trip does not exist.
  return Number.isNaN(parsed.getTime()) || parsed.toISOString().slice(0, 10) !== value ? undefined : value;
}

/** `2027-02-21` as `21 Feb 2027`. */
export function formatDay(day: string): string {
  // Not with Intl: it takes longer than everything else `status` does for a thousand profiles.
  const [year, month, date] = day.split("-").map(Number);
  return `${date} ${months[(month ?? 1) - 1]?.slice(0, 3)} ${year}`;
}
