import type { KeySlot } from "../stores/secret-store.ts";

/**
 * How far a rotation has come. A stage is written before the steps that it allows, so that after a
 * crash it tells what the slots may hold.
 *
 * - `staging`: the new key is being put in `next`
 * - `switching`: `current` is being copied to `previous`, then `next` to `current`
 * - `delivering`: the new key is in use and is being delivered to its targets
 * - `retiring`: the old key waits to be deleted at Mistral
 * - `erasing`: Mistral refuses the old key; `previous` is being erased
 * - `reverting`: the old key is wanted back; `current` is being kept in `next`, then `previous` put in its place
 */
export type RotationStage = "staging" | "switching" | "delivering" | "retiring" | "erasing" | "reverting";

/** What a slot holds, seen from a rotation; `other` is a key that something else has put there. */
export type Held = "nothing" | "old" | "new" | "other";

/** What every slot holds. */
export type SlotContents = Readonly<Record<KeySlot, Held>>;

/** Whether the new key is wanted in use, or the old one. Beyond `reverting` there is one way. */
export type Direction = "forward" | "back";

/**
 * What Mistral says of a key:
 *
 * - `accepted`: it lists models for it
 * - `refused`: 401; deleted, expired, or never a key
 * - `forbidden`: 403; there is such a key, but it may not make the call
 * - `unknown`: no answer, an outage, a limit, or an answer of somebody in between
 * - `untested`: a person has just entered it and wants it in use without a test
 */
export type Answer = "accepted" | "refused" | "forbidden" | "unknown" | "untested";

/** The key that Mistral is asked about. */
export type Subject = "old" | "new" | "current";

/** Why a rotation cannot be moved on now. Nothing is erased then. */
export type StopReason =
  | "new-key-rejected"
  | "new-key-unknown"
  | "old-key-rejected"
  | "old-key-unknown"
  | "both-keys-rejected"
  | "old-key-gone"
  | "no-key-in-use"
  | "changed-elsewhere"
  | "third-key"
  | "other-key-unproven";

/** Why a rotation whose new key is in use is not finished. */
export type Left =
  /** A target does not hold the new key. */
  | "targets"
  | "old-key-alive"
  /** Mistral knows the old key, but allows it nothing: it has not been deleted. */
  | "old-key-forbidden"
  /** Mistral does not accept the new key. */
  | "new-key-rejected"
  | "unknown";

/** How a rotation ends. */
export type Ending = "rotated" | "went-back" | "nothing-staged";

/** One step. Each has at most one effect, after which the table is looked at again. */
export type Step =
  | { readonly do: "copy"; readonly from: KeySlot; readonly to: KeySlot }
  | { readonly do: "erase"; readonly slot: KeySlot }
  | { readonly do: "enter"; readonly stage: RotationStage }
  /** Take the key in use to the targets that do not hold it. */
  | { readonly do: "deliver" }
  /** See the old key to its end: `erasing` once it is proven dead. */
  | { readonly do: "retire" }
  | { readonly do: "end"; readonly ending: Ending }
  /** The new key is in use, and something is left for later. */
  | { readonly do: "leave"; readonly left: Left }
  | { readonly do: "stop"; readonly reason: StopReason };

/** A row of the table: where it fits, and the step that is taken there. */
interface Row {
  /** Both, where absent. */
  readonly direction?: Direction;
  /** What a slot must hold; anything, where absent. */
  readonly current?: readonly Held[];
  readonly next?: readonly Held[];
  readonly previous?: readonly Held[];
  /** Whether a target lacks the key that is wanted; either, where absent. */
  readonly targetsWait?: boolean;
  /** What Mistral must answer, asked only when the rest fits. A key that no slot holds fits nothing. */
  readonly asks?: Readonly<Partial<Record<Subject, readonly Answer[]>>>;
  readonly step: Step;
}

const copy = (from: KeySlot, to: KeySlot): Step => ({ do: "copy", from, to });
const erase = (slot: KeySlot): Step => ({ do: "erase", slot });
const enter = (stage: RotationStage): Step => ({ do: "enter", stage });
const end = (ending: Ending): Step => ({ do: "end", ending });
const leave = (left: Left): Step => ({ do: "leave", left });
const stop = (reason: StopReason): Step => ({ do: "stop", reason });

const accepted = ["accepted"] as const;
const usable = ["accepted", "untested"] as const;
const rejected = ["refused", "forbidden"] as const;
const notOld = ["nothing", "new", "other"] as const;
const notNew = ["nothing", "old", "other"] as const;

