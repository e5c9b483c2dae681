import { createPrompt, useKeypress, useState } from "@inquirer/core";
import { wrap } from "../output/layout.ts";
import type { Style } from "../output/output.ts";
import type { Theme } from "../output/theme.ts";
import type { PressKey } from "./prompts.ts";

interface PressConfig {
  readonly keys: readonly PressKey<unknown>[];
  readonly columns: number;
  readonly symbols: Theme;
}

/** Shows keys and what they do; returns the value of the first one pressed. */
export const pressPrompt = createPrompt<unknown, PressConfig>(({ keys, columns, symbols }, done) => {
  const [chosen, setChosen] = useState<PressKey<unknown> | undefined>(undefined);

  useKeypress((event, rl) => {
    // Readline collects what is typed and would put the cursor after it.
    rl.clearLine(0);
    if (chosen !== undefined) return;
    const key = keys.find(({ press }) => press === (event.name === "return" ? "enter" : event.name));
    if (key === undefined) return;
    setChosen(key);
    done(key.value);
  });

  if (chosen !== undefined) return `  ${symbols.symbol.next} ${symbols.faint(chosen.does)}`;
  return layOutKeys(keys, columns, symbols);
});

function layOutKeys(keys: PressConfig["keys"], columns: number, style: Style): string {
  const items = [...keys, { press: "Ctrl-C", does: "stop" }].map(({ press, does }) =>
    `${style.strong(press === "enter" ? "Enter" : press)} ${does}`.replaceAll(" ", "\u00a0"),
  );
  return wrap(items.join("   "), columns - 3)
    .map((line) => `  ${line.replaceAll("\u00a0", " ")}`)
    .join("\n");
}
