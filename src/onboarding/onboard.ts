import { type CapturedKey, captureKey } from "../capture/capture-key.ts";
import { retryWhileStoreFails } from "../capture/retry-store.ts";
import { askExpiry } from "../capture/walk-steps.ts";
import type { Deps } from "../deps.ts";
import { Cancelled, MistralKeyError } from "../errors.ts";
import { commandFor } from "../hints.ts";
import type { ApiKey } from "../keys/api-key.ts";
import type { Expiry } from "../keys/expiry.ts";
import { matchesFingerprint } from "../keys/fingerprint.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import type { Endpoint } from "../mistral/endpoint.ts";
import type { KeyCheck } from "../mistral/mistral-api.ts";
import { type KnownKey, profileOf } from "../profiles/known-key.ts";
import { endpointFor, type Profile } from "../profiles/profile.ts";
import { refuseLookalike } from "../profiles/profile-folder.ts";
import { replaceKey } from "../rotation/replace-key.ts";
import type { RotationOutcome } from "../rotation/rotation-outcome.ts";
import { refuseDuringRotation } from "../rotation/unfinished.ts";
import type { SecretStore, StoreKind } from "../stores/secret-store.ts";
import { hang } from "../terminal/output/layout.ts";
import { keepKey } from "./keep-key.ts";
import { settleStore } from "./settle-store.ts";
import { stoppable, walkBack, walkToPaste } from "./wizard.ts";

/** What `init` is asked for. */
export interface OnboardRequest {
  readonly profile: ProfileName;
  /** The store asked for; `undefined` leaves it to the profile, then to the keychain. */
  readonly store: StoreKind | undefined;
  readonly endpoint: Endpoint | undefined;
  /** The last day, when it was given; `undefined` asks for it. */
  readonly expiresAt: Expiry | undefined;
  /** Where the key comes from; a key that was found on this machine needs no steps. */
  readonly from: "prompt" | "stdin" | ApiKey;
  readonly verify: boolean;
  readonly browser: boolean;
  /** Replaces a stored key without asking. */
  readonly force: boolean;
  /** A made-up key to offer, in the demonstration. */
  readonly offered?: ApiKey;
}

/** How onboarding ended. */
export type OnboardOutcome =
  | {
      readonly outcome: "stored";
      readonly profile: Profile;
      readonly key: ApiKey;
      readonly store: SecretStore;
      readonly check: KeyCheck | undefined;
      /** The key that was there before, when one was. */
      readonly replaced: RotationOutcome | undefined;
    }
  /** Nobody was there to decide about a key that did not pass, so it was not stored. */
  | {
      readonly outcome: "refused";
      readonly key: ApiKey;
      readonly store: SecretStore;
      readonly check: KeyCheck;
    }
  /** Accepted, to be used in this run and kept nowhere. */
  | {
      readonly outcome: "once";
      readonly key: ApiKey;
      readonly store: SecretStore;
      readonly check: KeyCheck | undefined;
    }
  /** The person keeps the key that is stored already. */
  | {
      readonly outcome: "kept";
      readonly profile: ProfileName;
      /** Its last day, when that was given and is noted now. */
      readonly noted?: Expiry | undefined;
    };

/**
 * Takes a person from nothing to a verified key in a store. Whether the key can be kept is settled
 * before anybody is asked to fetch one.
 *
 * @throws Cancelled, and MistralKeyError of kinds `usage`, `store-…` and `unfinished`
 */
export async function onboard(deps: Deps, request: OnboardRequest): Promise<OnboardOutcome> {
  const { profile: name } = request;
  const known = readKnown(deps, name);
  const lookalike = known === undefined ? deps.profiles.lookalike(name) : undefined;
  if (lookalike !== undefined) throw refuseLookalike(name, lookalike);
  refuseDuringRotation(name, deps);
  refuseOtherStore(request, known);
  // A key that is piped in comes with no questions, whoever is there.
  const asking = request.from === "stdin" ? { ...deps, interactive: false } : deps;
  const store = await settleStore(asking, request, known);
  if (request.from === "prompt" && request.offered === undefined) sayWhere(deps, store);

  const endpoint = endpointFor(request, known);
  const stored = await store.get({ profile: name, slot: "current" });
  if (stored !== undefined && !(await mayReplace(deps, request, stored))) {
    return keepStored(deps, request, { key: stored, store: store.kind, endpoint });
  }
  let walked =
    request.from === "prompt"
      ? await walkToPaste(deps, request)
      : {
          expiresAt: request.expiresAt,
          asked: request.from === "stdin" || !deps.interactive || request.expiresAt !== undefined,
        };
  const capture = () =>
    captureKey(deps, {
      from: request.from,
      message: "Your key",
      endpoint,
      verify: request.verify,
      expiresAt: walked.expiresAt,
      onBack: async () => {
        walked = await walkBack(deps, request);
      },
    });
  const captured = await (request.from === "prompt" ? stoppable(deps, request, capture) : capture());
  if (captured.outcome === "refused") return { ...captured, store };
  const forgetDraft = () => {
    if (request.from === "prompt") deps.drafts.remove(name);
  };
  if (store.kind === "memory" && request.offered === undefined) {
    forgetDraft();
    return { outcome: "once", key: captured.key, store, check: captured.check };
  }

  // Fetching a key takes minutes, and another run may have stored one meanwhile; it is not overwritten unasked.
  const there =
    stored ?? (await retryWhileStoreFails(deps, () => store.get({ profile: name, slot: "current" })));
  const appeared = stored === undefined && there !== undefined && !there.equals(captured.key);
  if (appeared && !(await mayReplace(deps, request, there))) {
    return keepStored(deps, request, { key: there, store: store.kind, endpoint });
  }
  refuseDuringRotation(name, deps);

  const { expiresAt } = walked;
  const before = appeared ? readKnown(deps, name) : known;
  const outcome = await keep(deps, {
    request,
    store,
    stored: there,
    known: before,
    endpoint,
    captured,
    expiresAt,
  });
  forgetDraft();
  return walked.asked ? outcome : await addExpiry(deps, outcome);
}

