import type { KeySlot } from "../stores/secret-store.ts";

/**
 * How far a rotation has got. A stage is recorded before the steps that it allows, so that after a crash it
 * shows what the slots may hold.
 *
 * - `switching`: the new key is being put in `next`, `current` copied to `previous`, then `next` to `current`
 * - `delivering`: the new key is in use and is being delivered to its targets
 * - `retiring`: the old key is to be deleted at Mistral, then erased from `previous`
 * - `reverting`: going back; `current` is being copied to `next`, then `previous` to `current`
 */
export type RotationStage = "switching" | "delivering" | "retiring" | "reverting";

/** What a slot holds; `other` is a key that is not part of the rotation. */
export type Held = "nothing" | "old" | "new" | "other";

/** What every slot holds. */
export type SlotContents = Readonly<Record<KeySlot, Held>>;

/** Whether to end with the new key in use, or the old one. `reverting` ignores it. */
export type Direction = "forward" | "back";

/**
 * Mistral's answer about a key:
 *
 * - `accepted`: it lists models
 * - `refused`: 401; deleted, expired, or never a key
 * - `forbidden`: 403; the key exists, but may not make the call
 * - `unknown`: no answer, an outage, a limit, or an answer from something in between
 * - `untested`: just entered by a person who wants it used without a check
 */
export type Answer = "accepted" | "refused" | "forbidden" | "unknown" | "untested";

/** Which key to ask Mistral about. */
export type Subject = "old" | "new" | "current";

/** Why a rotation cannot continue now. Nothing is erased. */
export type StopReason =
  | "new-key-rejected"
  | "new-key-unknown"
  | "old-key-rejected"
  | "old-key-unknown"
  | "both-keys-rejected"
  | "old-key-gone"
  | "no-key-in-use"
  | "changed-elsewhere"
  | "third-key";

/** Why a rotation whose new key is in use is not finished. */
export type Left =
  /** A target does not hold the new key. */
  | "targets"
  | "old-key-alive"
  /** Mistral forbids the old key every call but knows it: it is not deleted. */
  | "old-key-forbidden"
  /** Mistral does not accept the new key. */
  | "new-key-rejected"
  /** Nor the old one. */
  | "both-keys-rejected"
  | "unknown";

/** One step, with at most one effect; then the table is consulted again. */
export type Step =
  | { readonly do: "copy"; readonly from: KeySlot; readonly to: KeySlot }
  | { readonly do: "erase"; readonly slot: KeySlot }
  | { readonly do: "enter"; readonly stage: RotationStage }
  /** Deliver the key in use to the targets that lack it. */
  | { readonly do: "deliver" }
  /** Retire the old key; erases it once dead or given up. */
  | { readonly do: "retire" }
  | { readonly do: "end"; readonly ending: "rotated" | "went-back" }
  /** Stop with the new key in use and something left to do. */
  | { readonly do: "leave"; readonly left: Left }
  | { readonly do: "stop"; readonly reason: StopReason };

/** A row of the table: when it fits, and the step to take. */
interface Row {
  /** Either, if absent. */
  readonly direction?: Direction;
  /** What a slot must hold; anything, if absent. */
  readonly current?: readonly Held[];
  readonly next?: readonly Held[];
  readonly previous?: readonly Held[];
  /** Whether a target lacks the wanted key; either, if absent. */
  readonly targetsWait?: boolean;
  /** What Mistral must answer; asked only if the rest fits. A key in no slot never fits. */
  readonly asks?: Readonly<Partial<Record<Subject, readonly Answer[]>>>;
  readonly step: Step;
}

const copy = (from: KeySlot, to: KeySlot): Step => ({ do: "copy", from, to });
const erase = (slot: KeySlot): Step => ({ do: "erase", slot });
const enter = (stage: RotationStage): Step => ({ do: "enter", stage });
const end = (ending: "rotated" | "went-back"): Step => ({ do: "end", ending });
const leave = (left: Left): Step => ({ do: "leave", left });
const stop = (reason: StopReason): Step => ({ do: "stop", reason });

const accepted = ["accepted"] as const;
const usable = ["accepted", "untested"] as const;
const rejected = ["refused", "forbidden"] as const;
const notOld = ["nothing", "new", "other"] as const;
const notNew = ["nothing", "old", "other"] as const;

/** No new key is left, another key was put in use by something else, or `rotate --abort` before it reverts. */
const turnBack: readonly Row[] = [
  { current: ["old"], next: notNew, step: enter("reverting") },
  { direction: "back", current: ["other"], asks: { current: accepted }, step: enter("reverting") },
  { current: ["other"], step: stop("changed-elsewhere") },
  { direction: "back", current: ["new", "nothing"], previous: notOld, step: stop("old-key-gone") },
  { direction: "back", asks: { old: accepted }, step: enter("reverting") },
  { direction: "back", asks: { old: rejected, new: rejected }, step: stop("both-keys-rejected") },
  { direction: "back", asks: { old: rejected }, step: stop("old-key-rejected") },
  { direction: "back", step: stop("old-key-unknown") },
];

