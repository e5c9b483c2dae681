import { createPrompt, useKeypress, usePrefix, useRef, useState } from "@inquirer/core";
import { displayWidth, hang, wrap } from "../../output/layout.ts";
import type { Theme } from "../../output/theme.ts";
import { redraw } from "../prompt-stream.ts";
import type { PromptTheme } from "../prompt-theme.ts";
import type { SecretCapture } from "./secret-capture.ts";
import type { SecretNote } from "./secret-kinds.ts";

/** Config of {@link secretPrompt}. */
export interface SecretConfig {
  readonly message: string;
  readonly capture: SecretCapture<unknown>;
  columns(): number;
  readonly symbols: Theme;
  readonly theme: PromptTheme;
}

/**
 * A prompt that shows that something is entered, but never what. The text stays in the capture: neither
 * inquirer nor readline ever holds it. Returns the capture's answer.
 */
export const secretPrompt = createPrompt<unknown, SecretConfig>((config, done) => {
  const { capture, symbols, theme } = config;
  const { kind, text, problem, answered } = capture;
  const [status, setStatus] = useState<"idle" | "done">("idle");
  const drawings = useRef(0);
  const [, setDrawing] = useState(0);
  const plainPrefix = usePrefix({ status, theme });

  useKeypress(({ name }) => {
    if (status === "done" || name !== redraw) return;
    if (capture.answered === undefined) {
      drawings.current += 1;
      setDrawing(drawings.current);
    } else {
      setStatus("done");
      done(capture.answered.value);
    }
  });

  const columns = config.columns();
  const isEmpty = text === "";
  const note: SecretNote = isEmpty ? { text: kind.placeholder, good: true } : kind.note(text);
  if (status === "done" && (isEmpty || note.command)) {
    return `  ${symbols.symbol.next} ${symbols.faint(answered?.said ?? "")}`;
  }
  const prefix = status === "done" && !note.good ? symbols.symbol.warn : plainPrefix;
  const question = `${prefix} ${theme.style.message(config.message, status)}  `;
  const dots = isEmpty || note.command ? "" : `${symbols.symbol.bullet.repeat(8)}  `;
  const style = isEmpty || status === "done" ? symbols.faint : note.good ? asIs : symbols.caution;
  const fits = displayWidth(question + dots + note.text) < columns;
  const line = question + dots + (fits ? style(note.text) : "");
  const below = fits ? [] : wrap(note.text, columns - 4).map((part) => `  ${style(part)}`);
  if (status === "done") return [line, ...below].join("\n");
  if (problem !== "") below.push(hang(`  ${symbols.symbol.warn} `, symbols.caution(problem), columns - 2));
  return [line, below.join("\n")];
});

function asIs(text: string): string {
  return text;
}
