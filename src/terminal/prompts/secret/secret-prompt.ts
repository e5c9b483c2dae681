import { createPrompt, useKeypress, usePrefix, useRef, useState } from "@inquirer/core";
import { displayWidth, hang, wrap } from "../../output/layout.ts";
import type { Theme } from "../../output/theme.ts";
import type { PromptTheme } from "../prompt-theme.ts";
import type { SecretCapture } from "./secret-capture.ts";
import { howToPaste, type SecretKind, type SecretNote } from "./secret-kinds.ts";

/** What {@link secretPrompt} is given. */
export interface SecretConfig {
  readonly message: string;
  readonly kind: SecretKind<unknown>;
  readonly capture: SecretCapture;
  /** The answer of somebody who is stuck. */
  readonly whenStuck: unknown;
  columns(): number;
  readonly symbols: Theme;
  readonly theme: PromptTheme;
}

/** What happened to the hidden text, sent to the prompt as the name of a key that no keyboard has. */
export const secretNotices = {
  changed: "secret-changed",
  entered: "secret-entered",
  wantsPaste: "secret-wants-paste",
  stuck: "secret-stuck",
} as const;

/**
 * A prompt that shows that something is entered, and never what. The text is in the capture;
 * neither inquirer nor the readline below it ever holds it. Answers with what `kind.read` made.
 */
export const secretPrompt = createPrompt<unknown, SecretConfig>((config, done) => {
  const { capture, kind, symbols, theme } = config;
  const [status, setStatus] = useState<"idle" | "done">("idle");
  const [problem, setProblem] = useState("");
  const drawings = useRef(0);
  const [, setDrawing] = useState(0);
  const prefix = usePrefix({ status, theme });

  useKeypress(({ name }) => {
    if (status === "done") return;
    if (name === secretNotices.entered) {
      const reading = kind.read(capture.text);
      if (reading.outcome === "value") {
        setStatus("done");
        done(reading.value);
        return;
      }
      capture.clear();
      setProblem(reading.outcome === "empty" ? kind.awaited : reading.reason);
    } else if (name === secretNotices.stuck) {
      setStatus("done");
      done(config.whenStuck);
      return;
    } else if (name === secretNotices.wantsPaste) {
      setProblem(howToPaste);
    } else if (name === secretNotices.changed) {
      setProblem("");
    }
    drawings.current += 1;
    setDrawing(drawings.current);
  });

  const columns = config.columns();
  const isEmpty = capture.text === "";
  const note: SecretNote = isEmpty ? { text: kind.placeholder, good: true } : kind.note(capture.text);
  if (status === "done" && (isEmpty || note.command)) {
    return `  ${symbols.symbol.next} ${symbols.faint(isEmpty ? "nothing was pasted" : note.text)}`;
  }
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
