import type { Deps } from "../../src/deps.ts";
import { MistralKeyError } from "../../src/errors.ts";
import { ShapeError } from "../../src/files/shape.ts";
import type { ApiKey } from "../../src/keys/api-key.ts";
import { fingerprintOf } from "../../src/keys/fingerprint.ts";
import { defaultProfile } from "../../src/keys/profile-name.ts";
import type { Assessment, KeyCheck } from "../../src/mistral/mistral-api.ts";
import { profileOf } from "../../src/profiles/known-key.ts";
import type { Profile } from "../../src/profiles/profile.ts";
import { endRotation } from "../../src/rotation/end-rotation.ts";
import type { RotationPlan, RotationRecord } from "../../src/rotation/journal.ts";
import { rotationDocument } from "../../src/rotation/outcome.ts";
import { replaceKey } from "../../src/rotation/replace-key.ts";
import type { Held, RotationStage } from "../../src/rotation/stages.ts";
import type { Inspection, Slot } from "../../src/stores/secret-store.ts";
import { newKey, oldKey, otherKey } from "./stored-key.ts";

/** A key, by its role in the rotation. */
export type KeyRole = Exclude<Held, "nothing">;

/** The outcome of a call with a key. `lives` is the truth, which an outage hides. */
export interface Fate {
  readonly name: "accepted" | "refused" | "forbidden" | "limited" | "no answer" | "refused in between";
  readonly says: Assessment;
  readonly lives: boolean;
}

const refusal = { diagnosis: "invalid-key", codestral: "not-known" } as const;
const limit = { diagnosis: "rate-limited", limit: "of-the-moment", retryAfterMs: undefined } as const;
const outage = { diagnosis: "server-error", status: 503 } as const;

/** Every fate of a key. */
export const fates = {
  accepted: { name: "accepted", says: { diagnosis: "valid", tried: "authentication" }, lives: true },
  refused: { name: "refused", says: refusal, lives: false },
  forbidden: { name: "forbidden", says: { diagnosis: "forbidden" }, lives: false },
  limited: { name: "limited", says: limit, lives: true },
  unreachable: { name: "no answer", says: outage, lives: true },
  /** A gateway that refuses every key, whatever Mistral would say. */
  gateway: { name: "refused in between", says: refusal, lives: true },
} as const satisfies Record<string, Fate>;

/** The fate of each key. */
export type Fates = Readonly<Record<KeyRole, Fate>>;

/** Everything that outlives a process. */
export interface WorldState {
  readonly slots: Readonly<Partial<Record<Slot, KeyRole>>>;
  readonly record: RotationRecord | "damaged" | undefined;
  readonly profile: Profile | "damaged" | undefined;
  /** Which key each target has. */
  readonly targets: Readonly<Record<string, KeyRole>>;
}

/** What a person types: `rotate`, and its flags. */
export type Event = "rotate" | "--finish" | "--finish --yes" | "--abort --yes";

/** Where a run is cut off: killed before its nth effect, or refused that one. */
export type Cut = { readonly killedAt: number } | { readonly refusedAt: number } | undefined;

/** The result of a run. */
export interface RunResult {
  readonly state: WorldState;
  /** How it ended: an outcome, why it is not finished, the kind of a failure, or `killed`. */
  readonly end: string;
  /** What the run advises to do next. */
  readonly advice: Event | undefined;
  /** How many effects there were, so that each can be cut off. */
  readonly effects: number;
  /** Keys that were put in use or delivered although Mistral did not accept them. */
  readonly violations: readonly string[];
}

class Killed extends Error {}

const keys = { old: oldKey, new: newKey, other: otherKey } as const;
const now = new Date("2026-09-01T10:00:00Z");
const endpoint = { region: "global" } as const;

/** A machine with the old key in use and no rotation under way. */
export function makeIdle(targets: readonly string[]): WorldState {
  const known = targets.map((target) => ({ target, since: null }));
  const profile = profileOf(
    { name: defaultProfile, key: oldKey, store: "memory", endpoint, targets: known },
    now,
  );
  const held = targets.map((target) => [target, "old"] as const);
  return { slots: { current: "old" }, record: undefined, profile, targets: Object.fromEntries(held) };
}