/** Past the switch, when the new key is not, or no longer, to be left in use. */
const notAsSwitched: readonly Row[] = [
  ...turnBack,
  { current: ["nothing"], step: stop("no-key-in-use") },
  { current: ["old"], next: ["new"], step: enter("switching") },
];

/**
 * Rotation as one table: the first row that fits decides the step. Three rules always hold:
 *
 * 1. A key is put in use or delivered only if Mistral accepts it or a person has just entered it.
 * 2. `current` is overwritten only if its key is also in another slot.
 * 3. A key is erased only if it is also in another slot, if Mistral refused it while accepting the one in
 *    use, or if a person gives it up and Mistral accepts the one in use.
 */
const table: Readonly<Record<RotationStage, readonly Row[]>> = {
  switching: [
    ...turnBack,
    { current: ["new"], next: ["new"], step: erase("next") },
    { current: ["new"], step: enter("delivering") },
    { current: ["old"], next: ["new"], previous: ["other"], step: stop("third-key") },
    { current: ["old"], next: ["new"], previous: ["nothing", "new"], step: copy("current", "previous") },
    { next: ["new"], asks: { new: usable }, step: copy("next", "current") },
    { next: ["new"], asks: { new: rejected }, step: stop("new-key-rejected") },
    { next: ["new"], step: stop("new-key-unknown") },
    { current: ["nothing"], step: stop("no-key-in-use") },
  ],
  delivering: [
    ...notAsSwitched,
    { targetsWait: true, asks: { current: accepted }, step: { do: "deliver" } },
    { targetsWait: true, asks: { current: rejected }, step: leave("new-key-rejected") },
    { targetsWait: true, step: leave("unknown") },
    { step: enter("retiring") },
  ],
  retiring: [...notAsSwitched, { previous: ["old"], step: { do: "retire" } }, { step: end("rotated") }],
  reverting: [
    // Something else put another key in use: it stays, and the rotation's two keys go.
    { current: ["other"], next: ["new"], asks: { current: accepted }, step: erase("next") },
    { current: ["other"], previous: ["old"], asks: { current: accepted }, step: erase("previous") },
    { current: ["other"], next: notNew, previous: notOld, step: end("went-back") },
    { current: ["other"], step: stop("changed-elsewhere") },
    // No slot holds the old key, so there is nothing to go back to.
    { current: ["new", "nothing"], previous: notOld, step: enter("switching") },
    // Only the old key is left.
    { current: ["old"], next: notNew, previous: ["old"], targetsWait: false, step: erase("previous") },
    { current: ["old"], next: notNew, targetsWait: false, step: end("went-back") },
    { current: ["new"], next: ["other"], step: stop("third-key") },
    { current: ["new"], next: ["nothing", "old"], asks: { old: accepted }, step: copy("current", "next") },
    { current: ["new", "nothing"], asks: { old: accepted }, step: copy("previous", "current") },
    { targetsWait: true, asks: { old: accepted }, step: { do: "deliver" } },
    { next: ["new"], asks: { old: accepted }, step: erase("next") },
    // The old key died when no other was left to put in use; a target may remain without it.
    { current: ["old"], next: notNew, previous: ["old"], asks: { old: rejected }, step: erase("previous") },
    { current: ["old"], next: notNew, asks: { old: rejected }, step: end("went-back") },
    // It died on the way back: put the new one in use again.
    { asks: { old: rejected, new: accepted }, step: enter("switching") },
    { asks: { old: rejected, new: ["unknown"] }, step: stop("new-key-unknown") },
    { asks: { old: rejected }, step: stop("both-keys-rejected") },
    { step: stop("old-key-unknown") },
  ],
};

/** What decides which row fits. */
export interface Situation {
  readonly stage: RotationStage;
  readonly direction: Direction;
  readonly slots: SlotContents;
  readonly targetsWait: boolean;
}

/**
 * Looks up the next step.
 *
 * @param ask - asks Mistral about a key; returns `undefined` if no slot holds it
 */
export async function findStep(
  situation: Situation,
  ask: (subject: Subject) => Promise<Answer | undefined>,
): Promise<Step> {
  for (const row of table[situation.stage]) {
    if (fits(row, situation) && (await answersFit(row, ask))) return row.step;
  }
  throw new Error(`The table of rotation has no row for ${JSON.stringify(situation)}.`);
}

function fits(row: Row, { direction, slots, targetsWait }: Situation): boolean {
  return (
    (row.direction === undefined || row.direction === direction) &&
    (row.targetsWait === undefined || row.targetsWait === targetsWait) &&
    (["current", "next", "previous"] as const).every((slot) => row[slot]?.includes(slots[slot]) ?? true)
  );
}

async function answersFit(
  { asks = {} }: Row,
  ask: (subject: Subject) => Promise<Answer | undefined>,
): Promise<boolean> {
  for (const subject of ["old", "new", "current"] as const) {
    const wanted = asks[subject];
    if (wanted === undefined) continue;
    const answer = await ask(subject);
    if (answer === undefined || !wanted.includes(answer)) return false;
  }
  return true;
}
