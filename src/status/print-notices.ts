import { commandFor, ownCommand, runCommand } from "../hints.ts";
import { dayOf, daysLeft, formatDay } from "../keys/expiry.ts";
import { showName } from "../outside-text.ts";
import { endLine } from "../profiles/key-end.ts";
import type { Profile } from "../profiles/profile.ts";
import { type RotationRecord, waitingTargets } from "../rotation/journal.ts";
import type { ListedRotation } from "../rotation/journal-folder.ts";
import { goingBack } from "../rotation/unfinished.ts";
import type { Output } from "../terminal/output/output.ts";
import { isEnding, isRefused, type ReadableProfile, type Survey } from "./survey.ts";

/** Prints what is due, each with the command for it. */
export function printNotices(output: Output, { profiles, strayRotations, now }: Survey): void {
  const readable = profiles.filter((row): row is ReadableProfile => "profile" in row);
  // That it has expired is why a key is refused; that it will expire is no longer of interest.
  const refused = readable.filter(
    ({ profile }) => isRefused(profile) && !(profile.expiresAt && daysLeft(profile.expiresAt, now) < 0),
  );
  // The way back to the old key comes before any replacement.
  const goesBack = ({ rotation, profile }: ReadableProfile) =>
    rotation !== undefined && isNewKeyRefused(rotation, profile);
  const ending = readable.filter(
    (row) => isEnding(row.profile, now) && !refused.includes(row) && !goesBack(row),
  );
  for (const row of profiles) {
    if (!("damaged" in row)) continue;
    output.fail(row.damaged);
    output.next(`What to do about it: ${commandFor(row.name, "verify")}`);
  }
  const refusals = summarize(
    refused,
    ({ name }) => `Key "${name}" was refused at the last check: ${commandFor(name, "verify")}`,
    () => `were refused at their last checks: ${ownCommand("verify --all")}`,
  );
  const ends = summarize(
    ending,
    ({ name, expiresAt }) => endLine(name, expiresAt ?? "", now),
    ({ name }) => `have expired or will soon. First: ${commandFor(name, "rotate")}`,
  );
  const unfinished = [
    ...readable,
    ...strayRotations.map((rotation) => ({ rotation, profile: undefined })),
  ].flatMap(({ rotation, profile }) => {
    if (rotation === undefined) return [];
    const { name } = rotation;
    const way = isNewKeyRefused(rotation, profile)
      ? goingBack(name)
      : `To finish it: ${commandFor(name, "rotate --finish")}`;
    return `${describeRotation(rotation, profile)}\n${way}`;
  });
  for (const text of [...refusals, ...unfinished, ...ends]) output.warn(text);
}

/** One line for several: they top the table above, and everything must fit on a screen. */
function summarize(
  rows: readonly ReadableProfile[],
  one: (profile: Profile) => string,
  several: (first: Profile) => string,
): readonly string[] {
  const [first, ...others] = rows;
  if (first === undefined) return [];
  return [others.length === 0 ? one(first.profile) : `${rows.length} keys ${several(first.profile)}`];
}

/** Whether Mistral refused the new key of a rotation at the last check since it is in use. */
export function isNewKeyRefused(rotation: ListedRotation, profile: Profile | undefined): boolean {
  if ("damaged" in rotation || profile === undefined) return false;
  const { stage, newKey } = rotation.record;
  const isInUse = stage === "delivering" || stage === "retiring";
  return isInUse && profile.fingerprint.hash === newKey.fingerprint.hash && isRefused(profile);
}

/**
 * What is left of an unfinished rotation.
 *
 * @param profile - `undefined` if it is missing or unreadable
 */
export function describeRotation(rotation: ListedRotation, profile: Profile | undefined): string {
  const { name } = rotation;
  if ("damaged" in rotation) return `A rotation of profile "${name}" cannot be read. ${rotation.damaged}`;
  const since = formatDay(dayOf(new Date(rotation.record.startedAt)));
  const { oldKey, newKey } = rotation.record;
  const left = isNewKeyRefused(rotation, profile)
    ? `the new key ${newKey.mask} was refused at the last check, and the old key ${oldKey.mask} is still kept`
    : whatIsLeft(rotation.record);
  const text = `A rotation of profile "${name}", begun on ${since}, is not finished: ${left}.`;
  const waiting = waitingTargets(rotation.record).map(({ target }) => showName(target));
  return waiting.length === 0 ? text : `${text} Not delivered yet to ${waiting.join(", ")}.`;
}

function whatIsLeft({ stage, oldKey, newKey }: RotationRecord): string {
  switch (stage) {
    case "retiring":
      return `the old key ${oldKey.mask} still has to be deleted at Mistral`;
    case "reverting":
      return `it is going back to ${oldKey.mask}`;
    case "delivering":
      return `${newKey.mask} is in use, and the old key ${oldKey.mask} is still kept`;
    default:
      return `${newKey.mask} is to replace ${oldKey.mask}`;
  }
}

/** Prints which key an app started here would use by itself. */
export function printEnvironment(output: Output, survey: Survey): void {
  const { state, message, hint } = describeEnvironment(survey);
  output[state === "absent" ? "bullet" : state](hint === undefined ? message : `${message}\n${hint}`);
}

/** Which key an app started here would use by itself, and what to do about it. */
export function describeEnvironment({ environment, choice, profiles }: Survey): {
  readonly state: "absent" | "ok" | "warn";
  readonly message: string;
  readonly hint?: string;
} {
  const isStored = profiles.some((row) => row.name === choice.name && "profile" in row);
  const run = runCommand(choice.name);
  const holder = environment.state === "different" ? environment.profile : undefined;
  const hint = isStored
    ? `To give apps the stored one: ${run}`
    : holder === undefined
      ? `To store it: ${ownCommand("import")}`
      : `To see whether it is stored, too: ${commandFor(holder, "verify")}`;
  switch (environment.state) {
    case "absent": {
      const giving = isStored ? ` To give apps the stored key: ${run}` : "";
      return { state: "absent", message: `MISTRAL_API_KEY is not set here.${giving}` };
    }
    case "unusable":
      return {
        state: "warn",
        message: "MISTRAL_API_KEY here holds something that cannot be a key, and apps started here use it.",
        hint: isStored ? hint : "Unset it.",
      };
    case "same": {
      const message = `MISTRAL_API_KEY here is the key of profile "${choice.name}", so apps started here use it.`;
      return environment.wrapped
        ? { state: "warn", message: `${message} ${wrapped}`, hint }
        : { state: "ok", message };
    }
    case "different": {
      const whose =
        environment.profile === undefined ? "another key" : `the key of profile "${environment.profile}"`;
      const instead = isStored ? ` in place of the one of profile "${choice.name}".` : ".";
      const message = `MISTRAL_API_KEY here is ${whose}, ${environment.mask}: apps started here use it${instead}`;
      return { state: "warn", message: environment.wrapped ? `${message} ${wrapped}` : message, hint };
    }
  }
}

const wrapped =
  "It has quotes, spaces or a line ending around it. Mistral will refuse it from an app that does not remove them.";
