import type { Deps } from "../deps.ts";
import type { ApiKey } from "../keys/api-key.ts";
import type { KeyCheck } from "../mistral/mistral-api.ts";
import { verdictOf } from "../verification/verdict.ts";
import type { RotationRecord } from "./journal.ts";
import type { KeyPair, OldKeyState } from "./rotation-outcome.ts";

/** What a look at the old key told. */
export interface OldKeyLook {
  readonly state: OldKeyState;
  readonly oldCheck: KeyCheck;
  /** The latest check of the key in use. */
  readonly newCheck: KeyCheck;
}

/**
 * Calls Mistral with the old key. A refusal proves that the key is dead only when the new key is
 * accepted at the same time: a gateway that refuses everybody proves nothing.
 *
 * @param newCheck - a check of the key in use from a moment ago; without one it is called as well
 * @throws Cancelled when the person presses Ctrl-C
 */
export async function lookAtOldKey(
  deps: Pick<Deps, "mistral" | "signal">,
  record: RotationRecord,
  keys: KeyPair,
  newCheck?: KeyCheck,
): Promise<OldKeyLook> {
  const [oldCheck, before] = await Promise.all([
    checkOldKey(deps, record, keys.old),
    newCheck ?? checkNewKey(deps, record, keys.inUse),
  ]);
  if (oldCheck.authentication.ok) return { state: "alive", oldCheck, newCheck: before };
  if (!isDead(oldCheck)) return { state: "unknown", oldCheck, newCheck: before };
  const now = newCheck === undefined ? before : await checkNewKey(deps, record, keys.inUse);
  return { state: now.authentication.ok ? "dead" : "unknown", oldCheck, newCheck: now };
}

/** Whether Mistral refuses both keys, so that waiting for the end of the old one helps nobody. */
export function refusesBoth({ oldCheck, newCheck }: OldKeyLook): boolean {
  return isDead(oldCheck) && verdictOf(newCheck) === "rejected";
}

/** Asks whether Mistral still accepts the old key, where it was used. */
export async function checkOldKey(
  deps: Pick<Deps, "mistral" | "signal">,
  { before, after }: RotationRecord,
  key: ApiKey,
): Promise<KeyCheck> {
  const api = await deps.mistral((before ?? after).endpoint);
  const history = { expiresAt: before?.expiresAt, lastAcceptedAt: before?.lastAcceptedAt ?? null };
  return await api.checkKey(key, { history, quick: true, signal: deps.signal });
}

/** Asks whether Mistral accepts the new key. */
async function checkNewKey(
  deps: Pick<Deps, "mistral" | "signal">,
  { after }: RotationRecord,
  key: ApiKey,
): Promise<KeyCheck> {
  const api = await deps.mistral(after.endpoint);
  const history = { expiresAt: after.expiresAt, lastAcceptedAt: after.lastAcceptedAt };
  return await api.checkKey(key, { history, quick: true, signal: deps.signal });
}

/** Whether Mistral says that there is no such key any more; other refusals may end. */
function isDead(check: KeyCheck): boolean {
  return (
    verdictOf(check) === "rejected" && (check.diagnosis === "invalid-key" || check.diagnosis === "expired")
  );
}
