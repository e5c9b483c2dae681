import { Cancelled } from "../errors.ts";
import type { Answer, PageEvent, Question, QuestionForm, Reply } from "./messages.ts";

/** A checked answer: its value, or the reply to send to the page. */
export type Taken<Value> =
  | { readonly outcome: "value"; readonly value: Value }
  | Exclude<Reply, { readonly outcome: "taken" | "stale" }>;

type NewQuestion = QuestionForm & Omit<Question, "id" | keyof QuestionForm>;

/** Sends events to a page that may reconnect, and receives its answers. One question at a time. */
export class Channel {
  readonly #events: PageEvent[] = [];
  readonly #followers = new Set<(event: PageEvent) => void>();
  #take: ((answer: Answer) => Reply) | undefined;
  #asked = 0;

  get isAsking(): boolean {
    return this.#take !== undefined;
  }

  send(event: PageEvent): void {
    this.#events.push(event);
    for (const follower of this.#followers) follower(event);
  }

  /**
   * Delivers every event from index `from` on, past ones at once.
   *
   * @returns the unsubscribe function
   */
  follow(from: number, follower: (event: PageEvent) => void): () => void {
    for (const event of this.#events.slice(from)) follower(event);
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }

  /**
   * Asks on the page.
   *
   * @param take - turns an answer into a value or a refusal
   * @throws Cancelled when the signal aborts
   */
  ask<Value>(
    question: NewQuestion,
    take: (answer: Answer) => Taken<Value>,
    signal: AbortSignal,
  ): Promise<Value> {
    this.#asked += 1;
    const id = this.#asked;
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(new Cancelled());
      const stop = () => {
        this.#take = undefined;
        this.send({ type: "answered", id });
        reject(new Cancelled());
      };
      signal.addEventListener("abort", stop, { once: true });
      this.#take = (answer) => {
        const taken = take(answer);
        if (taken.outcome !== "value") return taken;
        this.#take = undefined;
        signal.removeEventListener("abort", stop);
        this.send({ type: "answered", id });
        resolve(taken.value);
        return { outcome: "taken" };
      };
      this.send({ type: "question", question: { ...question, id } });
    });
  }

  answer(id: number, answer: Answer): Reply {
    return id === this.#asked && this.#take !== undefined ? this.#take(answer) : { outcome: "stale" };
  }
}
