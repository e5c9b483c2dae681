import { commandFor } from "../hints.ts";
import { dayOf, daysLeft, formatDay } from "../keys/expiry.ts";
import { defaultProfile } from "../keys/profile-name.ts";
import { showName } from "../outside-text.ts";
import { describeChoice } from "../profiles/choose-profile.ts";
import { endOf } from "../profiles/key-end.ts";
import { abilitiesOf, joined, type KnownTarget, type Profile, storeNameOf } from "../profiles/profile.ts";
import { notYetListed } from "../stores/unlisted-key.ts";
import { printHint } from "../terminal/output/failure.ts";
import type { Card, KeyValueRow, Output, Style, TableColumn } from "../terminal/output/output.ts";
import { diagnosisWords, isRefusal } from "../verification/verdict.ts";
import { printEnvironment, printNotices } from "./print-notices.ts";
import { isEnding, type ReadableProfile, type Survey } from "./survey.ts";

function profileColumns(rows: readonly ReadableProfile[], now: Date, theme: Style): readonly TableColumn[] {
  const each = (cell: (profile: Profile) => string) => rows.map(({ profile }) => cell(profile));
  const targetsOf = ({ targets }: Profile) =>
    targets.length === 0 ? "nowhere" : targets.map(({ target }) => showName(target)).join(", ");
  return [
    { head: "Profile", cells: each(({ name }) => theme.strong(name)) },
    { head: "Expires", cells: each((profile) => endCell(profile, theme, now)) },
    { head: "Key", cells: each(({ key }) => key) },
    { head: "Checked", optional: 1, cells: each((profile) => checkCell(profile, theme)) },
    { head: "Workspace", optional: 2, cells: each(({ identity }) => identity?.workspace ?? "not known") },
    { head: "Kept in", optional: 3, cells: each(storeNameOf) },
    { head: "Delivers to", optional: 4, cells: each(targetsOf) },
  ];
}

function endCell(profile: Profile, theme: Style, now: Date): string {
  if (profile.expiresAt === undefined) return "not known";
  if (profile.expiresAt === null) return "never";
  const day = formatDay(profile.expiresAt);
  return isEnding(profile, now) ? theme.caution(day) : day;
}

function checkCell({ lastDiagnosis }: Profile, theme: Style): string {
  if (lastDiagnosis === null) return "never";
  const words = diagnosisWords[lastDiagnosis];
  return lastDiagnosis === "valid" ? words : theme.caution(words);
}

/**
 * Prints the status of the keys: each one, what is due, and which is used here.
 *
 * @param output - for answers
 * @param form - `full` prints all that is known of each, however many; `cards` does too, with bars
 */
export function printStatus(output: Output, survey: Survey, form: StatusForm): void {
  const inFull = form !== "short";
  const readable = survey.profiles.filter((row): row is ReadableProfile => "profile" in row);
  if (survey.unlisted !== undefined) {
    const unlisted = notYetListed(survey.unlisted);
    output.warn(unlisted.message);
    printHint(output, unlisted);
  } else if (survey.profiles.length === 0 && survey.strayRotations.length === 0) {
    const asked = survey.choice.rule === "flag";
    output.paragraph(`No key is known ${asked ? `for profile "${survey.choice.name}"` : "here yet"}.`);
    output.next(`To get one and store it: ${output.theme.strong(commandFor(survey.choice.name, "init"))}`);
  }
  if (form === "cards") {
    for (const row of readable) {
      output.print();
      output.card(cardOf(row, survey.now, output.theme));
    }
  } else if (readable.length > 1 && !inFull) {
    output.table(profileColumns(readable, survey.now, output.theme));
  } else {
    readable.forEach((row, index) => {
      if (index > 0) output.print();
      printProfile(output, row, survey.now);
    });
  }
  output.print();
  printNotices(output, survey);
  const missing = isMissing(survey)
    ? ` No key is known for it. To get one and store it: ${commandFor(survey.choice.name, "init")}`
    : "";
  if (inFull || readable.length > 1 || missing !== "" || isNews(survey.choice))
    output.bullet(describeChoice(survey.choice) + missing);
  printEnvironment(output, survey);
}

