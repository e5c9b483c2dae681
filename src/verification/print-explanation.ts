import type { ProfileName } from "../keys/profile-name.ts";
import type { Explanation } from "../mistral/mistral-api.ts";
import { hang, indent, keyValueRows } from "../terminal/layout.ts";
import type { Output } from "../terminal/output.ts";
import { actionFor } from "./verification-document.ts";

/** Prints what a verdict means: what happened, which causes fit, and what to do next. */
export function printExplanation(
  output: Output,
  { sentence, causes, hint }: Explanation,
  symbol: "warn" | "fail",
): void {
  const { theme } = output;
  const columns = Math.min(output.columns, 80);
  output.print();
  output.print(hang(`${theme.symbol[symbol]} `, theme.strong(sentence), columns));
  if (causes.length > 0) output.print();
  for (const cause of causes) output.print(hang(`  ${theme.symbol.bullet} `, cause, columns));
  if (hint !== null) output.print(`\n${hang(`  ${theme.symbol.next} `, hint, columns)}`);
  output.print();
}

/** Prints the commands and addresses worth trying next, for somebody who is not led on by questions. */
export function printNext(output: Output, { next }: Explanation, profile: ProfileName | null): void {
  if (next.length === 0) return;
  const rows = next.map(({ action, does }) => ({
    label: output.theme.strong(actionFor(profile, action)),
    value: does,
  }));
  output.print(indent(keyValueRows(rows, Math.min(output.columns, 80) - 4), 4));
  output.print();
}
