import { Cancelled } from "../../errors.ts";
import type { ApiKey } from "../../keys/api-key.ts";
import { displayWidth, hang, padEnd } from "../output/layout.ts";
import { Keyboard, type KeyListener } from "./keyboard.ts";
import type { PromptTerminal } from "./open-prompts.ts";
import { PromptStream, type TextUse } from "./prompt-stream.ts";
import { type PromptTheme, promptTheme } from "./prompt-theme.ts";
import type { Choice, KeyQuestion, PressQuestion, Prompts } from "./prompts.ts";
import type { SecretKind } from "./secret-kind.ts";
import type { SecretAsker } from "./secret-questions.ts";

/** What inquirer's prompts take beside their question. */
type Context = NonNullable<Parameters<typeof import("@inquirer/confirm").default>[1]>;

/** Questions on a terminal, with inquirer's prompts and, for keys, our own on its core. */
export class TerminalPrompts implements Prompts, SecretAsker {
  readonly #terminal: PromptTerminal;
  readonly #keyboard: Keyboard;

  constructor(terminal: PromptTerminal) {
    this.#terminal = terminal;
    this.#keyboard = new Keyboard(terminal.input, terminal.output, { marksPastes: true });
  }

  async choose<Value>(question: {
    readonly message: string;
    readonly choices: readonly Choice<Value>[];
    readonly initial?: Value;
  }): Promise<Value> {
    const { default: select } = await import("@inquirer/select");
    const { message, initial } = question;
    const choices = this.#layOutChoices(question.choices);
    return this.#ask("nothing", (context) =>
      select<Value>(
        {
          message,
          choices,
          loop: false,
          pageSize: Math.max(5, Math.min(choices.length, (this.#terminal.output.rows ?? 24) - 8)),
          theme: this.#theme,
          ...(initial === undefined ? {} : { default: initial }),
        },
        context,
      ),
    );
  }

  async confirm({ message, initial }: { message: string; initial: boolean }): Promise<boolean> {
    const { default: confirm } = await import("@inquirer/confirm");
    return this.#ask("letters", (context) =>
      confirm({ message, default: initial, theme: this.#theme }, context),
    );
  }

  async text(question: {
    readonly message: string;
    readonly initial?: string;
    readonly example?: string;
    readonly check?: (text: string) => string | undefined;
  }): Promise<string> {
    const { default: input } = await import("@inquirer/input");
    const { message, initial, example, check } = question;
    const { faint } = this.#terminal.theme;
    const hint = example === undefined ? "" : faint(` ${example}`);
    return this.#ask("line", (context) =>
      input(
        {
          message,
          validate: (text) => check?.(text) ?? true,
          transformer: (text, { isFinal }) => (isFinal ? faint(text) : text || hint),
          theme: this.#theme,
          ...(initial === undefined ? {} : { default: initial }),
        },
        context,
      ),
    );
  }

  async press<Value>({ keys, onPaste = "A paste is no answer here." }: PressQuestion<Value>): Promise<Value> {
    const { pressPrompt } = await import("./press-prompt.ts");
    const config = { keys, onPaste, columns: this.#columns, symbols: this.#terminal.theme };
    // The prompt answers with the value of one of the keys it was given.
    return this.#ask("letters-and-notice", (context) => pressPrompt(config, context) as Promise<Value>);
  }

  async key(question: KeyQuestion): Promise<ApiKey> {
    const { askKey } = await import("./secret-questions.ts");
    return askKey(this, question);
  }

  async passphrase(question: { readonly message: string; readonly confirm?: boolean }): Promise<string> {
    const { askPassphrase } = await import("./secret-questions.ts");
    return askPassphrase(this, question.message, question.confirm === true);
  }

  async quietly<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#keyboard.silence(work);
  }

  async askSecret<Value>(message: string, kind: SecretKind<Value>): Promise<Value> {
    const [{ secretPrompt, secretNotices }, { SecretCapture }] = await Promise.all([
      import("./secret-prompt.ts"),
      import("./secret-capture.ts"),
    ]);
    const { theme: symbols } = this.#terminal;
    const stopped = new AbortController();
    const stop = () => stopped.abort();
    const stream = new PromptStream(stop, "nothing");
    const tell = (name: string) => stream.emit("keypress", undefined, { name, sequence: "" });
    const capture = new SecretCapture(
      {
        changed: () => tell(secretNotices.changed),
        entered: () => tell(secretNotices.entered),
        wantsPaste: () => tell(secretNotices.wantsPaste),
      },
      stop,
    );
    const config = { message, kind, capture, columns: () => this.#columns, symbols, theme: this.#theme };
    try {
      // The prompt answers with what `kind` read.
      const ask = (context: Context) => secretPrompt(config, context) as Promise<Value>;
      return await this.#run(capture, stopped, ask, stream);
    } finally {
      capture.close();
    }
  }

  warn(text: string): void {
    const { output, theme } = this.#terminal;
    output.write(`${hang(`  ${theme.symbol.warn} `, text, this.#columns)}\n`);
  }

  get #theme(): PromptTheme {
    return promptTheme(this.#terminal.theme, this.#columns);
  }

  get #columns(): number {
    return this.#terminal.output.columns || 80;
  }

  #layOutChoices<Value>(choices: readonly Choice<Value>[]) {
    const { theme } = this.#terminal;
    const nameWidth = Math.max(...choices.map(({ name }) => displayWidth(name)));
    const descriptionWidth = Math.max(...choices.map(({ description = "" }) => displayWidth(description)));
    const beside = 2 + nameWidth + 3 + descriptionWidth < this.#columns;
    return choices.map(({ value, name, description }) => {
      if (description === undefined) return { value, name, short: name };
      if (!beside) return { value, name, short: name, description };
      return { value, name: `${padEnd(name, nameWidth)}   ${theme.faint(description)}`, short: name };
    });
  }

  async #ask<Value>(use: TextUse, prompt: (context: Context) => Promise<Value>): Promise<Value> {
    const stopped = new AbortController();
    const stream = new PromptStream(() => stopped.abort(), use);
    return this.#run(stream, stopped, prompt, stream);
  }

  async #run<Value>(
    listener: KeyListener,
    stopped: AbortController,
    prompt: (context: Context) => Promise<Value>,
    input: PromptStream,
  ): Promise<Value> {
    const { output, signal } = this.#terminal;
    if (signal.aborted) throw new Cancelled();
    const either = AbortSignal.any([signal, stopped.signal]);
    try {
      return await this.#keyboard.listen(listener, () => prompt({ input, output, signal: either }));
    } catch (error) {
      throw isStop(error) ? new Cancelled() : error;
    }
  }
}

/** Inquirer's errors are told by their names; importing it here would load it with every command. */
function isStop(error: unknown): boolean {
  return (
    error instanceof Error &&
    ["ExitPromptError", "AbortPromptError", "CancelPromptError"].includes(error.name)
  );
}
