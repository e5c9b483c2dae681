import type { createPromptModule, Question } from "inquirer";
import { Cancelled } from "../../errors.ts";
import { displayWidth, padEnd, wrap } from "../output/layout.ts";
import type { KeyListener } from "./key-listener.ts";
import { KeyboardPrompts, MisplacedKey, type SecretOptions } from "./keyboard-prompts.ts";
import { type Accepts, PromptStream, redraw } from "./prompt-stream.ts";
import { type PromptTheme, promptTheme } from "./prompt-theme.ts";
import type { Choice, ChooseQuestion, ConfirmQuestion, PressQuestion, TextQuestion } from "./prompts.ts";
import type { SecretKind } from "./secret/secret-kinds.ts";

/** A question for inquirer: the type of prompt and its configuration. */
interface InquirerQuestion extends Omit<Question, "name"> {
  readonly type: string;
  readonly [setting: string]: unknown;
}

/** A prompt function, built in or registered. */
type Prompt = Exclude<PromptModule["prompts"][string], new (...args: never) => unknown>;
type PromptModule = ReturnType<typeof createPromptModule>;

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
    return this.#ask<Value>(
      {
        type: "select",
        message,
        choices,
        default: initial,
        loop: false,
        pageSize,
        theme: this.#theme(message, choices.length),
      },
      (pressed) => /^(?:[jk\d]|up|down|enter)$/.test(pressed),
    );
  }

  protected async askConfirm({ message, initial }: ConfirmQuestion) {
    return this.#ask<boolean>(
      { type: "confirm", message, default: initial, theme: this.#theme(message) },
      (pressed) => /^(?:[yesno]|backspace|enter)$/.test(pressed),
    );
  }

  protected async askText({ message, example, check }: TextQuestion) {
    const { faint } = this.terminal.theme;
    const hint = example === undefined ? "" : faint(` ${example}`);
    const theme = this.#theme(message);
    return this.#ask<string>(
      {
        type: "input",
        message,
        validate: (text: string) => check?.(text) ?? true,
        transformer: (text: string, { isFinal }: { readonly isFinal: boolean }) =>
          isFinal ? theme.style.answer(text) : text || hint,
        theme,
      },
      "line",
    );
  }

  protected async askPress<Value>(question: PressQuestion<Value>) {
    const { pressPrompt } = await import("./press-prompt.ts");
    const { keys } = question;
    return this.#ask<Value>(
      { type: "press", message: "", keys, columns: this.columns, symbols: this.terminal.theme },
      (pressed) => keys.some(({ press }) => press === pressed),
      pressPrompt,
    );
  }

  protected async askSecret<Value>(
    message: string,
    kind: SecretKind<Value>,
    { entered, whenStuck }: SecretOptions<Value> = {},
  ): Promise<Value> {
    const [{ secretPrompt }, { SecretCapture }] = await Promise.all([
      import("./secret/secret-prompt.ts"),
      import("./secret/secret-capture.ts"),
    ]);
    // No entered text passes through it, only redraw notices.
    const stream = new PromptStream(() => false);
    const capture = new SecretCapture(kind, {
      whenStuck,
      stop: () => stream.stop(),
      changed: () => stream.press(redraw),
    });
    if (entered !== undefined) capture.receive(entered);
    const shown = { symbols: this.terminal.theme, theme: this.#theme(message), columns: () => this.columns };
    try {
      const question = { type: "secret", message, capture, ...shown };
      return await this.#run<Value>(question, stream, capture, secretPrompt);
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
    question: InquirerQuestion,
    accepts: Accepts,
    own?: Prompt,
  ): Promise<Value | MisplacedKey> {
    const stream = new PromptStream(accepts);
    try {
      return await this.#run<Value>(question, stream, stream, own);
    } catch (error) {
      if (stream.misplaced !== undefined) return new MisplacedKey(stream.misplaced);
      throw error;
    }
  }

  async #run<Value>(
    question: InquirerQuestion,
    input: PromptStream,
    listener: KeyListener,
    own?: Prompt,
  ): Promise<Value> {
    const { output, signal, withdrawn } = this.terminal;
    if (signal.aborted) throw new Cancelled();
    const { createPromptModule } = await import("inquirer");
    const ask = createPromptModule({ input, output, signal: AbortSignal.any([signal, input.stopped]) });
    const prompt = own ?? (ask.prompts[question.type] as Prompt);
    ask.registerPrompt(question.type, (config, context) => {
      // Erased if withdrawn, or if a key was pasted instead, which is only known at its end.
      const isCleared = { get: () => withdrawn?.aborted === true || input.misplaced !== undefined };
      return prompt(config, Object.defineProperty({ ...context }, "clearPromptOnDone", isCleared));
    });
    try {
      const { answer } = await this.keyboard.listen(listener, () =>
        ask<{ answer: Value }>({ ...question, name: "answer" }),
      );
      return answer;
    } catch (error) {
      throw isStop(error) ? new Cancelled() : error;
    }
  }
}

/** Matches inquirer's errors by name; importing it here would load it with every command. */
function isStop(error: unknown): boolean {
  return (
    error instanceof Error &&
    ["ExitPromptError", "AbortPromptError", "CancelPromptError"].includes(error.name)
  );
}
