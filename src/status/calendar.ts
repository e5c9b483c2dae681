import { createHash } from "node:crypto";
import { ownCommand } from "../hints.ts";
import { addDays } from "../keys/expiry.ts";
import { reminderSteps } from "../profiles/remind-of-end.ts";
import type { DatedProfile } from "./survey.ts";

/** What a calendar is made for. */
export interface CalendarContext {
  readonly now: Date;
  /**
   * Tells the keys of this person on this machine from those of others, so that a calendar that is
   * opened again moves its events, and touches nobody else's.
   */
  readonly installation: string;
}

/** At nine in the morning, in whatever zone the calendar is in. */
const alarmHour = 9;

/**
 * A calendar (RFC 5545) with an event on the last day of each key, and alarms before it. Written by
 * hand, since the well-known libraries need a newer Node.js (ical-generator) or bring a validator
 * for every field there is (ics).
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
    `DTSTART;VALUE=DATE:${expiresAt.replaceAll("-", "")}`,
    `DTEND;VALUE=DATE:${addDays(expiresAt, 1).replaceAll("-", "")}`,
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

/** So long before the midnight that the last day begins with. */
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

/** Lines have 75 bytes at most, and go on behind a line break and a space; no character is torn. RFC 5545, 3.1. */
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
