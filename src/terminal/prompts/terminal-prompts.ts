import { AbortPromptError, ExitPromptError } from "@inquirer/core";
import { createPromptModule, type Question } from "inquirer";
import { Cancelled } from "../../errors.ts";
import { displayWidth, padEnd, wrap } from "../output/layout.ts";
import type { KeyListener } from "./key-listener.ts";
import { KeyboardPrompts, MisplacedKey, type SecretOptions } from "./keyboard-prompts.ts";
import { pressPrompt } from "./press-prompt.ts";
import { PromptStream, redraw } from "./prompt-stream.ts";
import { type PromptTheme, promptTheme } from "./prompt-theme.ts";
import type { Choice, ChooseQuestion, ConfirmQuestion, PressQuestion, TextQuestion } from "./prompts.ts";
import type { SecretKind } from "./secret/secret-kinds.ts";
import { secretPrompt } from "./secret/secret-prompt.ts";
import { TextCapture } from "./text-capture.ts";

type PromptModule = ReturnType<typeof createPromptModule>;
type Prompt = Exclude<PromptModule["prompts"][string], new (...args: never) => unknown>;

const own: Readonly<Record<string, Prompt>> = { press: pressPrompt, secret: secretPrompt };

/** Terminal prompts: inquirer's, plus our own for secrets and single key presses. */
export class TerminalPrompts extends KeyboardPrompts {
  protected async askChoice<Value>(question: ChooseQuestion<Value>) {
    const { message, initial } = question;
    const choices = this.#layOutChoices(question.choices);
    const linesOf = (text = "") => wrap(text, this.columns - 8).length;
    const below = Math.max(...choices.map(({ description }) => linesOf(description)));
    // Rows left for the list after the question, the help and one spare line.
    const room = (this.terminal.output.rows || 24) - linesOf(message) - below - 4;
    const pageSize = Math.max(3, Math.min(choices.length, room));
    const theme = this.#theme(message, choices.length);
    return this.#ask<Value>(
      "select",
      { message, choices, default: initial, loop: false, pageSize, theme },
      new PromptStream((pressed) => /^(?:[jk\d]|up|down|enter)$/.test(pressed)),
    );
  }

  protected async askConfirm({ message, initial }: ConfirmQuestion) {
    return this.#ask<boolean>(
      "confirm",
      { message, default: initial, theme: this.#theme(message) },
      new PromptStream((pressed) => /^(?:[yesno]|backspace|enter)$/.test(pressed)),
    );
  }

  protected async askText({ message, example, check }: TextQuestion) {
    const { faint } = this.terminal.theme;
    const hint = example === undefined ? "" : faint(` ${example}`);
    const theme = this.#theme(message);
    return this.#ask<string>(
      "input",
      {
        message,
        validate: (text: string) => check?.(text) ?? true,
        transformer: (text: string, { isFinal }: { readonly isFinal: boolean }) =>
          isFinal ? theme.style.answer(text) : text || hint,
        theme,
      },
      new PromptStream("line"),
    );
  }

  protected async askPress<Value>({ keys }: PressQuestion<Value>) {
    return this.#ask<Value>(
      "press",
      { message: "", keys, columns: this.columns, symbols: this.terminal.theme },
      new PromptStream((pressed) => keys.some(({ press }) => press === pressed)),
    );
  }

  protected async askSecret<Value>(
    message: string,
    kind: SecretKind<Value>,
    { entered, whenStuck }: SecretOptions<Value> = {},
  ): Promise<Value> {
    // No entered text passes through it, only redraw notices.
    const stream = new PromptStream(() => false);
    const capture = new TextCapture(kind, {
      whenStuck,
      stop: () => stream.stop(),
      changed: () => stream.press(redraw),
    });
    if (entered !== undefined) capture.receive(entered);
    const shown = { symbols: this.terminal.theme, theme: this.#theme(message), columns: () => this.columns };
    try {
      return await this.#ask<Value>("secret", { message, kind, capture, ...shown }, stream, capture);
    } finally {
      capture.close();
    }
  }

  #theme(message: string, choices?: number): PromptTheme {
    return promptTheme(this.terminal.theme, message, this.columns, choices);
  }

  #layOutChoices<Value>(choices: readonly Choice<Value>[]) {
    const { theme } = this.terminal;
    const nameWidth = Math.max(...choices.map(({ name }) => displayWidth(name)));
    const descriptionWidth = Math.max(...choices.map(({ description = "" }) => displayWidth(description)));
    const beside = 2 + nameWidth + 3 + descriptionWidth < this.columns;
    return choices.map(({ value, name, description }) => {
      if (description === undefined) return { value, name, short: name };
      if (!beside) return { value, name, short: name, description };
      return { value, name: `${padEnd(name, nameWidth)}   ${theme.faint(description)}`, short: name };
    });
  }

  async #ask<Value>(
    type: string,
    config: Omit<Question, "name" | "type"> & Readonly<Record<string, unknown>>,
    input: PromptStream,
    listener: KeyListener = input,
  ): Promise<Value> {
    const { output, signal, withdrawn } = this.terminal;
    if (signal.aborted) throw new Cancelled();
    const ask = createPromptModule({ input, output, signal: AbortSignal.any([signal, input.stopped]) });
    const prompt = own[type] ?? (ask.prompts[type] as Prompt);
    ask.registerPrompt(type, (question, context) => {
      // Erased if withdrawn, or if a key was pasted instead, which is only known at its end.
      const isCleared = { get: () => withdrawn?.aborted === true || input.misplaced !== undefined };
      return prompt(question, Object.defineProperty({ ...context }, "clearPromptOnDone", isCleared));
    });
    try {
      const { answer } = await this.keyboard.listen(listener, () =>
        ask<{ answer: Value }>({ ...config, type, name: "answer" }),
      );
      return answer;
    } catch (error) {
      if (input.misplaced !== undefined) throw new MisplacedKey(input.misplaced);
      throw error instanceof AbortPromptError || error instanceof ExitPromptError ? new Cancelled() : error;
    }
  }
}
