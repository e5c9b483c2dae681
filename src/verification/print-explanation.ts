import type { ProfileName } from "../keys/profile-name.ts";
import type { Explanation } from "../mistral/mistral-api.ts";
import { hang, indent, keyValueRows } from "../terminal/output/layout.ts";
import type { Output } from "../terminal/output/output.ts";
import { actionFor } from "./verification-document.ts";

/** Prints what a verdict means, set off from what stands above and below. */
export function printExplanation(output: Output, explanation: Explanation, symbol: "warn" | "fail"): void {
  output.print();
  printMeaning(output, explanation, symbol);
  output.print();
}

/** Prints what a verdict means: what happened, what is known besides, what may be why, and what to do next. */
export function printMeaning(
  output: Output,
  { sentence, facts = [], causes, hint }: Explanation,
  symbol: "warn" | "fail",
): void {
  const { theme } = output;
  const columns = Math.min(output.columns, 80);
  output.print(hang(`${theme.symbol[symbol]} `, theme.strong(sentence), columns));
  if (facts.length > 0) output.print();
  for (const fact of facts) output.print(hang("  ", fact, columns));
  if (causes.length > 0) {
    output.print();
    output.print(hang("  ", causes.length === 1 ? "This may be why:" : "One of these may be why:", columns));
  }
  for (const cause of causes) output.print(hang(`  ${theme.symbol.bullet} `, cause, columns));
  if (hint !== null) output.print(`\n${hang(`  ${theme.symbol.next} `, hint, columns)}`);
}

/** Prints the commands and addresses worth trying next, for somebody who is not led on by questions. */
export function printNext(output: Output, { next }: Explanation, profile: ProfileName | null): void {
  if (next.length === 0) return;
  const rows = next.map(({ action, does }) => ({
    label: output.theme.strong(actionFor(profile, action)),
    value: does,
  }));
  output.print();
  output.print(indent(keyValueRows(rows, Math.min(output.columns, 80) - 4), 4));
}
