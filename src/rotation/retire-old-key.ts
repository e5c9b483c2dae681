import type { Deps } from "../deps.ts";
import { Cancelled, expected } from "../errors.ts";
import { commandFor } from "../hints.ts";
import type { ApiKey } from "../keys/api-key.ts";
import { consolePages, furtherPages } from "../mistral/console-pages.ts";
import { profilesWith, warnOfUnread } from "../profiles/known-key.ts";
import { joined } from "../profiles/profile.ts";
import { printHint } from "../terminal/output/failure.ts";
import type { PressKey } from "../terminal/prompts/prompts.ts";
import { answerOf, type KeyChecks } from "./ask-mistral.ts";
import type { RotationRecord } from "./journal.ts";
import type { Answer, Left } from "./stages.ts";

/**
 * Deletes the old key at Mistral.
 *
 * @throws MistralKeyError that says why it was not deleted
 */
export type RevokeOldKey = (rotation: RotationRecord) => Promise<void>;

/** How to retire the old key. */
export interface RetireOptions {
  /** How long to wait for Mistral to refuse the old key, in milliseconds; `undefined` if not given. */
  readonly waitMs?: number | undefined;
  /**
   * Continues if a target does not take the new key and, without a terminal, gives up an old key that Mistral
   * forbids every call, although it is not proven dead.
   */
  readonly yes?: boolean;
  /** Deletes the old key; if absent, a person does it in the console. */
  readonly revoke?: RevokeOldKey | undefined;
}

interface RetiringKeys {
  readonly record: RotationRecord;
  readonly old: ApiKey;
  readonly inUse: ApiKey;
  readonly checks: KeyChecks;
}

/** The old key's state: proven dead, or why it is kept. */
type Seen = "dead" | Exclude<Left, "targets">;

/** What became of the old key; `given-up` if a person dropped it without proof. */
export type Retired = Seen | "given-up";

/**
 * Retires the old key: checks whether Mistral still accepts it, deletes it through `revoke` or asks the
 * user to, and polls until it is refused. It is never deleted before Mistral accepts the key in use, and
 * never through `revoke` while another profile has it.
 *
 * @throws Cancelled when the user stops during the first check
 */
export async function retireOldKey(deps: Deps, keys: RetiringKeys, options: RetireOptions): Promise<Retired> {
  const line = deps.output.progress("Asking Mistral about the old key");
  let state = await lookAtOldKey(keys).finally(() => line.clear());
  if (state !== "old-key-alive" && state !== "old-key-forbidden") return state;
  const look = async (isLast: boolean) => {
    state = await lookAtOldKey(keys, isLast);
    return state;
  };
  const { yes, waitMs, revoke } = options;
  const isShared = warnOfSharing(deps, keys);
  try {
    if (revoke !== undefined && !isShared) {
      if (await isRevoked(deps, keys.record, revoke))
        return await watch(deps, look, state, waitMs ?? usualWaitMs);
      // An earlier run or a person may have deleted it.
      state = await lookAtOldKey(keys);
      if (state !== "old-key-alive" && state !== "old-key-forbidden") return state;
    }
    if (!deps.interactive) {
      if (waitMs !== undefined) state = await watch(deps, look, state, waitMs);
      return state === "old-key-forbidden" && yes ? "given-up" : state;
    }
    showRow(deps, keys.record, state);
    const choice = await askToDelete(deps, state);
    if (choice === "give-up") return "given-up";
    return choice === "later" ? state : await watch(deps, look, state, waitMs ?? usualWaitMs);
  } catch (error) {
    // The last known state is still useful.
    if (error instanceof Cancelled) return state;
    throw error;
  }
}

/**
 * Checks the old key. A refusal proves it dead only if the key in use is accepted at the same time: a gateway
 * that refuses every call proves nothing.
 *
 * @param isLast - checks the key in use again, too: a person may have deleted that one
 */
async function lookAtOldKey({ checks, old, inUse }: RetiringKeys, isLast = false): Promise<Seen> {
  const earlier = checks.last("new");
  const asked = [checks.ask("old", old), earlier ?? checks.ask("new", inUse)] as const;
  const [oldCheck, before] = await Promise.all(asked);
  const answer = answerOf(oldCheck);
  const asksAgain = earlier !== undefined && (isLast || answer === "refused");
  const now = asksAgain ? await checks.ask("new", inUse) : before;
  const inUseAnswer = answerOf(now);
  if (isRejected(inUseAnswer)) return isRejected(answer) ? "both-keys-rejected" : "new-key-rejected";
  // Before the last look it has been accepted.
  const isKnown = inUseAnswer === "accepted" || (isLast && answer !== "refused");
  if (!isKnown || answer === "unknown") return "unknown";
  if (answer === "refused") return "dead";
  return answer === "forbidden" ? "old-key-forbidden" : "old-key-alive";
}