interface Keeping {
  readonly request: OnboardRequest;
  readonly store: SecretStore;
  readonly stored: ApiKey | undefined;
  readonly known: Profile | undefined;
  readonly endpoint: Endpoint;
  readonly captured: Exclude<CapturedKey, { outcome: "refused" }>;
  readonly expiresAt: Expiry | undefined;
}

async function keep(deps: Deps, keeping: Keeping): Promise<Extract<OnboardOutcome, { outcome: "stored" }>> {
  const { request, store, stored, known, endpoint, captured, expiresAt } = keeping;
  const { key, check } = captured;
  const facts = { name: request.profile, key, endpoint, check, expiresAt };
  if (stored === undefined || stored.equals(key)) {
    // The same key once more: what is known of its end stays known.
    const same = known !== undefined && matchesFingerprint(key, known.fingerprint);
    const end = expiresAt === undefined && same ? known.expiresAt : expiresAt;
    const profile = await keepKey(deps, store, { ...facts, expiresAt: end, targets: known?.targets ?? [] });
    return { outcome: "stored", profile, key, store, check, replaced: undefined };
  }
  const replaced = await replaceKey(deps, { ...facts, store, before: known, browser: request.browser });
  return { outcome: "stored", profile: replaced.profile, key, store, check, replaced };
}

/** A key that was at hand is stored before anything else is asked, so that stopping here loses nothing. */
async function addExpiry(
  deps: Deps,
  outcome: Extract<OnboardOutcome, { outcome: "stored" }>,
): Promise<Extract<OnboardOutcome, { outcome: "stored" }>> {
  let expiresAt: Expiry | undefined;
  try {
    expiresAt = await askExpiry(deps);
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error;
    throw stoppedBeforeExpiry(outcome);
  }
  if (expiresAt === undefined) return outcome;
  const profile = { ...outcome.profile, expiresAt };
  deps.profiles.write(profile);
  return { ...outcome, profile };
}

/** Who keeps the stored key may have come to say when it ends. */
function keepStored(
  deps: Deps,
  { profile: name, expiresAt }: OnboardRequest,
  stored: Pick<KnownKey, "key" | "store" | "endpoint">,
): OnboardOutcome {
  if (expiresAt !== undefined) {
    const profile = readKnown(deps, name) ?? profileOf({ ...stored, name }, deps.now());
    deps.profiles.write({ ...profile, expiresAt });
  }
  return { outcome: "kept", profile: name, noted: expiresAt };
}

function stoppedBeforeExpiry({
  profile,
  replaced,
}: Extract<OnboardOutcome, { outcome: "stored" }>): Cancelled {
  const stored = "Stopped. Your key is stored; its last day was not noted";
  const noting = `To note it: ${commandFor(profile.name, "init --expires DATE")}`;
  if (replaced === undefined || replaced.finished) return new Cancelled(`${stored}.`, { hint: noting });
  return new Cancelled(`${stored}, and the old key ${replaced.previous.mask} has still to be deleted.`, {
    hint: `${noting}\nTo see that through: ${commandFor(profile.name, "rotate --finish")}`,
  });
}

/** What is known of the profile; a file that cannot be read must not stand in the way of a new key. */
function readKnown(deps: Deps, name: ProfileName): Profile | undefined {
  try {
    return deps.profiles.read(name);
  } catch (error) {
    if (!(error instanceof MistralKeyError) || error.kind !== "store-damaged") throw error;
    deps.output.print(`${deps.output.theme.symbol.warn} ${error.message} It will be written anew.`);
    return undefined;
  }
}

function refuseOtherStore({ store, profile }: OnboardRequest, known: Profile | undefined): void {
  if (store === undefined || known === undefined || known.store === store) return;
  throw new MistralKeyError("usage", `The key of profile "${profile}" is kept in another store already.`, {
    hint: `To move it there, in a terminal or not: ${commandFor(profile, `init --store ${store}`)} (without --with-key). To replace it where it is, leave --store away.`,
  });
}

function sayWhere({ output }: Deps, store: SecretStore): void {
  const { ok, warn } = output.theme.symbol;
  const [symbol, text] =
    store.kind === "memory"
      ? [warn, "The key will be used in this run only, and kept nowhere."]
      : [ok, `Your key will be kept in ${store.describe()}, which is ready.`];
  output.print(hang(`  ${symbol} `, text, output.columns));
}

async function mayReplace(
  deps: Deps,
  { profile, force, from, expiresAt }: OnboardRequest,
  stored: ApiKey,
): Promise<boolean> {
  if (force) return true;
  if (from === "stdin" || !deps.interactive) {
    throw new MistralKeyError(
      "usage",
      `A key is stored for profile "${profile}" already (${stored.mask}); nothing was changed.`,
      {
        hint: `Add --yes to replace it, use ${commandFor(profile, "rotate --with-key")}, or choose another profile with -p NAME.`,
      },
    );
  }
  deps.output.print(`  A key is stored for profile "${profile}" already: ${stored.mask}`);
  const prompts = await deps.prompts();
  return prompts.choose({
    message: "What do you want to do?",
    choices: [
      {
        value: false,
        name: "Keep it",
        description: expiresAt === undefined ? "nothing is changed" : "only its last day is noted",
      },
      {
        value: true,
        name: "Replace it",
        description: "the old key stays until you have deleted it at Mistral",
      },
    ],
    initial: false,
  });
}