/** `rotate --abort`, before the way back has begun. */
const turnBack: readonly Row[] = [
  // No new key is kept, so there is none to lose.
  { direction: "back", current: ["old"], next: notNew, step: enter("reverting") },
  { direction: "back", current: ["other"], asks: { current: accepted }, step: enter("reverting") },
  { direction: "back", current: ["other"], step: stop("other-key-unproven") },
  { direction: "back", current: ["new", "nothing"], previous: notOld, step: stop("old-key-gone") },
  { direction: "back", asks: { old: accepted }, step: enter("reverting") },
  { direction: "back", asks: { old: rejected, new: rejected }, step: stop("both-keys-rejected") },
  { direction: "back", asks: { old: rejected }, step: stop("old-key-rejected") },
  { direction: "back", step: stop("old-key-unknown") },
];

/**
 * Rotation, as one table: the first row that fits says what is done. Three rules hold in all of it:
 *
 * 1. A key is put in use, or delivered, only when Mistral accepts it or a person has just entered it.
 * 2. `current` is overwritten only when the key that it loses is in another slot as well.
 * 3. A key is erased only when it is in another slot as well, when Mistral has refused it while it
 *    accepted the one in use, or when a person gives it up and Mistral accepts the one in use.
 */
const table: Readonly<Record<RotationStage, readonly Row[]>> = {
  staging: [...turnBack, { next: ["new"], step: enter("switching") }, { step: end("nothing-staged") }],
  switching: [
    ...turnBack,
    { current: ["new"], next: ["new"], step: erase("next") },
    { current: ["new"], step: enter("delivering") },
    { current: ["other"], next: ["new"], step: stop("changed-elsewhere") },
    { current: ["old"], next: ["new"], previous: ["other"], step: stop("third-key") },
    { current: ["old"], next: ["new"], previous: ["nothing", "new"], step: copy("current", "previous") },
    { next: ["new"], asks: { new: usable }, step: copy("next", "current") },
    { next: ["new"], asks: { new: rejected }, step: stop("new-key-rejected") },
    { next: ["new"], step: stop("new-key-unknown") },
    { current: ["nothing"], step: stop("no-key-in-use") },
    { current: ["old"], previous: ["old"], step: erase("previous") },
    { step: end("nothing-staged") },
  ],
  delivering: [
    ...turnBack,
    { current: ["nothing"], step: stop("no-key-in-use") },
    { targetsWait: true, asks: { current: accepted }, step: { do: "deliver" } },
    { targetsWait: true, asks: { current: rejected }, step: leave("new-key-rejected") },
    { targetsWait: true, step: leave("unknown") },
    { step: enter("retiring") },
  ],
  retiring: [
    ...turnBack,
    { current: ["nothing"], step: stop("no-key-in-use") },
    { previous: ["old"], step: { do: "retire" } },
    { step: end("rotated") },
  ],
  erasing: [
    { previous: ["old"], asks: { old: accepted }, step: enter("retiring") },
    { direction: "back", step: stop("old-key-rejected") },
    { previous: ["old"], step: erase("previous") },
    { step: end("rotated") },
  ],
  reverting: [
    // Something else has put another key in use: that one stays, and the two of the rotation go.
    { current: ["other"], next: ["new"], asks: { current: accepted }, step: erase("next") },
    { current: ["other"], previous: ["old"], asks: { current: accepted }, step: erase("previous") },
    { current: ["other"], next: notNew, previous: notOld, step: end("went-back") },
    { current: ["other"], step: stop("other-key-unproven") },
    // The old key is in no slot any more, so there is nothing to go back to.
    { current: ["new"], previous: notOld, step: enter("switching") },
    { current: ["nothing"], next: ["new"], previous: notOld, step: enter("switching") },
    { current: ["nothing"], previous: notOld, step: stop("no-key-in-use") },
    // Only the old key is left.
    { current: ["old"], next: notNew, previous: ["old"], targetsWait: false, step: erase("previous") },
    { current: ["old"], next: notNew, targetsWait: false, step: end("went-back") },
    { current: ["new"], next: ["other"], step: stop("third-key") },
    { current: ["new"], next: ["nothing", "old"], asks: { old: accepted }, step: copy("current", "next") },
    { current: ["new", "nothing"], asks: { old: accepted }, step: copy("previous", "current") },
    { targetsWait: true, asks: { old: accepted }, step: { do: "deliver" } },
    { next: ["new"], asks: { old: accepted }, step: erase("next") },
    // The old key has died on the way back: the new one is put in use again.
    { asks: { old: rejected, new: accepted }, step: enter("switching") },
    { asks: { old: rejected, new: rejected }, step: stop("both-keys-rejected") },
    { asks: { old: rejected, new: ["unknown"] }, step: stop("new-key-unknown") },
    // It died when nothing else was kept any more; a target may be left without it.
    { current: ["old"], previous: ["old"], asks: { old: rejected }, step: erase("previous") },
    { current: ["old"], asks: { old: rejected }, step: end("went-back") },
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
 * Looks up what is to be done.
 *
 * @param ask - asks Mistral about a key; `undefined` for one that no slot holds
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
