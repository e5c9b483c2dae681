import { resolve } from "node:path";
import type { Deps } from "../../deps.ts";
import { MistralKeyError } from "../../errors.ts";
import { writeOpenFile } from "../../files/write-open-file.ts";
import { ownCommand } from "../../hints.ts";
import { showName } from "../../outside-text.ts";
import type { Profile } from "../../profiles/profile.ts";
import { reminderSteps } from "../../profiles/remind-of-end.ts";
import { calendarOf } from "../../status/calendar.ts";
import type { DatedProfile, Survey } from "../../status/survey.ts";

/**
 * Writes a calendar with the last day of each key.
 *
 * @param file - its path; stdout if absent
 */
export function writeCalendar(file: string | undefined, { profiles, choice, now }: Survey, deps: Deps): void {
  const { output } = deps;
  const known = profiles.flatMap((row) => ("profile" in row ? [row.profile] : []));
  const dated = known.filter((profile): profile is DatedProfile => typeof profile.expiresAt === "string");
  if (dated.length === 0) throw nothingDated(known, choice);
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

function nothingDated(known: readonly Profile[], { rule, name }: Survey["choice"]): MistralKeyError {
  const where = rule === "flag" ? `for profile "${name}"` : "here";
  const message =
    known.length === 0 ? `No key is stored ${where}, so there is no date.` : "No key here has a date.";
  return new MistralKeyError("usage", message, { hint: `To note one: ${noting()}` });
}

function noting(): string {
  return ownCommand("expires DATE -p NAME");
}
