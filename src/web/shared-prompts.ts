import { once } from "node:events";
import type { Deps } from "../deps.ts";
import { Cancelled } from "../errors.ts";
import type { ApiKey } from "../keys/api-key.ts";
import type { Output } from "../terminal/output/output.ts";
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
} from "../terminal/prompts/prompts.ts";
import type { Channel } from "./channel.ts";
import { moved, PagePrompts } from "./page-prompts.ts";
import { restyle } from "./styled-text.ts";

/** Where questions are asked: on the page and, if interactive, in the terminal. */
export interface Sides {
  readonly channel: Channel;
  /** Tells the terminal what the page asks. */
  readonly output: Output;
  /** Opens the terminal's prompts; `undefined` if it is not interactive. */
  readonly terminal: Deps["prompts"] | undefined;
  /** Cancels a question on either side. */
  readonly signal: AbortSignal;
}

/** Questions on the page; at each one the terminal can take over or hand back. */
export class SharedPrompts implements Prompts {
  readonly #sides: Sides;
  #onPage = true;

  constructor(sides: Sides) {
    this.#sides = sides;
  }

  /** Whether questions are asked on the page. */
  get onPage(): boolean {
    return this.#onPage;
  }

  /**
   * Waits until the page is open, unless the user goes on in the terminal. Returns whether it is open.
   *
   * @param opened - aborted when the page is open
   */
  async waitFor(opened: AbortSignal): Promise<boolean> {
    const first = await this.#race((withdrawn) => [
      until(opened, withdrawn),
      ...this.#offerTerminal<void>(withdrawn, "go on here, in the terminal"),
    ]);
    this.#onPage = first !== moved;
    return this.#onPage;
  }

  choose<Value, Pasted = never>(question: ChooseQuestion<Value, Pasted>) {
    return this.#ask(question, (prompts) => prompts.choose(question));
  }

  confirm<Pasted = never>(question: ConfirmQuestion<Pasted>) {
    return this.#ask(question, (prompts) => prompts.confirm(question));
  }

  text<Pasted = never>(question: TextQuestion<Pasted>) {
    return this.#ask(question, (prompts) => prompts.text(question));
  }

  press<Value, Pasted = never>(question: PressQuestion<Value, Pasted>) {
    return this.#ask({ message: "What next?", ...question }, (prompts) => prompts.press(question));
  }

  async key<Instead extends InsteadOfKey = never>(question: KeyQuestion<Instead>) {
    // If pasting fails in the terminal, ask on the page.
    const instead = [...(question.instead ?? []), "stuck" as const];
    const ask = async (prompts: Prompts) => {
      const answer = await prompts.key<Instead | "stuck">({ ...question, instead });
      if (answer === "stuck") throw moved;
      return answer;
    };
    return this.#ask<ApiKey | Instead>({ ...question, onKeyPasted: (key) => key }, ask);
  }

  passphrase(question: PassphraseQuestion): Promise<string> {
    return this.#ask(question, (prompts) => prompts.passphrase(question));
  }

  async quietly<Result>(work: () => Promise<Result>): Promise<Result> {
    const { terminal } = this.#sides;
    return terminal === undefined ? await work() : await (await terminal()).quietly(work);
  }

  /** Asks on one side until answered, while the other side offers to take over. */
  async #ask<Answer>(
    { message, onKeyPasted }: { readonly message: string } & PastedKeyQuestion<Answer>,
    ask: (prompts: Prompts) => Promise<Answer>,
  ): Promise<Answer> {
    const { channel, output, terminal } = this.#sides;
    for (;;) {
      if (this.#onPage) output.next(`On the page: ${restyle(message, output.theme)}`);
      const first = await this.#race<Answer>((withdrawn) => {
        if (this.#onPage || terminal === undefined) {
          const page = new PagePrompts(channel, withdrawn, { handsOver: terminal !== undefined });
          return [ask(page), ...this.#offerTerminal(withdrawn, "answer here instead", onKeyPasted)];
        }
        const page = new PagePrompts(channel, withdrawn, { handsOver: false });
        const choices = [{ value: moved, name: "Answer here instead" }] as const;
        const offer = page.choose<typeof moved>({ message: `In the terminal: ${message}`, choices });
        return [terminal(withdrawn).then(ask), offer];
      });
      if (first !== moved) return first;
      this.#onPage = !this.#onPage;
    }
  }

  /** The first of several answers; withdraws the other questions. */
  async #race<Answer>(
    ask: (withdrawn: AbortSignal) => readonly Promise<Answer | typeof moved>[],
  ): Promise<Answer | typeof moved> {
    const over = new AbortController();
    const asked = ask(AbortSignal.any([this.#sides.signal, over.signal]));
    try {
      return await Promise.race(asked.map((answer) => answer.catch(movedOrThrow)));
    } finally {
      over.abort();
      await Promise.allSettled(asked);
    }
  }

  /** Offers to take over in the terminal; a key pasted there is the answer, if one is accepted. */
  #offerTerminal<Answer>(
    withdrawn: AbortSignal,
    does: string,
    onKeyPasted?: (key: ApiKey) => Answer,
  ): readonly Promise<Answer | typeof moved>[] {
    const keys = [{ press: "t", does, value: moved }] as const;
    const offer = this.#sides
      .terminal?.(withdrawn)
      .then((prompts) => prompts.press<typeof moved, Answer>({ keys, onKeyPasted }));
    return offer === undefined ? [] : [offer];
  }
}

/** Waits for `wanted`; throws if `signal` is first. */
async function until(wanted: AbortSignal, signal: AbortSignal): Promise<void> {
  if (wanted.aborted) return;
  await once(wanted, "abort", { signal }).catch(() => {
    throw new Cancelled();
  });
}

/** Turns the rejection of a moved question into its answer. */
function movedOrThrow(reason: unknown): typeof moved {
  if (reason === moved) return moved;
  throw reason;
}
