import type { ExitCode } from "../exit-codes.ts";
import { formatDay } from "../keys/expiry.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import type { KeyCheck } from "../mistral/mistral-api.ts";
import { displayWidth, hang, padEnd } from "../terminal/output/layout.ts";
import type { Output } from "../terminal/output/output.ts";
import { printMeaning, printNext } from "./print-explanation.ts";
import { verdictOf } from "./verdict.ts";
import { endsWithinMinDays, type Verification } from "./verification-document.ts";

/** One row of a list of verdicts: a profile with its verdict, or why there is none. */
export type VerdictRow = { readonly profile: ProfileName; readonly code: ExitCode } & (
  | { readonly verification: Verification & { readonly check: KeyCheck } }
  | { readonly failure: string }
);

/** Prints the verdict on one key, as the answer: good in one line, otherwise with what to do about it. */
export function printVerdict(
  output: Output,
  verification: Verification & { readonly check: KeyCheck },
): void {
  const { check, profile } = verification;
  const { answers } = output;
  // Progress stands above on the screen, and is not part of the answer.
  output.print();
  if (check.diagnosis === "valid") {
    const { ok } = answers.theme.symbol;
    const said = answers.theme.strong(check.explanation.sentence);
    answers.print(hang(`${ok} `, said, columnsOf(answers)));
    return;
  }
  printMeaning(answers, check.explanation, verdictOf(check) === "rejected" ? "fail" : "warn");
  printNext(answers, check.explanation, profile);
}

/** Prints one line for each profile. */
export function printVerdictRows(output: Output, rows: readonly VerdictRow[]): void {
  const width = Math.max(...rows.map(({ profile }) => displayWidth(profile)));
  for (const row of rows) {
    const name = padEnd(row.profile, width);
    const { symbol, text } = describeRow(output, row);
    const first = `${symbol} ${name}  `;
    // A long name leaves no room beside it.
    const fits = columnsOf(output) - displayWidth(first) >= 30;
    output.print(
      fits
        ? hang(first, text, columnsOf(output))
        : `${symbol} ${row.profile}\n${hang("  ", text, columnsOf(output))}`,
    );
  }
}

/** Prints what a person should know besides the verdict. */
export function printNotes(output: Output, notes: readonly string[]): void {
  for (const note of notes) {
    output.print();
    output.print(hang(`${output.theme.symbol.warn} `, note, columnsOf(output)));
  }
}

function describeRow(output: Output, row: VerdictRow): { readonly symbol: string; readonly text: string } {
  const { symbol } = output.theme;
  if ("failure" in row) return { symbol: symbol.fail, text: row.failure };
  const { verification } = row;
  const { check, expiresAt, key } = verification;
  if (check.diagnosis !== "valid") {
    const bad = verdictOf(check) === "rejected" ? symbol.fail : symbol.warn;
    // Where the sentence names the key, it is named once.
    const sentence = check.explanation.sentence.replace(`, ${key.mask}`, "");
    return { symbol: bad, text: `${key.mask}  ${sentence}` };
  }
  const end = typeof expiresAt === "string" ? `, ends ${formatDay(expiresAt)}` : "";
  return {
    symbol: endsWithinMinDays(verification) ? symbol.warn : symbol.ok,
    text: `${key.mask}  valid${end}`,
  };
}

function columnsOf(output: Output): number {
  return Math.min(output.columns, 80);
}
