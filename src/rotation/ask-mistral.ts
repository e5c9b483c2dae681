import type { Deps } from "../deps.ts";
import type { ApiKey } from "../keys/api-key.ts";
import { type KeyCheck, newKey } from "../mistral/mistral-api.ts";
import type { RotationRecord } from "./journal.ts";
import { contentsOf, type Slots } from "./slots.ts";
import type { Answer, Held, RotationStage, Subject } from "./stages.ts";

/** Maps a check of a key to an answer for the rotation table. */
export function answerOf({ diagnosis, authentication }: KeyCheck): Answer {
  if (diagnosis === "invalid-key" || diagnosis === "expired") return "refused";
  if (diagnosis === "forbidden" || diagnosis === "wrong-product") return "forbidden";
  return authentication.ok ? "accepted" : "unknown";
}

type HeldKey = Exclude<Held, "nothing">;

/** A new key captured in this run. Without a successful check, the user chose to use it anyway. */
export interface CapturedNewKey {
  readonly check: KeyCheck | undefined;
}

/** Checks a rotation's keys with Mistral, each at its own endpoint, and caches the results. */
export class KeyChecks {
  readonly #deps: Deps;
  readonly #record: RotationRecord;
  readonly #captured: CapturedNewKey | undefined;
  readonly #last = new Map<HeldKey, KeyCheck>();

  constructor(deps: Deps, record: RotationRecord, captured: CapturedNewKey | undefined) {
    this.#deps = deps;
    this.#record = record;
    this.#captured = captured;
    if (captured?.check?.authentication.ok) this.#last.set("new", captured.check);
  }

  /** The latest check of a key in this run. */
  last(held: HeldKey): KeyCheck | undefined {
    return this.#last.get(held);
  }

  /** The latest check of the new key; the captured one, which asked for more, if the latest says nothing else. */
  get ofNewKey(): KeyCheck | undefined {
    const last = this.#last.get("new");
    const captured = this.#captured?.check;
    return captured?.authentication.ok && last?.diagnosis === "valid" ? captured : (last ?? captured);
  }

  /**
   * Returns Mistral's answer about a key, asked once per run; `undefined` if no slot holds it.
   *
   * @throws Cancelled when the user presses Ctrl-C
   */
  async answer(subject: Subject, stage: RotationStage, keys: Slots): Promise<Answer | undefined> {
    const held = contentsOf(keys, this.#record);
    const wanted = subject === "current" ? held.current : subject;
    const slot = (["current", "next", "previous"] as const).find((one) => held[one] === wanted);
    const key = slot === undefined ? undefined : keys[slot];
    if (wanted === "nothing" || key === undefined) return undefined;
    const known = this.#last.get(wanted);
    if (known !== undefined) return answerOf(known);
    if (wanted === "new" && this.#captured !== undefined && stage === "switching") return "untested";
    const which = wanted === "other" ? "stored" : wanted;
    const line = this.#deps.output.progress(`Asking Mistral about the ${which} key`);
    return answerOf(await this.ask(wanted, key).finally(() => line.clear()));
  }

  /**
   * Checks a key with Mistral even if a result is cached.
   *
   * @throws Cancelled when the user presses Ctrl-C
   */
  async ask(held: HeldKey, key: ApiKey): Promise<KeyCheck> {
    const { before, after } = this.#record;
    const known = held === "old" ? before : held === "new" ? after : null;
    const api = await this.#deps.mistral((held === "old" ? (before ?? after) : after).endpoint);
    const { signal } = this.#deps;
    const check = await api.checkKey(key, { history: known ?? newKey, quick: true, signal });
    this.#last.set(held, check);
    return check;
  }
}