function isRejected(answer: Answer): boolean {
  return answer === "refused" || answer === "forbidden";
}

/** Other profiles may hold the old key, too. Returns whether one does, or cannot be read. */
function warnOfSharing(deps: Deps, { old, record }: RetiringKeys): boolean {
  const { profiles, output } = deps;
  const others = profilesWith(old, profiles);
  for (const { name } of others) {
    output.warn(`Profile "${name}" has the old key, too, and loses it when that is deleted at Mistral.`);
    output.next(`To replace it there first: ${commandFor(name, "rotate")}`);
  }
  return warnOfUnread(deps, record.profile, "the old key") || others.length > 0;
}

/** On failure, a person can still delete it. */
async function isRevoked({ output }: Deps, record: RotationRecord, revoke: RevokeOldKey): Promise<boolean> {
  const line = output.progress("Deleting the old key at Mistral");
  try {
    await revoke(record);
    line.succeed(`deleted the old key ${record.oldKey.mask} at Mistral`);
    return true;
  } catch (error) {
    line.clear();
    const failure = expected(error);
    output.warn(`The old key could not be deleted for you. ${failure.message}`);
    printHint(output, failure);
    return false;
  }
}

function showRow({ output }: Deps, { oldKey, before }: RotationRecord, state: Left): void {
  const identity = before?.identity;
  output.print();
  output.heading("One thing is left: delete the old key at Mistral.");
  if (state === "old-key-forbidden")
    output.paragraph("Mistral knows it, although it allows it no calls, so it has not been deleted yet.");
  output.paragraph(
    "In API Keys, find this row and delete it. If other people use this key, too, give them another one first.",
  );
  output.print();
  const rows = [
    { label: "Name", value: oldKey.name ?? "not known here; go by the characters above" },
    { label: "Workspace", value: joined([identity?.workspace, identity?.organization]) },
    { label: "Account", value: joined([identity?.email]) },
  ].filter(({ value }) => value !== "");
  output.card({ title: oldKey.mask, rows });
  output.print();
  output.line(output.theme.link(consolePages.keys));
  output.paragraph("An administrator can find everybody's keys in the Admin Panel:");
  output.line(output.theme.link(furtherPages.organizationKeys));
  output.print();
}

type Choice = "watch" | "later" | "give-up";

async function askToDelete(deps: Deps, state: Left): Promise<Choice> {
  const open: PressKey<"open"> = { press: "enter", does: "open in the browser", value: "open" };
  // It may stay forbidden forever, as in a closed workspace, and never be proven dead.
  const giveUp: PressKey<Choice> = { press: "f", does: "forget it here", value: "give-up" };
  const keys: readonly PressKey<Choice | "open">[] = [
    ...(deps.opensPages ? [open] : []),
    { press: deps.opensPages ? "d" : "enter", does: "I am deleting it", value: "watch" },
    ...(state === "old-key-forbidden" ? [giveUp] : []),
    { press: "l", does: "later", value: "later" },
  ];
  const choice = await (await deps.prompts()).press({ keys });
  if (choice !== "open") return choice;
  if (!(await deps.openPage(consolePages.keys)))
    deps.output.warn("No browser could be started here. Open the address above on any machine.");
  return "watch";
}

const usualWaitMs = 120_000;
const secondsBetweenCalls = 4;

/** Checks the old key every few seconds until the answer is final or time runs out. */
async function watch(
  deps: Deps,
  look: (isLast: boolean) => Promise<Seen>,
  first: Seen,
  waitMs: number,
): Promise<Seen> {
  // Printed once, for terminals that cannot update a line.
  deps.output.paragraph("Waiting until Mistral refuses the old key. Ctrl-C leaves that for later.");
  const end = deps.now().getTime() + waitMs;
  const line = deps.output.progress("Asking Mistral every few seconds");
  let state = first;
  let left = waitMs;
  try {
    for (let second = 1; left > 0; second += 1) {
      line.update(`Asking Mistral every few seconds, for ${inMinutes(left)} more`);
      const pause = Math.min(1_000, left);
      await deps.sleep(pause);
      // The clock also counts the time that calls take, but may be set back.
      left = Math.min(left - pause, end - deps.now().getTime());
      if (left > 0 && second % secondsBetweenCalls !== 0) continue;
      state = await look(left <= 0);
      if (state === "dead" || state === "new-key-rejected" || state === "both-keys-rejected") break;
    }
    return state;
  } finally {
    line.clear();
  }
}

/** As `m:ss`. */
function inMinutes(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