/** How much of each key is shown, and how. */
export type StatusForm = "short" | "full" | "cards";

/** Whether there are keys, but none for the profile in use. */
function isMissing({ profiles, choice, unlisted }: Survey): boolean {
  return profiles.length > 0 && unlisted === undefined && !profiles.some(({ name }) => name === choice.name);
}

/** Whether the choice is neither an explicit flag nor the usual default. */
function isNews({ rule, name }: Survey["choice"]): boolean {
  return rule !== "flag" && (rule !== "default" || name !== defaultProfile);
}

function printProfile(output: Output, { profile }: ReadableProfile, now: Date): void {
  output.heading(profile.name);
  output.rows(
    rowsOf(profile, now).map(({ label, value }) => ({ label: output.theme.faint(label), value })),
    4,
  );
}

/** A card whose bar shows the days left, of a year at most. */
function cardOf({ profile }: ReadableProfile, now: Date, theme: Style): Card {
  const { expiresAt } = profile;
  const share = expiresAt ? daysLeft(expiresAt, now) / 365 : 0;
  const bar = expiresAt ? `\n${theme.meter(Math.min(1, Math.max(0, share)))}` : "";
  const rows = rowsOf(profile, now).map(({ label, value }) => ({
    label,
    value: label === "Expires" ? value + bar : value,
  }));
  return { title: profile.name, rows };
}

function rowsOf(profile: Profile, now: Date): readonly KeyValueRow[] {
  const { identity, listed } = profile;
  const { region, serverUrl } = profile.endpoint;
  const workspace = identity?.workspace ?? listed?.workspace;
  return [
    { label: "Key", value: joined([profile.key, identity?.keyName]) },
    { label: "Account", value: joined([identity?.email, workspace, identity?.organization]) },
    { label: "Kept in", value: storeNameOf(profile) },
    { label: "Endpoint", value: serverUrl ?? (region === "global" ? "" : `region ${region}`) },
    { label: "Expires", value: endOf(profile, now) },
    { label: "Checked", value: checkOf(profile) },
    { label: "May call", value: abilitiesOf(profile) },
    { label: "Last used", value: lastUseOf(profile) },
    {
      label: "Admin key",
      value: profile.adminKey === undefined ? "" : `${profile.adminKey}, for rotate --auto`,
    },
    { label: "Delivers to", value: profile.targets.map(describeTarget).join("\n") },
  ].filter(({ value }) => value !== "");
}

function describeTarget({ target, since }: KnownTarget): string {
  const place = showName(target);
  return since === null ? place : `${place} since ${formatDay(dayOf(new Date(since)))}`;
}

/** The last check's result and, if that was inconclusive, when the key was last accepted. */
function checkOf({ lastVerifiedAt, lastDiagnosis, lastAcceptedAt }: Profile): string {
  if (lastVerifiedAt === null || lastDiagnosis === null) return "never";
  const said = `${diagnosisWords[lastDiagnosis]}, on ${dayOfCheck(lastVerifiedAt)}`;
  if (lastAcceptedAt === lastVerifiedAt || isRefusal(lastDiagnosis)) return said;
  return lastAcceptedAt === null
    ? `${said}; nothing is known about the key yet`
    : `${said}; the key was accepted on ${dayOfCheck(lastAcceptedAt)}`;
}

function lastUseOf({ listed }: Profile): string {
  if (listed === undefined) return "";
  const asOf = `as Mistral listed it on ${dayOfCheck(listed.seenAt)}`;
  return `${listed.lastUsedAt === null ? "not known" : dayOfCheck(listed.lastUsedAt)}, ${asOf}`;
}

function dayOfCheck(moment: string): string {
  return formatDay(dayOf(new Date(moment)));
}
