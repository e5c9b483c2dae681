import { formatDay } from "../keys/expiry.ts";
import type { Diagnosis } from "../mistral/diagnosis.ts";
import { showName } from "../outside-text.ts";
import { type Profile, storeNameOf } from "../profiles/profile.ts";
import { targetText } from "../profiles/target-reference.ts";
import type { Style, TableColumn } from "../terminal/output/output.ts";
import { isEnding, type ReadableProfile } from "./survey.ts";

/** A diagnosis in words, short enough for a table. */
export const checkWords: Readonly<Record<Diagnosis, string>> = {
  valid: "valid",
  "invalid-key": "not accepted",
  expired: "expired",
  "wrong-product": "other product",
  forbidden: "not allowed",
  "no-plan": "no active plan",
  "rate-limited": "rate limited",
  "over-capacity": "at capacity",
  "model-not-found": "no API there",
  "bad-request": "not understood",
  "server-error": "Mistral failed",
  unreachable: "not reached",
};

interface Column extends Pick<TableColumn, "head" | "optional"> {
  readonly cell: (profile: Profile, theme: Style, now: Date) => string;
}

const columns: readonly Column[] = [
  { head: "Profile", cell: ({ name }, theme) => theme.strong(name) },
  { head: "Ends", cell: endCell },
  { head: "Key", cell: ({ key }) => key },
  { head: "Checked", optional: 1, cell: checkCell },
  { head: "Workspace", optional: 2, cell: ({ identity }) => identity?.workspace ?? "not known" },
  { head: "Kept in", optional: 3, cell: storeNameOf },
  {
    head: "Delivered to",
    optional: 4,
    cell: ({ targets }) =>
      targets.length === 0 ? "nowhere" : targets.map(({ target }) => showName(targetText(target))).join(", "),
  },
];

/** A row for each profile. */
export function profileColumns(
  rows: readonly ReadableProfile[],
  now: Date,
  theme: Style,
): readonly TableColumn[] {
  return columns.map(({ cell, ...column }) => ({
    ...column,
    cells: rows.map(({ profile }) => cell(profile, theme, now)),
  }));
}

function endCell(profile: Profile, theme: Style, now: Date): string {
  if (profile.expiresAt === undefined) return "not known";
  if (profile.expiresAt === null) return "never";
  const day = formatDay(profile.expiresAt);
  return isEnding(profile, now) ? theme.caution(day) : day;
}

function checkCell({ lastDiagnosis }: Profile, theme: Style): string {
  if (lastDiagnosis === null) return "never";
  const words = checkWords[lastDiagnosis];
  return lastDiagnosis === "valid" ? words : theme.caution(words);
}
