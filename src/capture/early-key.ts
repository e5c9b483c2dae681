import type { ApiKey } from "../keys/api-key.ts";
import type { Output } from "../terminal/output/output.ts";
import type {
  ChooseQuestion,
  ConfirmQuestion,
  KeyQuestion,
  PassphraseQuestion,
  PastedKeyQuestion,
  PressQuestion,
  Prompts,
  TextQuestion,
} from "../terminal/prompts/prompts.ts";

/**
 * Questions before the one for the key, at each of which a person may paste the key that they have
 * on the clipboard. It is kept until the key is asked for. A question that says what a pasted key
 * means is answered by it; any other one is asked again.
 */
export class EarlyKeyPrompts implements Prompts {
  readonly #prompts: Prompts;
  readonly #output: Output;
  #key: ApiKey | undefined;

  constructor(prompts: Prompts, output: Output) {
    this.#prompts = prompts;
    this.#output = output;
  }

  choose<Value, Pasted = never>(question: ChooseQuestion<Value> & PastedKeyQuestion<Pasted>) {
    return this.#keepKey(question, (onKeyPasted) => this.#prompts.choose({ ...question, onKeyPasted }));
  }

  confirm<Pasted = never>(question: ConfirmQuestion & PastedKeyQuestion<Pasted>) {
    return this.#keepKey(question, (onKeyPasted) => this.#prompts.confirm({ ...question, onKeyPasted }));
  }

  text<Pasted = never>(question: TextQuestion & PastedKeyQuestion<Pasted>) {
    return this.#keepKey(question, (onKeyPasted) => this.#prompts.text({ ...question, onKeyPasted }));
  }

  press<Value, Pasted = never>(question: PressQuestion<Value> & PastedKeyQuestion<Pasted>) {
    return this.#keepKey(question, (onKeyPasted) => this.#prompts.press({ ...question, onKeyPasted }));
  }

  async key(question: KeyQuestion): Promise<ApiKey> {
    const key = this.#key;
    this.#key = undefined;
    return key ?? (await this.#prompts.key(question));
  }

  passphrase(question: PassphraseQuestion): Promise<string> {
    return this.#prompts.passphrase(question);
  }

  quietly<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#prompts.quietly(work);
  }

  async #keepKey<Value, Pasted>(
    { onKeyPasted }: PastedKeyQuestion<Pasted>,
    ask: (keep: (key: ApiKey) => Pasted | typeof kept) => Promise<Value | Pasted | typeof kept>,
  ): Promise<Value | Pasted> {
    const keep = (key: ApiKey): typeof kept => {
      this.#key = key;
      return kept;
    };
    for (;;) {
      const answer = await ask(onKeyPasted ?? keep);
      if (answer !== kept) return answer;
      this.#output.ok("Your key is taken; it is checked in a moment.");
    }
  }
}

/** What a question is answered with whose pasted key is kept. */
const kept = Symbol("kept");
