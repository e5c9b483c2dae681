import type { Deps } from "../deps.ts";
import { joinHints } from "../errors.ts";
import { commandFor, shellWord } from "../hints.ts";
import { ApiKey } from "../keys/api-key.ts";
import { formatDay } from "../keys/expiry.ts";
import { matchesFingerprint } from "../keys/fingerprint.ts";
import { maskKey } from "../keys/mask.ts";
import { consolePages } from "../mistral/console-pages.ts";
import type { KeyCheck } from "../mistral/mistral-api.ts";
import { showName } from "../outside-text.ts";
import { type Profile, placeOf } from "../profiles/profile.ts";
import type { DeliveryReport } from "../targets/target.ts";
import { printHint } from "../terminal/output/failure.ts";
import { explain } from "../verification/explain.ts";
import type { Explanation } from "../verification/explanation.ts";
import { shadowNotes } from "../verification/verify-profile.ts";
import type { Left } from "./stages.ts";
import { startingOver } from "./stopped.ts";
import { goingBack, withoutTarget } from "./unfinished.ts";

/**
 * What is known of the old key: `dead` if Mistral refused it while accepting the new one, `unknown` if no
 * check was conclusive. Part of the stable `--json` surface.
 */
export type OldKeyState = "alive" | "dead" | "unknown";

/** The state of a rotation, past the switch to the new key, when its flow returns. */
export interface RotationOutcome {
  readonly outcome: "rotated";
  /** Whether nothing is left to do; false if a target lacks the new key, even if the rotation has ended. */
  readonly finished: boolean;
  /** Why the rotation has not ended; `undefined` if it has. */
  readonly left: Left | undefined;
  /** Whether going back to the old key was tried and failed. */
  readonly noWayBack: boolean;
  readonly profile: Profile;
  /** The old key's profile. */
  readonly before: Profile | null;
  readonly key: ApiKey;
  /** The latest check of the key in use; `undefined` when there was none. */
  readonly check: KeyCheck | undefined;
  readonly previous: { readonly mask: string; readonly name: string | null; readonly state: OldKeyState };
  readonly targets: readonly DeliveryReport[];
}

/** How going back ended. */
export interface WayBack {
  readonly outcome: "went-back";
  /** Which key is in use: the old one, or one that something else stored. */
  readonly inUse: "old" | "another";
  /** Whether the rotation has ended; false if a target did not take the old key back. */
  readonly finished: boolean;
}

/** What `rotate --json` adds to the verdict on the new key. Stable surface. */
export function rotationDocument(outcome: RotationOutcome) {
  const { previous, targets } = outcome;
  const hint = nextStepOf(outcome);
  return {
    ...(hint === undefined ? {} : { hint }),
    previous: { key: previous.mask, state: previous.state },
    targets,
  };
}

/** What is left to do, a line each, with its command; `undefined` if nothing is. */
function nextStepOf({ left, targets, check, profile }: RotationOutcome): string | undefined {
  const { name } = profile;
  if (left === "both-keys-rejected")
    return `If both have been deleted there or have expired: ${startingOver(profile)}`;
  if (left === "new-key-rejected") return goingBack(name);
  const finishing = `To finish: ${commandFor(name, "rotate --finish")}`;
  if (left === "targets") return `${finishing}\n${withoutTarget(name)}`;
  if (left !== undefined) return joinHints(whyUnknown(left, check)?.hint, finishing);
  const missing = targets.filter(({ ok }) => !ok).map(({ target }) => shellWord(target));
  if (missing.length === 0) return undefined;
  return `To deliver it there: ${commandFor(name, ["push", ...missing].join(" "))}`;
}

/** Prints a rotation's state and what is left to do. */
export function printRotation({ output, env }: Deps, outcome: RotationOutcome): void {
  const { profile, previous, left, before } = outcome;
  const where = placeOf(before?.identity);
  const old = `The old key ${previous.mask}${previous.name === null ? "" : ` (${previous.name})`}`;
  output.print();
  if (outcome.noWayBack) output.fail(`There is no way back to ${previous.mask}.`);
  output.ok(`The new key ${profile.key} is in use for profile "${profile.name}".`);
  if (left !== undefined) {
    output.warn(`${old} ${wordsFor(left, outcome)}`);
  } else if (previous.state === "dead") {
    output.ok(`${old} is refused by Mistral and forgotten here.`);
  } else if (previous.state === "alive") {
    output.warn(
      `${old} is forgotten here. If you have not deleted it yet, it still exists at Mistral${where}: ${consolePages.keys}`,
    );
  } else {
    const untried = "was no longer kept here, so it could not be tried.";
    output.warn(`${old} ${untried} Make sure that it is deleted${where}: ${consolePages.keys}`);
  }
  const missing = outcome.targets.filter(({ ok }) => !ok).map(({ target }) => showName(target));
  if (missing.length > 0) output.warn(`Without the new key: ${missing.join(", ")}`);
  printHint(output, { hint: nextStepOf(outcome) });
  if (profile.expiresAt === undefined && typeof before?.expiresAt === "string") {
    const day = formatDay(before.expiresAt);
    output.warn(
      `The last day of the new key is not noted: ${day} was the old key's, and is not carried over.`,
    );
    output.next(`To note it: ${commandFor(profile.name, "expires DATE")}`);
  }
  for (const note of shadowNotes(env, outcome.key, profile.name)) output.warn(note);
}

/** Why Mistral said nothing of the key in use, if that is what is left. */
function whyUnknown(left: Left, check: KeyCheck | undefined): Explanation | undefined {
  return left === "unknown" && check?.authentication.ok === false ? explain(check) : undefined;
}

function wordsFor(left: Left, { profile, before, check }: RotationOutcome): string {
  const there = `If you have not deleted it yet, delete it in the console${placeOf(before?.identity)}: ${consolePages.keys}`;
  switch (left) {
    case "targets":
      return "is kept until every target has the new one.";
    case "old-key-alive":
      return `still worked when it was last tried. ${there}`;
    case "old-key-forbidden":
      return `was still known to Mistral when it was last tried, although it is allowed no calls. ${there}`;
    case "new-key-rejected":
      return `is kept, because Mistral does not accept the new one. To see why: ${commandFor(profile.name, "verify")}`;
    case "both-keys-rejected":
      return `is kept, but Mistral accepts neither it nor the new one. To see why: ${commandFor(profile.name, "verify")}`;
    case "unknown":
      return `is kept, because it could not be found out what Mistral says of both keys. ${whyUnknown(left, check)?.sentence ?? ""}`.trimEnd();
  }
}

/** Names at most this many processes; counts the rest. */
const named = 8;

/** Warns of this user's processes that were started with the old key and still run. */
export async function warnOfOldProcesses(
  { output, findProcessesWith }: Deps,
  before: Profile | null,
): Promise<void> {
  if (before === null) return;
  const { key: mask, fingerprint } = before;
  const isOld = (value: string) =>
    maskKey(value) === mask && matchesFingerprint(ApiKey.of(value), fingerprint);
  const found = await findProcessesWith(isOld);
  if (found.length === 0) return;
  const list = found.slice(0, named).map(({ id, name }) => `${showName(name)} (process ${id})`);
  if (found.length > named) list.push(`and ${found.length - named} more`);
  output.warn(`Started with the old key ${mask}, and still running: ${list.join(", ")}.`);
  output.next("Restart them: until then they keep using the old key.");
}
