import { displayWidth } from "./layout.ts";
import type { Style } from "./output.ts";

/** A key that may be pressed, and what it does. */
interface OfferedKey {
  readonly press: string;
  readonly does: string;
}

const labels: Readonly<Record<string, string>> = { enter: "Enter", space: "Space", escape: "Esc" };

/**
 * The line of keys, Ctrl-C the last of them, broken between two of them where the terminal is narrow;
 * the last one does not stay behind alone.
 */
export function layOutKeys(keys: readonly OfferedKey[], columns: number, style: Style): string {
  const items = [...keys, { press: "Ctrl-C", does: "stop" }].map(
    ({ press, does }) => `${style.strong(labels[press] ?? press)} ${does}`,
  );
  const inLine = (line: readonly string[]) => `  ${line.join("   ")}`;
  const fits = (...line: readonly string[]) => displayWidth(inLine(line)) < columns;
  const lines: string[][] = [];
  for (const item of items) {
    const line = lines.at(-1);
    if (line !== undefined && fits(...line, item)) line.push(item);
    else lines.push([item]);
  }
  const [before = [], last = []] = lines.slice(-2);
  const two = [...before.slice(-1), ...last];
  if (last.length === 1 && before.length > 1 && fits(...two)) lines.splice(-2, 2, before.slice(0, -1), two);
  return lines.map(inLine).join("\n");
}
