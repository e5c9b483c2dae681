import { MistralKeyError } from "../errors.ts";

/**
 * The last day of a key as `YYYY-MM-DD`, or `null` for a key that never ends. The console takes a
 * date without a time, and no standard endpoint of the API gives it back, so it is always "as you
 * entered it".
 */
export type Expiry = string | null;

const dayInMs = 86_400_000;

/** The calendar day of a moment, in the zone of this machine, as `YYYY-MM-DD`. */
export function dayOf(moment: Date): string {
  const pad = (value: number) => String(value).padStart(2, "0");
  return `${moment.getFullYear()}-${pad(moment.getMonth() + 1)}-${pad(moment.getDate())}`;
}

/**
 * Whole days from today until the last day of a key: 0 on that day, negative after it.
 *
 * @param expiry - `YYYY-MM-DD`
 */
export function daysLeft(expiry: string, now: Date): number {
  return Math.round((Date.parse(`${expiry}T00:00:00Z`) - Date.parse(`${dayOf(now)}T00:00:00Z`)) / dayInMs);
}

/** Whether a key ends so soon, or has ended, that the person should be told: within a fortnight. */
export function endsSoon(expiry: string, now: Date): boolean {
  return daysLeft(expiry, now) <= warningDays;
}

/** Warn so many days before a key ends. */
export const warningDays = 14;

/** The day a number of days from today, as `YYYY-MM-DD`. */
export function dayAfter(days: number, now: Date): string {
  return new Date(Date.parse(`${dayOf(now)}T00:00:00Z`) + days * dayInMs).toISOString().slice(0, 10);
}

/**
 * Reads `2027-02-21`, `90d` or `never`.
 *
 * @throws MistralKeyError of kind `usage` for another form, a day that does not exist, or one that is past.
 */
export function parseExpiry(text: string, now: Date): Expiry {
  const value = text.trim().toLowerCase();
  if (value === "never" || value === "none") return null;
  const days = /^(\d{1,5})\s*d(?:ays?)?$/.exec(value)?.[1];
  const day = days === undefined ? calendarDay(value) : dayAfter(Number(days), now);
  if (day === undefined) {
    throw new MistralKeyError("usage", "That is not a date mistral-key understands.", {
      hint: "Write it as 2027-02-21, as a number of days like 90d, or as never.",
    });
  }
  if (daysLeft(day, now) < 0) {
    throw new MistralKeyError("usage", "That day is past.", {
      hint: "Enter the expiration date that the Mistral console shows for this key, today or later.",
    });
  }
  return day;
}

function calendarDay(value: string): string | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value)) return undefined;
  const parsed = new Date(`${value}T00:00:00Z`);
  // "2027-02-31" parses as 3 March; a day that does not survive the round trip does not exist.
  return Number.isNaN(parsed.getTime()) || parsed.toISOString().slice(0, 10) !== value ? undefined : value;
}

/**
 * A day for people: `21 Feb 2027`.
 *
 * @param day - `YYYY-MM-DD`
 */
export function formatDay(day: string): string {
  // Not through Intl, which takes longer than everything else `status` does with a thousand profiles.
  const [year, month, date] = day.split("-").map(Number);
  return `${date} ${months[(month ?? 1) - 1]} ${year}`;
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
