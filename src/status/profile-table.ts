import { formatDay } from "../keys/expiry.ts";
import type { Diagnosis } from "../mistral/diagnosis.ts";
import { showName } from "../outside-text.ts";
import { type Profile, storeNameOf } from "../profiles/profile.ts";
import { targetText } from "../profiles/target-reference.ts";
import { displayWidth } from "../terminal/output/layout.ts";
import type { Output } from "../terminal/output/output.ts";
import type { Table } from "../terminal/output/table.ts";
import type { Theme } from "../terminal/output/theme.ts";
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

interface Column {
  readonly head: string;
  /** The columns with the lowest numbers stay where there is no room for all. */
  readonly keep: number;
  readonly cell: (profile: Profile, theme: Theme, now: Date) => string;
}

const columns: readonly Column[] = [
  { head: "Profile", keep: 1, cell: ({ name }, theme) => theme.strong(name) },
  { head: "Ends", keep: 2, cell: endCell },
  { head: "Key", keep: 3, cell: ({ key }) => key },
  { head: "Checked", keep: 4, cell: checkCell },
  { head: "Workspace", keep: 5, cell: ({ identity }) => identity?.workspace ?? "not known" },
  { head: "Kept in", keep: 6, cell: storeNameOf },
  {
    head: "Delivered to",
    keep: 7,
    cell: ({ targets }) =>
      targets.length === 0 ? "nowhere" : targets.map(({ target }) => showName(targetText(target))).join(", "),
  },
];

/** A cell that is wider may be shortened before a column is left out. */
const enoughColumns = 14;

/** A row for each profile, with as many columns as there is room for. */
export function chooseColumns(
  rows: readonly ReadableProfile[],
  now: Date,
  output: Pick<Output, "theme" | "columns">,
): Table {
  const filled = columns.map((column) => {
    const cells = rows.map(({ profile }) => column.cell(profile, output.theme, now));
    const width = Math.max(...[column.head, ...cells].map(displayWidth));
    return { ...column, cells, width: Math.min(width, enoughColumns) };
  });
  let shown = filled;
  while (shown.length > 3 && shown.reduce((sum, { width }) => sum + width + 2, 0) > output.columns) {
    const last = Math.max(...shown.map(({ keep }) => keep));
    shown = shown.filter(({ keep }) => keep !== last);
  }
  return {
    head: shown.map(({ head }) => head),
    rows: rows.map((_, index) => shown.map(({ cells }) => cells[index] ?? "")),
  };
}

function endCell(profile: Profile, theme: Theme, now: Date): string {
  if (profile.expiresAt === undefined) return "not known";
  if (profile.expiresAt === null) return "never";
  const day = formatDay(profile.expiresAt);
  return isEnding(profile, now) ? theme.caution(day) : day;
}

function checkCell({ lastDiagnosis }: Profile, theme: Theme): string {
  if (lastDiagnosis === null) return "never";
  const words = checkWords[lastDiagnosis];
  return lastDiagnosis === "valid" ? words : theme.caution(words);
}
