import { Cancelled } from "../errors.ts";
import type { Answer, PageEvent, Question, QuestionForm, Reply } from "./messages.ts";

/** What an answer came to: a value, or what the page is told instead. */
export type Taken<Value> =
  | { readonly outcome: "value"; readonly value: Value }
  | Exclude<Reply, { readonly outcome: "taken" | "stale" }>;

/** A question without the number it gets. */
export type NewQuestion = QuestionForm & Omit<Question, "id" | keyof QuestionForm>;

/** Events to a page that may come and go, and the answers that it sends. One question is asked at a time. */
export class Channel {
  readonly #events: PageEvent[] = [];
  readonly #followers = new Set<(event: PageEvent, place: number) => void>();
  #take: ((answer: Answer) => Reply) | undefined;
  #asked = 0;

  /** Whether an answer is waited for. */
  get isAsking(): boolean {
    return this.#take !== undefined;
  }

  send(event: PageEvent): void {
    this.#events.push(event);
    for (const follower of this.#followers) follower(event, this.#events.length);
  }

  /**
   * Tells of every event from that place on, those of the past at once.
   *
   * @param follower - gets each event, and the place behind it
   * @returns what ends it
   */
  follow(from: number, follower: (event: PageEvent, place: number) => void): () => void {
    for (const [index, event] of this.#events.entries()) if (index >= from) follower(event, index + 1);
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }

  /**
   * Asks on the page.
   *
   * @param take - makes a value of an answer, or says why it will not do
   * @throws Cancelled when the signal comes
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

  /** Hands an answer to the question with this number. */
  answer(id: number, answer: Answer): Reply {
    return id === this.#asked && this.#take !== undefined ? this.#take(answer) : { outcome: "stale" };
  }
}
