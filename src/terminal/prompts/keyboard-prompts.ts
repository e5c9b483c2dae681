import { ApiKey } from "../../keys/api-key.ts";
import { hang } from "../output/layout.ts";
import type { Theme } from "../output/theme.ts";
import type { InputBurst } from "./key-listener.ts";
import type { Keyboard, KeyboardInput } from "./keyboard.ts";
import type {
  ChooseQuestion,
  ConfirmQuestion,
  InsteadOfKey,
  KeyQuestion,
  PassphraseQuestion,
  PastedKeyQuestion,
  PressQuestion,
  Prompts,
  TextQuestion,
} from "./prompts.ts";
import {
  keyOrBackSecret,
  keySecret,
  offering,
  passphraseSecret,
  type SecretKind,
} from "./secret/secret-kinds.ts";

/** The terminal used for prompts. */
export interface PromptTerminal {
  readonly input: KeyboardInput;
  readonly output: NodeJS.WritableStream & { readonly columns?: number; readonly rows?: number };
  readonly theme: Theme;
  readonly signal: AbortSignal;
  /** Aborted when the question was settled elsewhere. */
  readonly withdrawn?: AbortSignal | undefined;
}

/** Thrown by a prompt that does not ask for an API key when one is pasted. */
export class MisplacedKey {
  /** The raw input, to pass on to a prompt that does. */
  readonly burst: InputBurst;

  constructor(burst: InputBurst) {
    this.burst = burst;
  }
}

/** Options of a hidden prompt. */
export interface SecretOptions<Value> {
  readonly entered?: InputBurst | undefined;
  /** The answer if pasting seems not to work; without it, only a hint on how to paste is shown. */
  readonly whenStuck?: Value | undefined;
}

/** Shared by the prompts for every kind of terminal. */
export abstract class KeyboardPrompts implements Prompts {
  protected readonly terminal: PromptTerminal;
  protected readonly keyboard: Keyboard;

  constructor(terminal: PromptTerminal, keyboard: Keyboard) {
    this.terminal = terminal;
    this.keyboard = keyboard;
  }

  protected abstract askChoice<Value>(question: ChooseQuestion<Value>): Promise<Value>;
  protected abstract askConfirm(question: ConfirmQuestion): Promise<boolean>;
  protected abstract askText(question: TextQuestion): Promise<string>;
  protected abstract askPress<Value>(question: PressQuestion<Value>): Promise<Value>;
  protected abstract askSecret<Value>(
    message: string,
    kind: SecretKind<Value>,
    options?: SecretOptions<Value>,
  ): Promise<Value>;

  choose<Value, Pasted = never>(question: ChooseQuestion<Value, Pasted>) {
    return this.#orKey(question, () => this.askChoice(question));
  }

  confirm<Pasted = never>(question: ConfirmQuestion<Pasted>) {
    return this.#orKey(question, () => this.askConfirm(question));
  }

  text<Pasted = never>(question: TextQuestion<Pasted>) {
    return this.#orKey(question, () => this.askText(question));
  }

  press<Value, Pasted = never>(question: PressQuestion<Value, Pasted>) {
    return this.#orKey(question, () => this.askPress(question));
  }

  async key<Instead extends InsteadOfKey = never>(question: KeyQuestion<Instead>) {
    const { message, offered, instead = [] }: KeyQuestion<InsteadOfKey> = question;
    const wanted: SecretKind<ApiKey | InsteadOfKey> = instead.includes("back") ? keyOrBackSecret : keySecret;
    const kind = offered === undefined ? wanted : offering(wanted, offered);
    const whenStuck = instead.find((way) => way === "stuck");
    return (await this.#askKey(message, kind, { whenStuck })) as ApiKey | Instead;
  }

  async passphrase({ message, atLeast }: PassphraseQuestion): Promise<string> {
    for (;;) {
      const passphrase = await this.askSecret(message, passphraseSecret(atLeast));
      if (atLeast === undefined) return passphrase;
      // A typo is invisible.
      const again = await this.askSecret("The same again", passphraseSecret());
      if (again === passphrase) return passphrase;
      this.warn("The two are not the same. Enter both again.");
    }
  }

  async quietly<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.keyboard.silence(work);
  }

  protected warn(text: string): void {
    this.terminal.output.write(`${hang(`  ${this.terminal.theme.symbol.warn} `, text, this.columns)}\n`);
  }

  protected get columns(): number {
    return this.terminal.output.columns || 80;
  }

  /** Asks; if a key is pasted instead of an answer, accepts it or says that none is asked for. */
  async #orKey<Value, Pasted>(
    { onKeyPasted }: PastedKeyQuestion<Pasted>,
    ask: () => Promise<Value>,
  ): Promise<Value | Pasted> {
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        if (!(error instanceof MisplacedKey)) throw error;
        if (onKeyPasted === undefined) {
          this.warn("That looks like a key, but no key is asked for here, so it was not used.");
          continue;
        }
        const key = await this.#askKey("Your key", keyOrBackSecret, { entered: error.burst });
        if (key instanceof ApiKey) return onKeyPasted(key);
      }
    }
  }

  /** Asks for a key, and confirms an unusual one: Mistral may change the shape of its keys. */
  async #askKey<Other>(
    message: string,
    kind: SecretKind<ApiKey | Other>,
    { entered, whenStuck }: SecretOptions<ApiKey | Other>,
  ): Promise<ApiKey | Other> {
    const key = await this.askSecret(message, kind, { entered, whenStuck });
    if (!(key instanceof ApiKey) || key.hasUsualShape) return key;
    const answer = await this.confirm({ message: "Use it anyway?", initial: false, onKeyPasted: (it) => it });
    if (answer !== false) return answer === true ? key : answer;
    return this.#askKey(message, kind, { whenStuck });
  }
}
