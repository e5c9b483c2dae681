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

/** Where questions are asked: on the page, and in the terminal where somebody is there. */
export interface Sides {
  readonly channel: Channel;
  /** Says in the terminal what the page asks. */
  readonly output: Output;
  /** Opens the prompts of the terminal; `undefined` where nobody is there. */
  readonly terminal: Deps["prompts"] | undefined;
  /** Ends a question on either side. */
  readonly signal: AbortSignal;
}

/** Questions on the page, which the terminal can take over at each, and give back. */
export class SharedPrompts implements Prompts {
  readonly #sides: Sides;
  #onPage = true;

  constructor(sides: Sides) {
    this.#sides = sides;
  }

  /** Whether what is asked is asked on the page. */
  get onPage(): boolean {
    return this.#onPage;
  }

  /**
   * Waits until the page is there, unless the terminal goes on without it. Answers whether the page is there.
   *
   * @param opened - aborted when the page is there
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
    // Who cannot paste in the terminal is asked on the page.
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

  /** Asks on one side until there is an answer; the other one offers to take over meanwhile. */
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

  /** The first answer of several questions; the others are withdrawn. */
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

  /** A line in the terminal to take the question over; a key that is pasted at it is an answer where one is taken. */
  #offerTerminal<Answer>(
    withdrawn: AbortSignal,
    does: string,
    onKeyPasted?: (key: ApiKey) => Answer,
  ): readonly Promise<Answer | typeof moved>[] {
    const keys = [{ press: "t", does, value: moved }] as const;
    const offer = this.#sides
      .terminal?.(withdrawn)
      .then((prompts) => prompts.press<typeof moved, Answer>({ keys, onKeyPasted, fleeting: true }));
    return offer === undefined ? [] : [offer];
  }
}

/** Waits for a signal unless another comes first. */
async function until(wanted: AbortSignal, signal: AbortSignal): Promise<void> {
  if (wanted.aborted) return;
  await once(wanted, "abort", { signal }).catch(() => {
    throw new Cancelled();
  });
}

/** Takes what a question was left with that is to be asked on the other side for its answer. */
function movedOrThrow(reason: unknown): typeof moved {
  if (reason === moved) return moved;
  throw reason;
}