/** The record of a rotation on such a machine. */
export function makeRecord({ profile }: WorldState, stage: RotationStage): RotationRecord {
  const before = profile === "damaged" || profile === undefined ? null : profile;
  const after = profileOf({ name: defaultProfile, key: newKey, store: "memory", endpoint }, now);
  return {
    version: 1,
    profile: defaultProfile,
    startedAt: now.toISOString(),
    oldKey: { mask: oldKey.mask, name: null, fingerprint: fingerprintOf(oldKey) },
    newKey: { mask: newKey.mask, fingerprint: after.fingerprint },
    before,
    after,
    targets: [],
    stage,
    holder: "a run",
  };
}

/** Runs a command, as if in a process of its own, on a machine in this state. */
export async function runIn(
  before: WorldState,
  event: Event,
  fatesNow: Fates,
  options: { readonly cut?: Cut; readonly failing?: readonly string[] } = {},
): Promise<RunResult> {
  const run = new Run(before, fatesNow, options.cut, options.failing ?? []);
  return await run.run(event);
}

class Run {
  readonly #fates: Fates;
  readonly #cut: Cut;
  readonly #failing: readonly string[];
  readonly #slots: Partial<Record<Slot, KeyRole>>;
  #record: WorldState["record"];
  #profile: WorldState["profile"];
  readonly #targets: Record<string, KeyRole>;
  #effects = 0;
  #dead = false;
  readonly #violations: string[] = [];
  #starting = false;

  constructor(state: WorldState, fatesNow: Fates, cut: Cut, failing: readonly string[]) {
    this.#fates = fatesNow;
    this.#cut = cut;
    this.#failing = failing;
    this.#slots = { ...state.slots };
    this.#record = state.record;
    this.#profile = state.profile;
    this.#targets = { ...state.targets };
  }

