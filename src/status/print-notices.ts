import { commandFor, ownCommand, runCommand } from "../hints.ts";
import { dayOf, formatDay, warningDays } from "../keys/expiry.ts";
import { endLine } from "../profiles/key-end.ts";
import type { ListedRotation, RotationRecord } from "../rotation/journal.ts";
import type { Output } from "../terminal/output/output.ts";
import { isEnding, isRefused, type ReadableProfile, type Survey } from "./survey.ts";

/** Prints what is due, each with the command that sees to it. */
export function printNotices(output: Output, { profiles, strayRotations, now }: Survey): void {
  const readable = profiles.filter((row): row is ReadableProfile => "profile" in row);
  const damaged = profiles.flatMap((row) => ("damaged" in row ? [row.damaged] : []));
  const ending = readable.filter(({ profile }) => isEnding(profile, now));
  const refused = readable.filter((row) => isRefused(row.profile) && !ending.includes(row));
  const rotations = [...readable.flatMap(({ rotation }) => rotation ?? []), ...strayRotations];
  for (const text of damaged) output.fail(text);
  for (const text of [
    ...refusalNotices(refused),
    ...rotations.map(rotationNotice),
    ...endNotices(ending, now),
  ])
    output.warn(text);
}

/** One line for several: the table above has them at its top, and a screen has to hold it all. */
function endNotices(rows: readonly ReadableProfile[], now: Date): readonly string[] {
  const [first, ...others] = rows;
  if (first === undefined) return [];
  if (others.length === 0) return [endLine(first.name, first.profile.expiresAt ?? "", now)];
  const command = ownCommand("rotate -p NAME");
  return [`${rows.length} keys have ended or end within ${warningDays} days: ${command}`];
}

function refusalNotices(rows: readonly ReadableProfile[]): readonly string[] {
  const [first, ...others] = rows;
  if (first === undefined) return [];
  if (others.length > 0)
    return [`${rows.length} keys were refused at their last checks: ${ownCommand("verify --all")}`];
  return [`Key "${first.name}" was refused at the last check: ${commandFor(first.name, "verify")}`];
}

function rotationNotice(rotation: ListedRotation): string {
  const { profile } = rotation;
  if ("damaged" in rotation) return `A rotation of profile "${profile}" cannot be read. ${rotation.damaged}`;
  const { record } = rotation;
  const since = formatDay(dayOf(new Date(record.startedAt)));
  const finish = commandFor(profile, "rotate --finish");
  return `A rotation of profile "${profile}", begun on ${since}, is not finished: ${whatIsLeft(record)}.\nTo finish it: ${finish}`;
}

function whatIsLeft({ stage, oldKey, newKey }: RotationRecord): string {
  switch (stage) {
    case "retiring":
      return `the old key ${oldKey.mask} has still to be deleted at Mistral`;
    case "reverting":
      return `it is on its way back to ${oldKey.mask}`;
    default:
      return `${oldKey.mask} gives way to ${newKey.mask}`;
  }
}

/** Prints which key an app started here would use by itself. */
export function printEnvironment(output: Output, { environment, choice, profiles }: Survey): void {
  const isStored = profiles.some((row) => row.name === choice.name && "profile" in row);
  const run = runCommand(choice.name);
  switch (environment.state) {
    case "absent":
      output.bullet(
        isStored
          ? `MISTRAL_API_KEY is not set here, so apps find no key by themselves: ${run}`
          : "MISTRAL_API_KEY is not set here, so apps find no key.",
      );
      return;
    case "unusable":
      output.warn(
        `MISTRAL_API_KEY here holds something that cannot be a key, and apps started here use it.\nTo give them the stored one: ${run}`,
      );
      return;
    case "same":
      output.ok(`MISTRAL_API_KEY here is the key of profile "${choice.name}", so apps started here use it.`);
      break;
    case "different": {
      const whose = environment.outgoing
        ? `the old key of the unfinished rotation, ${environment.mask}`
        : environment.profile !== undefined
          ? `the key of profile "${environment.profile}", ${environment.mask}`
          : `another key, ${environment.mask}`;
      const instead = isStored ? `, not the one of profile "${choice.name}".\nTo use that one: ${run}` : ".";
      output.warn(`MISTRAL_API_KEY here is ${whose}: apps started here use it${instead}`);
    }
  }
  if (environment.wrapped) {
    output.warn(
      "It has quotes, spaces or a line ending around it. Mistral will refuse it from an app that does not take them off.",
    );
  }
}
