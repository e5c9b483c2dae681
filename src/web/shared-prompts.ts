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
import {
  choiceForm,
  keyForm,
  type PageForm,
  passphraseForm,
  takeKey,
  textForm,
  unexpected,
} from "./page-forms.ts";
import { readStyled, restyle } from "./styled-text.ts";

/** Where questions are asked: on the page and, if interactive, in the terminal. */
interface Sides {
  readonly channel: Channel;
  /** Tells the terminal what the page asks. */
  readonly output: Output;
  /** Opens the terminal's prompts; `undefined` if it is not interactive. */
  readonly terminal: Deps["prompts"] | undefined;
  readonly signal: AbortSignal;
}

const moved: unique symbol = Symbol("moved");
type Moved = typeof moved;

interface Asked<Pasted> extends PastedKeyQuestion<Pasted> {
  readonly message: string;
}

/** Questions on the page; at each one the terminal can take over or hand back. */
export class SharedPrompts implements Prompts {
  readonly #sides: Sides;
  onPage = true;

  constructor(sides: Sides) {
    this.#sides = sides;
  }

  /**
   * Waits until the page is open, unless the user goes on in the terminal. Returns whether it is open.
   *
   * @param opened - aborted when the page is open
   */
  async waitFor(opened: AbortSignal): Promise<boolean> {
    const first = await this.#race<void>((withdrawn) => [
      until(opened, withdrawn),
      ...this.#offerTerminal<never>(withdrawn, "go on here, in the terminal"),
    ]);
    this.onPage = first !== moved;
    return this.onPage;
  }

  choose<Value, Pasted = never>(question: ChooseQuestion<Value, Pasted>) {
    const { choices, initial } = question;
    return this.#ask(question, choiceForm(choices, initial), (terminal) => terminal.choose(question));
  }

  confirm<Pasted = never>(question: ConfirmQuestion<Pasted>) {
    const choices = [
      { value: true, name: "Yes" },
      { value: false, name: "No" },
    ];
    return this.#ask(question, choiceForm(choices, question.initial), (terminal) =>
      terminal.confirm(question),
    );
  }

  text<Pasted = never>(question: TextQuestion<Pasted>) {
    return this.#ask(question, textForm(question), (terminal) => terminal.text(question));
  }

  press<Value, Pasted = never>(question: PressQuestion<Value, Pasted>) {
    const choices = question.keys.map(({ does, value }) => ({
      value,
      name: does.charAt(0).toUpperCase() + does.slice(1),
    }));
    return this.#ask({ message: "What next?", ...question }, choiceForm(choices), (terminal) =>
      terminal.press(question),
    );
  }

  key<Instead extends InsteadOfKey = never>(question: KeyQuestion<Instead>): Promise<ApiKey | Instead> {
    const onKeyPasted = (key: ApiKey) => key;
    return this.#ask({ ...question, onKeyPasted }, keyForm(question), async (terminal) => {
      const instead = [...(question.instead ?? []), "stuck" as const];
      const answer = await terminal.key<Instead | "stuck">({ ...question, instead });
      // If pasting fails in the terminal, ask on the page.
      return answer === "stuck" ? moved : answer;
    });
  }

  passphrase(question: PassphraseQuestion): Promise<string> {
    return this.#ask(question, passphraseForm(question), (terminal) => terminal.passphrase(question));
  }

  async quietly<Result>(work: () => Promise<Result>): Promise<Result> {
    const { terminal } = this.#sides;
    return terminal === undefined ? await work() : await (await terminal()).quietly(work);
  }

  /** Asks on one side until answered, while the other side offers to take over. */
  async #ask<Value, Pasted = never>(
    question: Asked<Pasted>,
    page: PageForm<Value>,
    inTerminal: (prompts: Prompts) => Promise<Value | Pasted | Moved>,
  ): Promise<Value | Pasted> {
    const { output, terminal } = this.#sides;
    const { message } = question;
    for (;;) {
      if (this.onPage) output.next(`On the page: ${restyle(message, output.theme)}`);
      const first = await this.#race<Value | Pasted>((withdrawn) => {
        if (this.onPage || terminal === undefined) {
          const offers = this.#offerTerminal(withdrawn, "answer here instead", question.onKeyPasted);
          return [this.#askOnPage(withdrawn, question, page), ...offers];
        }
        const back = choiceForm([{ value: moved, name: "Answer here instead" }] as const);
        const offer = this.#askOnPage(withdrawn, { message: `In the terminal: ${message}` }, back);
        return [terminal(withdrawn).then(inTerminal), offer];
      });
      if (first !== moved) return first;
      this.onPage = !this.onPage;
    }
  }

  #askOnPage<Value, Pasted = never>(
    withdrawn: AbortSignal,
    { message, onKeyPasted }: Asked<Pasted>,
    { form, take }: PageForm<Value>,
  ): Promise<Value | Pasted | Moved> {
    const handsOver = this.onPage && this.#sides.terminal !== undefined;
    return this.#sides.channel.ask<Value | Pasted | Moved>(
      { ...form, message: readStyled(message), takesKey: onKeyPasted !== undefined, handsOver },
      (answer) => {
        if (answer.instead === "terminal" && handsOver) return { outcome: "value", value: moved };
        if (answer.isKey !== true) return take(answer);
        if (onKeyPasted === undefined) return unexpected;
        const taken = takeKey(answer);
        return taken.outcome === "value" ? { outcome: "value", value: onKeyPasted(taken.value) } : taken;
      },
      withdrawn,
    );
  }

  /** Offers to take over in the terminal; a key pasted there is the answer, if one is accepted. */
  #offerTerminal<Pasted>(
    withdrawn: AbortSignal,
    does: string,
    onKeyPasted?: (key: ApiKey) => Pasted,
  ): readonly Promise<Pasted | Moved>[] {
    const keys = [{ press: "t", does, value: moved }] as const;
    const offer = this.#sides
      .terminal?.(withdrawn)
      .then((prompts) => prompts.press<Moved, Pasted>({ keys, onKeyPasted }));
    return offer === undefined ? [] : [offer];
  }

  /** The first of several answers; withdraws the other questions. */
  async #race<Value>(
    ask: (withdrawn: AbortSignal) => readonly Promise<Value | Moved>[],
  ): Promise<Value | Moved> {
    const over = new AbortController();
    const asked = ask(AbortSignal.any([this.#sides.signal, over.signal]));
    try {
      return await Promise.race(asked);
    } finally {
      over.abort();
      await Promise.allSettled(asked);
    }
  }
}

/** Waits for `wanted`; throws if `signal` is first. */
async function until(wanted: AbortSignal, signal: AbortSignal): Promise<void> {
  if (wanted.aborted) return;
  await once(wanted, "abort", { signal }).catch(() => {
    throw new Cancelled();
  });
}
