import { resolve } from "node:path";
import type { Deps } from "../deps.ts";
import { MistralKeyError } from "../errors.ts";
import { writeOpenFile } from "../files/write-open-file.ts";
import { ownCommand } from "../hints.ts";
import { showName } from "../outside-text.ts";
import { reminderSteps } from "../profiles/remind-of-end.ts";
import type { DatedProfile, Survey } from "./survey.ts";

/** Nine in the morning, in the calendar's time zone. */
const alarmHour = 9;

/**
 * Writes a calendar with the last day of each key.
 *
 * @param file - its path; stdout if absent or `-`
 */
export function writeCalendar(file: string | undefined, { profiles, now }: Survey, deps: Deps): void {
  const { output } = deps;
  const known = profiles.flatMap((row) => ("profile" in row ? [row.profile] : []));
  const dated = known.filter((profile): profile is DatedProfile => typeof profile.expiresAt === "string");
  const noting = ownCommand("expires DATE -p NAME");
  if (dated.length === 0) {
    throw new MistralKeyError("usage", "No key here has a date.", { hint: `To note one: ${noting}` });
  }
  const text = calendarOf(dated, deps.machineName(), now);
  if (file === undefined || file === "-") output.answer(text);
  else {
    writeOpenFile(resolve(deps.processContext().cwd, file), text, { links: "followed" });
    const dates = dated.length === 1 ? "1 date is" : `${dated.length} dates are`;
    const alarms = `${reminderSteps.slice(0, -1).join(", ")} and ${reminderSteps.at(-1)} days before`;
    output.ok(`${dates} now in ${showName(file)}, with alarms ${alarms}.`);
    output.next("Open it with your calendar.");
  }
  const undated = known.filter(({ expiresAt }) => expiresAt === undefined).map(({ name }) => name);
  if (undated.length > 0) output.warn(`No date is known for ${undated.join(", ")}. To note one: ${noting}`);
}

/**
 * Builds a calendar (RFC 5545) with an event on each key's last day, and alarms before it. Written by hand:
 * known libraries need a newer Node.js (ical-generator) or bring a validator for every field (ics).
 *
 * @param machine - this machine's name; a newer calendar updates its own events and no other machine's
 */
function calendarOf(profiles: readonly DatedProfile[], machine: string, now: Date): string {
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
  const escaped = (text: string) => text.replace(/[\\;,]/g, "\\$&");
  const summary = escaped(`Mistral API key "${name}" (${key}) expires`);
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
    `DESCRIPTION:${escaped(`Replace it: ${ownCommand(`rotate -p ${name}`)}`)}`,
    ...reminderSteps.flatMap((days) => [
      "BEGIN:VALARM",
      "ACTION:DISPLAY",
      // The offset from midnight at the start of the last day.
      `TRIGGER:-P${days === 1 ? "" : `${days - 1}D`}T${24 - alarmHour}H`,
      `DESCRIPTION:${summary} ${days === 1 ? "tomorrow" : `in ${days} days`}`,
      "END:VALARM",
    ]),
    "END:VEVENT",
  ];
}
