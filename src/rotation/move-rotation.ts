import type { Deps } from "../deps.ts";
import { Cancelled, expected, joinHints, type MistralKeyError, withSentence } from "../errors.ts";
import { commandFor } from "../hints.ts";
import type { ApiKey } from "../keys/api-key.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import { showName } from "../outside-text.ts";
import { withCheck } from "../profiles/known-key.ts";
import type { KeySlot, SecretStore } from "../stores/secret-store.ts";
import { deliverEverywhere } from "../targets/deliver-everywhere.ts";
import type { DeliveryReport } from "../targets/target.ts";
import { answerOf, type CapturedNewKey, KeyChecks } from "./ask-mistral.ts";
import {
  earlierReport,
  type RotationRecord,
  targetsEntering,
  waitingTargets,
  withDelivery,
} from "./journal.ts";
import type { OldKeyState, RotationOutcome, WayBack } from "./outcome.ts";
import { type RetireOptions, retireOldKey } from "./retire-old-key.ts";
import { profileNow, settleProfile } from "./settle-profile.ts";
import { contentsOf, readSlots, type Slots } from "./slots.ts";
import {
  type Direction,
  findStep,
  type Left,
  type RotationStage,
  type SlotContents,
  type Step,
} from "./stages.ts";
import { stopped } from "./stopped.ts";

interface MoveOptions extends RetireOptions {
  readonly store: SecretStore;
  readonly direction: Direction;
  readonly captured?: CapturedNewKey;
  /** Called after the new key is in use and its profile saved. */
  readonly onSwitched?: () => Promise<void>;
}

/** The outcome of {@link moveRotation}. */
export type MoveOutcome = RotationOutcome | WayBack;

/**
 * Runs a rotation step by step, as the table says, until it ends or cannot continue now. Each step depends on
 * what the slots hold, so it can be interrupted anywhere and called again.
 *
 * @param begun - a rotation that this run has begun or taken over
 * @throws MistralKeyError from `stopped` if it cannot continue, or if the store or disk fails; loses no key
 */
export async function moveRotation(
  deps: Deps,
  begun: RotationRecord,
  options: MoveOptions,
): Promise<MoveOutcome> {
  const slots = await readSlots(options.store, begun.profile);
  const move = new Move(deps, begun, options, slots);
  // An interrupted run may not have got this far.
  move.settle();
  for (;;) {
    const outcome = await move.takeStep();
    if (outcome !== undefined) return outcome;
  }
}

class Move {
  readonly #deps: Deps;
  readonly #options: MoveOptions;
  readonly #checks: KeyChecks;
  // Cached: another run must take over the journal before it changes them.
  readonly #keys: Record<KeySlot, ApiKey | undefined>;
  #record: RotationRecord;
  #direction: Direction;
  #turned = false;
  #provenDead = false;
  readonly #reports = new Map<string, DeliveryReport>();

  constructor(deps: Deps, record: RotationRecord, options: MoveOptions, slots: Slots) {
    this.#deps = deps;
    this.#record = record;
    this.#options = options;
    this.#keys = { ...slots };
    this.#direction = options.direction;
    this.#checks = new KeyChecks(deps, record, options.captured);
  }

