import { resolve } from "node:path";
import type { Deps } from "../../deps.ts";
import { MistralKeyError } from "../../errors.ts";
import { writeOpenFile } from "../../files/write-open-file.ts";
import { ownCommand } from "../../hints.ts";
import { showName } from "../../outside-text.ts";
import { reminderSteps } from "../../profiles/remind-of-end.ts";
import { calendarOf } from "../../status/calendar.ts";
import type { DatedProfile, Survey } from "../../status/survey.ts";

/**
 * Writes a calendar with the last day of each key.
 *
 * @param file - its path; stdout if absent
 */
export function writeCalendar(file: string | undefined, { profiles, now }: Survey, deps: Deps): void {
  const { output } = deps;
  const known = profiles.flatMap((row) => ("profile" in row ? [row.profile] : []));
  const dated = known.filter((profile): profile is DatedProfile => typeof profile.expiresAt === "string");
  if (dated.length === 0) {
    throw new MistralKeyError("usage", "No key here has a date.", { hint: `To note one: ${noting()}` });
  }
  const text = calendarOf(dated, deps.machineName(), now);
  if (file === undefined) output.answer(text);
  else {
    writeOpenFile(resolve(deps.processContext().cwd, file), text, { links: "followed" });
    const dates = dated.length === 1 ? "1 date is" : `${dated.length} dates are`;
    const alarms = `${reminderSteps.slice(0, -1).join(", ")} and ${reminderSteps.at(-1)} days before`;
    output.ok(`${dates} now in ${showName(file)}, with alarms ${alarms}.`);
    output.next("Open it with your calendar.");
  }
  const undated = known.filter(({ expiresAt }) => expiresAt === undefined).map(({ name }) => name);
  if (undated.length > 0) output.warn(`No date is known for ${undated.join(", ")}. To note one: ${noting()}`);
}

function noting(): string {
  return ownCommand("expires DATE -p NAME");
}