  async run(event: Event): Promise<RunResult> {
    this.#starting = event === "rotate";
    const { end, advice } = await this.#command(event).catch((error: unknown) => {
      if (error instanceof Killed) return { end: "killed", advice: undefined };
      if (!(error instanceof MistralKeyError)) throw error;
      return { end: error.kind, advice: adviceIn(error.hint) };
    });
    return {
      state: {
        slots: this.#slots,
        record: this.#record,
        profile: this.#profile,
        targets: this.#targets,
      },
      end,
      advice,
      effects: this.#effects,
      violations: this.#violations,
    };
  }

  async #command(event: Event): Promise<Pick<RunResult, "end" | "advice">> {
    const deps = this.#deps();
    if (event === "rotate") {
      const store = await deps.store("memory");
      const outcome = await replaceKey(deps, {
        name: defaultProfile,
        key: newKey,
        store,
        endpoint,
        before: this.#profile === "damaged" ? undefined : this.#profile,
        check: checkOf(this.#fates.new),
      });
      return { end: outcome.left ?? "rotated", advice: adviceIn(rotationDocument(outcome).hint) };
    }
    const outcome = await endRotation(deps, {
      profile: defaultProfile,
      store: "memory",
      direction: event === "--abort --yes" ? "back" : "forward",
      yes: event !== "--finish",
    });
    if (outcome.outcome !== "rotated") return { end: outcome.outcome, advice: undefined };
    return { end: outcome.left ?? "rotated", advice: adviceIn(rotationDocument(outcome).hint) };
  }

  /** A read; a dead process does nothing. */
  #look<Result>(act: () => Result): Result {
    if (this.#dead) throw new Killed();
    return act();
  }

  /** Counts an effect, and cuts the run off if it is the chosen one. */
  #effect<Result>(act: () => Result): Result {
    if (this.#dead) throw new Killed();
    this.#effects += 1;
    if (this.#effects > 100) throw new Error("The run does not come to an end.");
    const cut = this.#cut ?? { killedAt: 0 };
    if ("killedAt" in cut && cut.killedAt === this.#effects) {
      this.#dead = true;
      throw new Killed();
    }
    if ("refusedAt" in cut && cut.refusedAt === this.#effects)
      throw new MistralKeyError("store-denied", "The disk was full for a moment.");
    return act();
  }

  #deps(): Deps {
    const look = <Result>(act: () => Result) => this.#look(act);
    const effect = <Result>(act: () => Result) => this.#effect(act);
    const store = {
      kind: "memory" as const,
      describe: () => "memory",
      findFailure: async () => undefined,
      get: async ({ slot }: { slot: Slot }) =>
        look(() => {
          const held = this.#slots[slot];
          return held === undefined ? undefined : keys[held];
        }),
      inspect: async ({ slot }: { slot: Slot }) =>
        look((): Inspection => {
          const held = this.#slots[slot];
          return held === undefined
            ? { state: "missing", place: "memory" }
            : { state: "found", key: keys[held] };
        }),
      set: async ({ slot }: { slot: Slot }, key: ApiKey) => effect(() => this.#put(slot, whichOf(key))),
      delete: async ({ slot }: { slot: Slot }) =>
        effect(() => {
          const held = this.#slots[slot];
          delete this.#slots[slot];
          return held !== undefined;
        }),
    };
    const write = (record: RotationRecord) => {
      this.#record = record;
      return record;
    };
    const quiet = () => {};
    const line = { update: quiet, succeed: quiet, fail: quiet, warn: quiet, clear: quiet };
    const parts: Partial<Record<keyof Deps, unknown>> = {
      interactive: false,
      absence: "no-terminal",
      signal: new AbortController().signal,
      now: () => now,
      sleep: async () => {},
      output: { print: quiet, ok: quiet, warn: quiet, next: quiet, paragraph: quiet, progress: () => line },
      store: async () => store,
      profiles: {
        read: () => look(() => readable(this.#profile)),
        list: () => [],
        write: (profile: Profile) =>
          effect(() => {
            this.#profile = profile;
          }),
        remove: () =>
          effect(() => {
            this.#profile = undefined;
          }),
      },
      journal: {
        read: () => look(() => readable(this.#record)),
        begin: (plan: RotationPlan) => effect(() => write({ ...plan, stage: "switching", holder: "a run" })),
        confirm: () => look(() => undefined),
        update: (record: RotationRecord, changes: Partial<RotationRecord> = {}) =>
          effect(() => write({ ...record, ...changes })),
        end: () =>
          effect(() => {
            this.#record = undefined;
            return true;
          }),
      },
      mistral: async () => ({
        checkKey: async (key: ApiKey) => {
          if (this.#dead) throw new Killed();
          return checkOf(this.#fates[whichOf(key)]);
        },
      }),
      openTarget: async (target: string) => ({
        words: "it",
        deliver: async (key: ApiKey) => {
          if (this.#failing.includes(target)) throw new MistralKeyError("usage", "It is not there.");
          effect(() => this.#deliver(target, whichOf(key)));
        },
        read: async () => undefined,
      }),
    };
    // What a rotation touches; anything else it reached for would throw.
    return parts as Deps;
  }

  #put(slot: Slot, role: KeyRole): void {
    this.#slots[slot] = role;
    // A person may start a rotation with an untested key.
    if (slot === "current" && !this.#starting) this.#expectAccepted(role, "put in use");
  }

  #deliver(target: string, role: KeyRole): void {
    this.#targets[target] = role;
    this.#expectAccepted(role, "delivered");
  }

  #expectAccepted(role: KeyRole, deed: string): void {
    const { name } = this.#fates[role];
    if (name !== "accepted") this.#violations.push(`the ${role} key was ${deed}, and Mistral: ${name}`);
  }
}

function readable<Value>(value: Value | "damaged"): Value {
  if (value !== "damaged") return value;
  throw new MistralKeyError("store-damaged", "It is damaged.", { cause: new ShapeError("it is not JSON") });
}

function checkOf({ says }: Fate): KeyCheck {
  return {
    ...says,
    context: { ...nobody, accepted: says.diagnosis === "valid" },
    authentication: { ok: says.diagnosis === "valid", models: 0, latencyMs: 1 },
    completion: null,
    identity: null,
    rateLimits: null,
  };
}

const nobody = {
  history: { lastAcceptedAt: null },
  mask: "",
  usualShape: true,
  endpoint,
  model: undefined,
  timeoutMs: 1000,
} as const;

function whichOf(key: ApiKey): KeyRole {
  return key.equals(oldKey) ? "old" : key.equals(newKey) ? "new" : "other";
}

function adviceIn(hint = ""): Event | undefined {
  const [first = ""] = hint.split("\n");
  return first.includes("rotate --finish")
    ? "--finish"
    : first.includes("rotate --abort")
      ? "--abort --yes"
      : undefined;
}