  /** Whether `yes` gives up the old key; on the way back it gives up the new one. */
  get #yes(): boolean {
    return this.#options.yes === true && this.#options.direction === "forward";
  }

  get #held(): SlotContents {
    return contentsOf(this.#keys, this.#record);
  }

  /** Updates the profile to the key in use; call when that or the stage changes. */
  settle(): void {
    settleProfile(this.#deps, this.#record, this.#held.current);
  }

  /** Takes the next step; returns the outcome if it was the last. */
  async takeStep(): Promise<MoveOutcome | undefined> {
    const { stage } = this.#record;
    const targetsWait = waitingTargets(this.#record).length > 0;
    const situation = { stage, direction: this.#direction, slots: this.#held, targetsWait };
    return await this.#take(
      await findStep(situation, (subject) => this.#checks.answer(subject, stage, this.#keys)),
    );
  }

  async #take(step: Step): Promise<MoveOutcome | undefined> {
    const { journal } = this.#deps;
    const { store } = this.#options;
    const { profile } = this.#record;
    switch (step.do) {
      case "copy": {
        const key = this.#keys[step.from];
        journal.confirm(this.#record);
        if (key !== undefined) await store.set({ profile, slot: step.to }, key);
        this.#keys[step.to] = key;
        this.settle();
        return undefined;
      }
      case "erase":
        return await this.#erase(step.slot);
      case "enter":
        return await this.#enter(step.stage);
      case "deliver":
        return await this.#deliver();
      case "retire":
        return await this.#retire();
      case "end":
        journal.confirm(this.#record);
        this.#removeRecord();
        return step.ending === "rotated" ? this.#rotated(undefined) : this.#wentBack(true);
      case "leave":
        this.#learn();
        return this.#rotated(step.left);
      case "stop": {
        const about = step.reason.startsWith("new") ? "new" : step.reason.startsWith("old") ? "old" : "other";
        const check = this.#checks.last(about);
        this.#learn();
        throw stopped(step.reason, this.#record, check, store);
      }
    }
  }

  /** By now one of the two keys is forgotten. */
  #removeRecord(): void {
    const { profile } = this.#record;
    try {
      this.#deps.journal.end(profile);
    } catch (error) {
      const failure = expected(error);
      throw withSentence(failure, "Only this record of the rotation is left.", {
        kind: "unfinished",
        hint: joinHints(failure.hint, `Then remove it: ${commandFor(profile, "rotate --finish")}`),
      });
    }
  }

  async #enter(stage: RotationStage): Promise<undefined> {
    const from = this.#record.stage;
    const targets = targetsEntering(stage, this.#record.targets);
    this.#record = this.#deps.journal.update(this.#record, { stage, targets });
    if (from === "reverting") {
      this.#direction = "forward";
      this.#turned = true;
    }
    this.settle();
    if (from === "switching" && stage === "delivering") await this.#options.onSwitched?.();
  }

  async #erase(slot: KeySlot): Promise<undefined> {
    this.#deps.journal.confirm(this.#record);
    await this.#options.store.delete({ profile: this.#record.profile, slot });
    this.#keys[slot] = undefined;
  }

  async #deliver(): Promise<MoveOutcome | undefined> {
    const { profile, stage } = this.#record;
    const { current } = this.#keys;
    if (current === undefined) return undefined;
    const targets = waitingTargets(this.#record).map(({ target }) => target);
    await deliverEverywhere(this.#deps, profile, current, targets, (report) => {
      this.#reports.set(report.target, report);
      if (!report.ok) return;
      const progress = withDelivery(this.#record, report.target);
      try {
        this.#record = this.#deps.journal.update(this.#record, { targets: progress });
      } catch (error) {
        throw withDelivered(expected(error), profile, report.target, current);
      }
    });
    const missing = waitingTargets(this.#record);
    if (missing.length === 0) return undefined;
    if (stage === "reverting") return this.#wentBack(false);
    return (await this.#goesOnWithout(missing.length))
      ? await this.#enter("retiring")
      : this.#rotated("targets");
  }

  /** A target may still depend on the old key, so the user decides. */
  async #goesOnWithout(count: number): Promise<boolean> {
    if (this.#yes || !this.#deps.interactive) return this.#yes;
    const which = count === 1 ? "One target does" : `${count} targets do`;
    const message = `${which} not have the new key. Delete the old one anyway?`;
    return await (await this.#deps.prompts()).confirm({ message, initial: false });
  }

  async #retire(): Promise<MoveOutcome | undefined> {
    const { current: inUse, previous: old } = this.#keys;
    if (inUse === undefined || old === undefined) return undefined;
    const keys = { record: this.#record, old, inUse, checks: this.#checks };
    try {
      const retired = await retireOldKey(this.#deps, keys, { ...this.#options, yes: this.#yes });
      this.#learn();
      if (retired !== "dead" && retired !== "given-up") return this.#rotated(retired);
      this.#provenDead = retired === "dead";
    } catch (error) {
      // Stopping here loses nothing: the new key is in use, and the rotation can be finished any time.
      if (error instanceof Cancelled) return this.#rotated("unknown");
      throw error;
    }
    return await this.#erase("previous");
  }

  /** Saves the latest check of the new key, if the profile is that key's and the captured check does not cover it. */
  #learn(): void {
    const { profiles, journal, now } = this.#deps;
    const { stage } = this.#record;
    const check = this.#checks.ofNewKey;
    if (this.#held.current !== "new" || (stage !== "delivering" && stage !== "retiring")) return;
    if (check === undefined || check === this.#options.captured?.check) return;
    // Another run may have ended it meanwhile.
    journal.confirm(this.#record);
    profiles.write(withCheck(profileNow(this.#deps, this.#record), check, now()));
  }

  #wentBack(finished: boolean): MoveOutcome {
    return { outcome: "went-back", inUse: this.#held.current === "old" ? "old" : "another", finished };
  }

  #rotated(left: Left | undefined): MoveOutcome {
    const { oldKey, before, targets } = this.#record;
    const { current } = this.#keys;
    if (current === undefined) throw new Error("A rotation has ended with no key in use.");
    return {
      outcome: "rotated",
      finished: left === undefined && waitingTargets(this.#record).length === 0,
      left,
      noWayBack: this.#turned,
      profile: profileNow(this.#deps, this.#record),
      before,
      key: current,
      check: this.#checks.ofNewKey,
      previous: { mask: oldKey.mask, name: oldKey.name, state: this.#oldKeyState() },
      targets: targets.map((one) => this.#reports.get(one.target) ?? earlierReport(one)),
    };
  }

  #oldKeyState(): OldKeyState {
    if (this.#provenDead) return "dead";
    const check = this.#checks.last("old");
    const answer = check === undefined ? "unknown" : answerOf(check);
    return answer === "accepted" || answer === "forbidden" ? "alive" : "unknown";
  }
}

/** Adds to an error, such as that another run has gone back meanwhile, which key a target has now. */
function withDelivered(
  error: MistralKeyError,
  profile: ProfileName,
  target: string,
  { mask }: ApiKey,
): MistralKeyError {
  return withSentence(error, `${showName(target)} has got ${mask} meanwhile.`, {
    hint: joinHints(error.hint, `To deliver the key in use everywhere again: ${commandFor(profile, "push")}`),
  });
}
