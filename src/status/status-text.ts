import { commandFor, runCommand } from "../hints.ts";
import { dayOf, endsSoon, formatDay } from "../keys/expiry.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import type { Diagnosis } from "../mistral/diagnosis.ts";
import { showName } from "../outside-text.ts";
import { describeEnd, endOf } from "../profiles/key-end.ts";
import type { Profile } from "../profiles/profile.ts";
import { targetText } from "../profiles/target-reference.ts";
import type { ListedRotation, RotationRecord } from "../rotation/journal.ts";
import { displayWidth, hang, keyValueRows, padEnd } from "../terminal/output/layout.ts";
import type { Theme } from "../terminal/output/theme.ts";
import { isRefusal } from "../verification/verdict.ts";
import type { Survey, SurveyedProfile } from "./survey.ts";

/** What the text is laid out for. */
export interface Page {
  readonly theme: Theme;
  readonly columns: number;
}

type Readable = Extract<SurveyedProfile, { readonly profile: Profile }>;

/** What `status` shows a person, line by line. */
export function statusText(survey: Survey, page: Page): string[] {
  const { theme, columns } = page;
  const readable = survey.profiles.filter((row): row is Readable => "profile" in row);
  const say = (symbol: keyof Theme["symbol"], text: string) =>
    hang(`  ${theme.symbol[symbol]} `, text, Math.min(columns, 80));
  if (survey.profiles.length === 0 && survey.strayRotations.length === 0) {
    return [
      `  No key is stored here yet.`,
      say("next", `To get one and store it: ${theme.strong(commandFor(survey.selected, "init"))}`),
      ...environmentLines(survey, say),
    ];
  }
  const table = readable.length > 1 ? tableOf(readable, survey, page) : undefined;
  const notices = noticesOf(survey, say);
  return [
    ...(table ??
      readable.flatMap((row, index) => [...(index > 0 ? [""] : []), ...blockOf(row, survey, page)])),
    ...(notices.length > 0 ? ["", ...notices] : []),
    "",
    ...environmentLines(survey, say),
  ];
}

/** One line for each profile; `undefined` when there is no room for that. */
function tableOf(rows: readonly Readable[], { now }: Survey, { theme, columns }: Page): string[] | undefined {
  const head = ["Profile", "Key", "Kept in", "Workspace", "Ends", "Checked"];
  const cells = rows.map(({ profile }) => [
    profile.name,
    profile.key,
    profile.store,
    profile.identity?.workspace ?? "",
    profile.expiresAt === undefined
      ? ""
      : profile.expiresAt === null
        ? "never"
        : formatDay(profile.expiresAt),
    profile.lastDiagnosis === null ? "never" : checkWords[profile.lastDiagnosis],
  ]);
  const widths = head.map((label, column) =>
    Math.max(displayWidth(label), ...cells.map((row) => displayWidth(row[column] ?? ""))),
  );
  if (widths.reduce((sum, width) => sum + width + 2, 2) > columns + 2) return undefined;
  const line = (row: readonly string[], style: (text: string, row: number) => string) =>
    `  ${row.map((cell, column) => style(padEnd(cell, widths[column] ?? 0), column)).join("  ")}`.trimEnd();
  const style = (row: Readable) => (text: string, column: number) => {
    if (column === 0) return theme.strong(text);
    if (column === 4 && isEnding(row.profile, now)) return theme.caution(text);
    if (column === 5 && row.profile.lastDiagnosis !== "valid") return theme.caution(text);
    return text;
  };
  return [
    line(head, (text) => theme.faint(text)),
    ...rows.map((row, index) => line(cells[index] ?? [], style(row))),
  ];
}

function blockOf({ profile }: Readable, { now }: Survey, { theme, columns }: Page): string[] {
  const { identity } = profile;
  const rows = [
    { label: "Key", value: joined([profile.key, identity?.keyName]) },
    { label: "Account", value: joined([identity?.email, identity?.workspace, identity?.organization]) },
    { label: "Kept in", value: placeOf(profile) },
    { label: "Endpoint", value: endpointOf(profile) },
    { label: "Ends", value: endOf(profile, now) },
    { label: "Checked", value: checkOf(profile) },
    {
      label: "Given to",
      value: profile.targets.map(({ target }) => showName(targetText(target))).join(", "),
    },
  ].filter(({ value }) => value !== "");
  return [
    `  ${theme.strong(profile.name)}`,
    ...keyValueRows(
      rows.map(({ label, value }) => ({ label: theme.faint(label), value })),
      Math.min(columns, 80) - 4,
    ).map((line) => `    ${line}`),
  ];
}

function endpointOf({ endpoint: { region, serverUrl } }: Profile): string {
  return serverUrl ?? (region === "global" ? "" : `region ${region}`);
}

