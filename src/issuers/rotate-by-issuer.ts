import { retryNewKey } from "../capture/settle-key.ts";
import type { Deps } from "../deps.ts";
import { expected, isStoreFailure, joinHints, MistralKeyError, withSentence } from "../errors.ts";
import { furtherPages } from "../mistral/console-pages.ts";
import type { Endpoint } from "../mistral/endpoint.ts";
import { newKey } from "../mistral/mistral-api.ts";
import { withCheck } from "../profiles/known-key.ts";
import { endpointFor } from "../profiles/profile.ts";
import { answerOf } from "../rotation/ask-mistral.ts";
import { keepingBothKeys, type ReplaceRequest, stageKey, switchToStaged } from "../rotation/replace-key.ts";
import type { RevokeOldKey } from "../rotation/retire-old-key.ts";
import {
  type KeyToReplace,
  prepareRotation,
  type RotateOutcome,
  type RotateRequest,
  rotateKey,
} from "../rotation/rotate-key.ts";
import { bothWays } from "../rotation/unfinished.ts";
import { printHint } from "../terminal/output/failure.ts";
import { checkWithProgress } from "../verification/check-with-progress.ts";
import { explain } from "../verification/explain.ts";
import type { AdminApi } from "./admin-api.ts";
import { findIssuedKey } from "./find-issued-key.ts";
import { makeSuccessor, type Successor } from "./make-successor.ts";
import { openIssuer } from "./open-issuer.ts";

/**
 * Rotates through the Admin API, which creates the new key and deletes the old one. The new key is stored in
 * `next` at once, since Mistral shows it only once. If the API makes none, a person at the terminal is told
 * why and makes it by hand.
 *
 * @throws MistralKeyError that says why there is no new key, or as `rotateKey` does
 */
export async function rotateByIssuer(deps: Deps, request: RotateRequest): Promise<RotateOutcome> {
  const stored = await prepareRotation(deps, request);
  const { store, profile: before } = stored;
  const { profile: name } = request;
  const endpoint = endpointFor(request, before);
  const made = await makeKey(deps, request, stored, endpoint);
  if (made === undefined) return await rotateKey(deps, { ...request, from: "prompt" });
  const { issuer, successor } = made;
  const { created, listed } = successor;
  // A policy may have made it earlier than requested, so only a day that a person entered may stand in.
  const { expiresAt = request.expiresAt } = listed;
  const replace: ReplaceRequest = {
    ...request,
    name,
    key: created.key,
    store,
    endpoint,
    expiresAt,
    listed,
    before,
  };
  const record = await stageKey(deps, replace).catch(async (error: unknown) => {
    throw await withdrawn(error, issuer, successor);
  });
  const check = await keepingBothKeys(record, async () => {
    const checkKey = () => checkWithProgress(deps, created.key, endpoint, { history: newKey });
    return await retryNewKey(deps, checkKey, await checkKey());
  });
  switch (answerOf(check)) {
    case "refused":
    case "forbidden":
      // Mistral refuses it, so it is deleted there first and then here.
      await keepingBothKeys(record, async () => {
        // Another run may have put it in use since, or begin one while it is deleted.
        deps.journal.confirm(record);
        await issuer.delete(created.keyId);
        deps.journal.confirm(record);
        await store.delete({ profile: name, slot: "next" });
        deps.journal.end(name);
      });
      return { outcome: "refused", key: created.key, check };
    case "accepted": {
      const checked = { ...record, after: withCheck(record.after, check, deps.now()) };
      return await switchToStaged(deps, checked, { ...replace, check });
    }
    default:
      throw new MistralKeyError(
        "unfinished",
        `${explain(check).sentence} Both keys are kept; the rotation is not finished.`,
        { hint: bothWays(name) },
      );
  }
}

/** Returns `undefined` if it made none and the user was told why. */
async function makeKey(
  deps: Deps,
  { profile: name, expiresAt }: RotateRequest,
  { key, store, about: profile }: KeyToReplace,
  endpoint: Endpoint,
): Promise<{ readonly issuer: AdminApi; readonly successor: Successor } | undefined> {
  const line = deps.output.progress("Asking the Admin API for a new key");
  try {
    const issuer = await openIssuer(deps, name, store, endpoint);
    const wanted = { mask: key.mask, name: profile?.identity?.keyName ?? null };
    const successor = await makeSuccessor(deps, issuer, { wanted, profile, expiresAt });
    line.succeed(`made the key ${successor.created.key.mask}`);
    return { issuer, successor };
  } catch (error) {
    line.clear();
    const failure = expected(error);
    if (!deps.interactive) throw failure;
    deps.output.warn(failure.message);
    printHint(deps.output, failure);
    deps.output.paragraph("So make the new key by hand.");
    return undefined;
  }
}

/** Deletes the old key of a rotation through the Admin API of its profile. */
export function revokeByIssuer(deps: Deps): RevokeOldKey {
  return async ({ profile, oldKey, after }) => {
    const issuer = await openIssuer(deps, profile, await deps.store(after.store), after.endpoint);
    const { keyId } = await findIssuedKey(issuer, oldKey);
    await issuer.delete(keyId);
  };
}

/** Deletes a key that could not be stored; if that fails, the error names the key that is left. */
async function withdrawn(error: unknown, issuer: AdminApi, { created, name }: Successor): Promise<unknown> {
  if (!(error instanceof MistralKeyError)) return error;
  const row = `${created.key.mask}${name === null ? "" : ` (${name})`}`;
  // Otherwise another run has changed what is stored.
  const stays = isStoreFailure(error) ? "The old key stays in use. " : "";
  try {
    await issuer.delete(created.keyId);
  } catch {
    const left = `${stays}The new key ${row} could not be stored here, and still exists at Mistral.`;
    const hint = joinHints(`Delete it there: ${furtherPages.organizationKeys}`, error.hint);
    return withSentence(error, left, { kind: "unfinished", hint });
  }
  return withSentence(error, `${stays}The new key ${row} was deleted again.`);
}
