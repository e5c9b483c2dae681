import { createPrompt, useEffect, useKeypress, usePrefix, useState } from "@inquirer/core";
import { displayWidth, hang, wrap } from "../../output/layout.ts";
import type { Theme } from "../../output/theme.ts";
import { redraw } from "../prompt-stream.ts";
import type { PromptTheme } from "../prompt-theme.ts";
import type { TextCapture, TextReading } from "../text-capture.ts";
import type { SecretKind } from "./secret-kinds.ts";

interface SecretConfig {
  readonly message: string;
  readonly kind: SecretKind<unknown>;
  readonly capture: TextCapture<unknown>;
  columns(): number;
  readonly symbols: Theme;
  readonly theme: PromptTheme;
}

/**
 * A prompt that shows that something is entered, but never what. The text stays in the capture: neither
 * inquirer nor readline ever holds it. Returns the capture's answer.
 */
export const secretPrompt = createPrompt<unknown, SecretConfig>((config, done) => {
  const { kind, capture, symbols, theme } = config;
  const { text, problem, answered } = capture;
  const [status, setStatus] = useState<"idle" | "done">("idle");
  const [, setDrawing] = useState({});
  const plainPrefix = usePrefix({ status, theme });

  const update = () => {
    // Another object each time, so that it is drawn again.
    if (capture.answered === undefined) setDrawing({});
    else {
      setStatus("done");
      done(capture.answered.value);
    }
  };
  useKeypress(({ name }) => {
    if (status !== "done" && name === redraw) update();
  });
  // On a slow machine the answer may have come before this prompt was there to be told.
  useEffect(() => {
    if (capture.answered !== undefined) update();
  }, []);

  const columns = config.columns();
  const isEmpty = text === "";
  const { note = "", unusual = false, command = false } = describe(kind, text);
  if (status === "done" && (isEmpty || command)) {
    return `  ${symbols.symbol.next} ${symbols.faint(answered?.note ?? "")}`;
  }
  const prefix = status === "done" && unusual ? symbols.symbol.warn : plainPrefix;
  const question = `${prefix} ${theme.style.message(config.message, status)}  `;
  const dots = isEmpty || command ? "" : `${symbols.symbol.bullet.repeat(8)}  `;
  const style = isEmpty || status === "done" ? symbols.faint : unusual ? symbols.caution : String;
  const fits = displayWidth(question + dots + note) < columns;
  const line = question + dots + (fits ? style(note) : "");
  const below = fits ? [] : wrap(note, columns - 4).map((part) => `  ${style(part)}`);
  if (status === "done") return [line, ...below].join("\n");
  if (problem !== "") below.push(hang(`  ${symbols.symbol.warn} `, symbols.caution(problem), columns - 2));
  return [line, below.join("\n")];
});

function describe(
  kind: SecretKind<unknown>,
  text: string,
): Partial<Extract<TextReading<unknown>, { outcome: "value" }>> {
  if (text === "") return { note: kind.placeholder };
  const reading = kind.read(text);
  return reading.outcome === "value" ? reading : { note: reading.reason, unusual: true };
}
