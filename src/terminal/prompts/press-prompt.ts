import { createPrompt, useKeypress, useState } from "@inquirer/core";
import { displayWidth, hang } from "../output/layout.ts";
import type { Style } from "../output/output.ts";
import type { Theme } from "../output/theme.ts";
import { pasteNotice } from "./prompt-stream.ts";
import type { PressKey } from "./prompts.ts";

/** What {@link pressPrompt} is given. */
export interface PressConfig {
  readonly keys: readonly PressKey<unknown>[];
  /** What to say when something is pasted. */
  readonly onPaste: string;
  readonly columns: number;
  readonly symbols: Theme;
}

const labels: Readonly<Record<string, string>> = { enter: "Enter", space: "Space", escape: "Esc" };

/** A line of keys and what they do; answers with the first of them that is pressed. */
export const pressPrompt = createPrompt<unknown, PressConfig>(({ keys, onPaste, columns, symbols }, done) => {
  const [chosen, setChosen] = useState<PressKey<unknown> | undefined>(undefined);
  const [pasted, setPasted] = useState(false);

  useKeypress((event, rl) => {
    // Readline collects what is typed, and would draw the cursor behind it.
    rl.clearLine(0);
    if (chosen !== undefined) return;
    if (event.name === pasteNotice) setPasted(true);
    const key = keys.find(({ press }) => press === (event.name === "return" ? "enter" : event.name));
    if (key === undefined) return;
    setChosen(key);
    done(key.value);
  });

  if (chosen !== undefined) return `  ${symbols.symbol.next} ${symbols.faint(chosen.does)}`;
  const line = layOutKeys(keys, columns, symbols);
  return pasted ? `${hang(`  ${symbols.symbol.warn} `, onPaste, columns)}\n${line}` : line;
});

/**
 * The line of keys, Ctrl-C the last of them, broken between two of them where the terminal is narrow;
 * the last one does not stay behind alone.
 */
export function layOutKeys(
  keys: readonly Pick<PressKey<unknown>, "press" | "does">[],
  columns: number,
  style: Style,
): string {
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
