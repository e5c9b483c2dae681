import { ownCommand } from "../hints.ts";
import { reminderSteps } from "../profiles/remind-of-end.ts";
import type { DatedProfile } from "./survey.ts";

/** Nine in the morning, in the calendar's time zone. */
const alarmHour = 9;

/**
 * Builds a calendar (RFC 5545) with an event on each key's last day, and alarms before it. Written by hand:
 * known libraries need a newer Node.js (ical-generator) or bring a validator for every field (ics).
 *
 * @param machine - this machine's name; a newer calendar updates its own events and no other machine's
 */
export function calendarOf(profiles: readonly DatedProfile[], machine: string, now: Date): string {
  const lines = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//mistral-key//EN",
    ...profiles.flatMap((profile) => eventOf(profile, machine, now)),
    "END:VCALENDAR",
  ];
  // Lines have at most 75 bytes; a longer one continues after a space. RFC 5545, 3.1.
  return lines.map((line) => `${line.replace(/.{74}(?=.)/g, "$&\r\n ")}\r\n`).join("");
}

function eventOf({ name, key, expiresAt }: DatedProfile, machine: string, now: Date): readonly string[] {
  const summary = `Mistral API key "${name}" (${key.replace(/[\\;,]/g, "\\$&")}) expires`;
  return [
    "BEGIN:VEVENT",
    `UID:mistral-key-${name}@${machine.replace(/[^\w.-]/g, "-")}`,
    `DTSTAMP:${now.toISOString().replace(/[-:]|\.\d+/g, "")}`,
    // A later calendar is a newer revision of the same event.
    `SEQUENCE:${Math.floor(now.getTime() / 60_000)}`,
    // Without an end, it takes this one day (RFC 5545, 3.6.1); the day after the last year could not be written.
    `DTSTART;VALUE=DATE:${expiresAt.replaceAll("-", "")}`,
    "TRANSP:TRANSPARENT",
    `SUMMARY:${summary}`,
    `DESCRIPTION:Replace it: ${ownCommand(`rotate -p ${name}`)}`,
    ...reminderSteps.flatMap((days) => [
      "BEGIN:VALARM",
      "ACTION:DISPLAY",
      `TRIGGER:${triggerOf(days)}`,
      `DESCRIPTION:${summary} ${days === 1 ? "tomorrow" : `in ${days} days`}`,
      "END:VALARM",
    ]),
    "END:VEVENT",
  ];
}

/** The offset from midnight at the start of the last day. */
function triggerOf(days: number): string {
  return days === 1 ? `-PT${24 - alarmHour}H` : `-P${days - 1}DT${24 - alarmHour}H`;
}
