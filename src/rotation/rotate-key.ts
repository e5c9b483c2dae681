import { askExpiry } from "../capture/ask-expiry.ts";
import { type CapturedKey, captureKey, type RefusedKey } from "../capture/capture-key.ts";
import { agreeToMove, describeMove, withoutNewKey } from "../capture/other-workspace.ts";
import { screensFor, suggestKeyName } from "../capture/steps.ts";
import { type Walked, walkSteps } from "../capture/walk-steps.ts";
import type { Deps } from "../deps.ts";
import { Cancelled, MistralKeyError, withSentence } from "../errors.ts";
import { commandFor } from "../hints.ts";
import type { Expiry } from "../keys/expiry.ts";
import { furtherPages } from "../mistral/console-pages.ts";
import type { Identity } from "../mistral/mistral-api.ts";
import { describing } from "../profiles/known-key.ts";
import { endpointFor, type Profile } from "../profiles/profile.ts";
import { type KeyRequest, noKey, readStoredKey, type StoredKey } from "../stores/stored-key.ts";
import type { RotationOutcome } from "./outcome.ts";
import { refuseLeftovers, replaceKey } from "./replace-key.ts";
import type { RetireOptions } from "./retire-old-key.ts";

/** The options of `rotate`. */
export interface RotateRequest extends KeyRequest, RetireOptions {
  /** The new key's last day, if given; `undefined` asks for it. */
  readonly expiresAt: Expiry | undefined;
  readonly from: "prompt" | "stdin";
}

/** How {@link rotateKey} ended. */
export type RotateOutcome = RotationOutcome | RefusedKey;

/**
 * Gets a new key, checks it and replaces the stored one with it.
 *
 * @throws Cancelled, and MistralKeyError of kinds `no-key`, `usage`, `store-…` and `unfinished`
 */
export async function rotateKey(deps: Deps, request: RotateRequest): Promise<RotateOutcome> {
  const stored = await prepareRotation(deps, request);
  const { key: oldKey, store, profile: before, about } = stored;
  const endpoint = endpointFor(request, before);
  const stopped = (error: unknown) => {
    if (!(error instanceof Cancelled)) throw error;
    const hint = `To start again: ${commandFor(request.profile, "rotate")}`;
    throw withSentence(error, "The stored key stays in use.", { hint });
  };
  const walked =
    request.from === "stdin" ? undefined : await walkToPaste(deps, request, stored).catch(stopped);
  const expiresAt = walked === undefined ? request.expiresAt : walked.expiresAt;
  const justMade = walked?.justMade ?? false;
  const captured = await captureKey(deps, {
    from: walked?.key ?? request.from,
    justMade,
    message: "The new key",
    endpoint,
    verify: true,
    expiresAt,
    refuse: (key) =>
      key.equals(oldKey) ? "This is the key that is stored already; a rotation needs a new one." : undefined,
  }).catch(stopped);
  if (captured.outcome === "refused") return captured;
  await settleWorkspace(deps, request, about?.identity ?? null, captured);
  return await replaceKey(deps, {
    ...request,
    name: request.profile,
    key: captured.key,
    store,
    endpoint,
    expiresAt,
    check: captured.check,
    before,
    askExpiry: walked?.asked === false ? () => askExpiry(deps, { justMade }) : undefined,
  });
}

/** A stored key, and what is known of exactly that one. */
export interface KeyToReplace extends StoredKey {
  readonly about: Profile | undefined;
}

/**
 * Reads the key to replace, and checks that nothing blocks the rotation.
 *
 * @throws MistralKeyError of kinds `no-key`, `usage`, `store-…` and `unfinished`
 */
export async function prepareRotation(deps: Deps, request: RotateRequest): Promise<KeyToReplace> {
  deps.journal.requireNone(request.profile);
  const stored = await readStoredKey(request, deps);
  const { key, store, profile } = stored;
  // `--store` names another store, which holds a key of the same name.
  if (profile !== undefined && (request.store ?? profile.store) !== profile.store)
    throw noKey(request.profile, store, profile);
  await refuseLeftovers(store, request.profile, key);
  return { ...stored, about: profile && describing(key, profile, deps.now()) };
}

async function walkToPaste(
  deps: Deps,
  { profile, expiresAt }: RotateRequest,
  { key, about }: KeyToReplace,
): Promise<Walked> {
  const { output } = deps;
  output.print();
  output.paragraph(
    `A new key for profile "${profile}". The stored one, ${key.mask}, stays in use until the new one has been checked and stored.`,
  );
  output.paragraph(
    `An administrator may use Rotate in the Admin Panel's list instead, and paste the key that it shows. Whether the old key keeps working after that is not documented: ${furtherPages.organizationKeys}`,
  );
  const screens = screensFor({
    suggestedName: suggestKeyName(deps.machineName(), deps.now()),
    start: "account",
    workspace: about?.identity?.workspace,
  });
  return await walkSteps(deps, {
    screens: screens.filter(({ id }) => id === "create" || id === "copy"),
    from: "create",
    expiresAt,
  });
}

/** A new key from another workspace must be confirmed. */
async function settleWorkspace(
  deps: Deps,
  { profile, from }: RotateRequest,
  before: Identity | null,
  { check }: CapturedKey,
): Promise<void> {
  const said = describeMove(before, check?.identity);
  if (said === undefined) return;
  if (from === "stdin" || !deps.interactive) {
    throw new MistralKeyError("usage", `${said} Nothing was changed.`, {
      hint: `If it was only renamed, note its new name and try again: ${commandFor(profile, "verify")}\nIf you want another workspace: ${commandFor(profile, "init --with-key --yes")} < FILE`,
    });
  }
  deps.output.warn(said);
  await agreeToMove(deps, withoutNewKey(commandFor(profile, "rotate")));
}
