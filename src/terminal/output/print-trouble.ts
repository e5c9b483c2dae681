import { hang } from "./layout.ts";
import type { Output } from "./output.ts";

/** Prints what is wrong and below it what can be done, before a question what to do about it. */
export function printTrouble(output: Output, message: string, advice: readonly string[]): void {
  const { theme } = output;
  const columns = Math.min(output.columns, 80);
  output.print(hang(`${theme.symbol.warn} `, theme.strong(message), columns));
  for (const line of advice) output.print(hang(`  ${theme.symbol.next} `, line, columns));
}
