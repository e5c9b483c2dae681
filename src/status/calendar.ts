import { createHash } from "node:crypto";
import { ownCommand } from "../hints.ts";
import { reminderSteps } from "../profiles/remind-of-end.ts";
import type { DatedProfile } from "./survey.ts";

/** Context for a calendar. */
export interface CalendarContext {
  readonly now: Date;
  /**
   * Identifies this person's keys on this machine, so that opening a newer calendar updates its own events
   * and nobody else's.
   */
  readonly installation: string;
}

/** Nine in the morning, in the calendar's time zone. */
const alarmHour = 9;

/**
 * Builds a calendar (RFC 5545) with an event on each key's last day, and alarms before it. Written by hand:
 * known libraries need a newer Node.js (ical-generator) or bring a validator for every field (ics).
 */
export function calendarOf(profiles: readonly DatedProfile[], context: CalendarContext): string {
  const lines = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//mistral-key//EN",
    ...profiles.flatMap((profile) => eventOf(profile, context)),
    "END:VCALENDAR",
  ];
  return lines.map((line) => `${fold(line)}\r\n`).join("");
}

function eventOf(profile: DatedProfile, { now, installation }: CalendarContext): readonly string[] {
  const { name, key, expiresAt, identity } = profile;
  const summary = `Mistral API key "${name}" (${key}) ends`;
  const workspace = identity?.workspace ? `It belongs to the workspace ${identity.workspace}.\n` : "";
  return [
    "BEGIN:VEVENT",
    `UID:${createHash("sha256")
      .update(JSON.stringify([installation, name]))
      .digest("hex")
      .slice(0, 32)}@mistral-key`,
    `DTSTAMP:${now.toISOString().replace(/[-:]|\.\d+/g, "")}`,
    // A later calendar is a newer revision of the same event.
    `SEQUENCE:${Math.floor(now.getTime() / 60_000)}`,
    // Without an end, it takes this one day (RFC 5545, 3.6.1); the day after the last year could not be written.
    `DTSTART;VALUE=DATE:${expiresAt.replaceAll("-", "")}`,
    "TRANSP:TRANSPARENT",
    `SUMMARY:${escapeText(summary)}`,
    `DESCRIPTION:${escapeText(`${workspace}Replace it: ${ownCommand(`rotate -p ${name}`)}`)}`,
    ...reminderSteps.flatMap((days) => [
      "BEGIN:VALARM",
      "ACTION:DISPLAY",
      `TRIGGER:${triggerOf(days)}`,
      `DESCRIPTION:${escapeText(`${summary} ${days === 1 ? "tomorrow" : `in ${days} days`}`)}`,
      "END:VALARM",
    ]),
    "END:VEVENT",
  ];
}

/** The offset from midnight at the start of the last day. */
function triggerOf(days: number): string {
  return days === 1 ? `-PT${24 - alarmHour}H` : `-P${days - 1}DT${24 - alarmHour}H`;
}

/** RFC 5545, 3.3.11. */
function escapeText(text: string): string {
  return text
    .replace(/[\\;,]/g, "\\$&")
    .replaceAll("\n", "\\n")
    .replace(/\p{Cc}/gu, "");
}

/** Folds lines at 75 bytes with a line break and a space, never inside a character. RFC 5545, 3.1. */
function fold(line: string): string {
  let length = 0;
  let folded = "";
  for (const character of line) {
    const bytes = Buffer.byteLength(character);
    if (length + bytes > 75) {
      folded += "\r\n ";
      length = 1;
    }
    folded += character;
    length += bytes;
  }
  return folded;
}
