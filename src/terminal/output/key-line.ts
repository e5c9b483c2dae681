import { wrap } from "./layout.ts";
import type { Style } from "./output.ts";

/** A key that may be pressed, and what it does. */
interface OfferedKey {
  readonly press: string;
  readonly does: string;
}

const labels: Readonly<Record<string, string>> = { enter: "Enter", space: "Space", escape: "Esc" };

/** The line of keys, Ctrl-C the last of them, broken between two of them where the terminal is narrow. */
export function layOutKeys(keys: readonly OfferedKey[], columns: number, style: Style): string {
  const items = [...keys, { press: "Ctrl-C", does: "stop" }].map(({ press, does }) =>
    `${style.strong(labels[press] ?? press)} ${does}`.replaceAll(" ", "\u00a0"),
  );
  return wrap(items.join("   "), columns - 3)
    .map((line) => `  ${line.replaceAll("\u00a0", " ")}`)
    .join("\n");
}