function placeOf({ store }: Profile): string {
  return { keychain: "the keychain", file: "an encrypted file", memory: "memory" }[store];
}

/** A diagnosis in words, short enough for the table. */
const checkWords: Readonly<Record<Diagnosis, string>> = {
  valid: "valid",
  "invalid-key": "not accepted",
  expired: "expired",
  "wrong-product": "a Codestral key",
  forbidden: "call not allowed",
  "no-plan": "no active plan",
  "rate-limited": "rate limit reached",
  "over-capacity": "Mistral at capacity",
  "model-not-found": "no Mistral API there",
  "bad-request": "call not understood",
  "server-error": "Mistral failed",
  unreachable: "Mistral not reached",
};

/** What the last check said and, where it says nothing of the key, when there was one that did. */
function checkOf({ lastVerifiedAt, lastDiagnosis, lastAcceptedAt }: Profile): string {
  if (lastVerifiedAt === null || lastDiagnosis === null) return "never";
  const said = `${checkWords[lastDiagnosis]}, on ${dayOfCheck(lastVerifiedAt)}`;
  if (lastAcceptedAt === lastVerifiedAt || isRefusal(lastDiagnosis)) return said;
  return lastAcceptedAt === null
    ? `${said}; nothing is known of the key yet`
    : `${said}; the key was accepted on ${dayOfCheck(lastAcceptedAt)}`;
}

function dayOfCheck(moment: string): string {
  return formatDay(dayOf(new Date(moment)));
}

function isEnding({ expiresAt }: Profile, now: Date): boolean {
  return typeof expiresAt === "string" && endsSoon(expiresAt, now);
}

type Say = (symbol: keyof Theme["symbol"], text: string) => string;

function noticesOf({ profiles, strayRotations, now }: Survey, say: Say): string[] {
  const lines = profiles.flatMap((row) => {
    if ("damaged" in row) return [say("fail", row.damaged)];
    const { profile, rotation } = row;
    return [
      ...(isEnding(profile, now)
        ? [say("warn", describeEnd(profile.name, profile.expiresAt ?? "", now))]
        : []),
      ...(rotation === undefined ? [] : [say("warn", rotationNotice(rotation))]),
      ...(isRefused(profile) ? [say("warn", refusal(profile.name))] : []),
    ];
  });
  return [...lines, ...strayRotations.map((rotation) => say("warn", rotationNotice(rotation)))];
}

/** Whether the last check found a dead key; of one that was to end the person is told anyway. */
function isRefused({ lastDiagnosis }: Profile): boolean {
  return lastDiagnosis === "invalid-key";
}

function refusal(name: ProfileName): string {
  return `Mistral did not accept the key of profile "${name}" at the last check.\nTo check it again: ${commandFor(name, "verify")}`;
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

function environmentLines({ environment, selected, profiles }: Survey, say: Say): string[] {
  const stored = profiles.find((row) => row.name === selected && "profile" in row);
  const run = runCommand(selected);
  switch (environment.state) {
    case "absent":
      if (stored === undefined)
        return [say("bullet", "MISTRAL_API_KEY is not set here: an app started here finds no key.")];
      return [
        say(
          "bullet",
          `MISTRAL_API_KEY is not set here: an app started here finds no key by itself.\nTo give it the stored one: ${run}`,
        ),
      ];
    case "unusable":
      return [
        say(
          "warn",
          `MISTRAL_API_KEY here holds something that cannot be a key, and apps started here use it.\nTo give them the stored one: ${run}`,
        ),
      ];
    case "same":
      return [
        say("ok", `MISTRAL_API_KEY here is the key of profile "${selected}", so apps started here use it.`),
        ...wrappedLines(environment, say),
      ];
    case "different": {
      const whose = environment.outgoing
        ? `the old key of the unfinished rotation, ${environment.mask}`
        : environment.profile !== undefined
          ? `the key of profile "${environment.profile}", ${environment.mask}`
          : `another key, ${environment.mask}`;
      const instead =
        stored === undefined ? "" : `, not the one of profile "${selected}".\nTo use that one: ${run}`;
      return [
        say("warn", `MISTRAL_API_KEY here is ${whose}: apps started here use it${instead}`),
        ...wrappedLines(environment, say),
      ];
    }
  }
}

function wrappedLines({ wrapped }: { readonly wrapped: boolean }, say: Say): string[] {
  return wrapped
    ? [
        say(
          "warn",
          "It has quotes, spaces or a line ending around it. Mistral will refuse it from an app that does not take them off.",
        ),
      ]
    : [];
}

function joined(parts: readonly (string | null | undefined)[]): string {
  return parts.filter((part) => part !== null && part !== undefined && part !== "").join(", ");
}
