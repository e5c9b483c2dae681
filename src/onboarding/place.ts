import { reasonAgainst } from "../capture/ask-expiry.ts";
import type { Deps } from "../deps.ts";
import { isDamage, MistralKeyError, unlessDamaged } from "../errors.ts";
import { NewerVersion } from "../files/shape.ts";
import { commandFor } from "../hints.ts";
import type { ApiKey } from "../keys/api-key.ts";
import type { Expiry } from "../keys/expiry.ts";
import { type ProfileName, parseProfileName } from "../keys/profile-name.ts";
import type { Endpoint } from "../mistral/endpoint.ts";
import { endpointFor, type Profile } from "../profiles/profile.ts";
import type { SecretStore } from "../stores/secret-store.ts";
import { findUnlistedKey } from "../stores/unlisted-key.ts";
import { type StoreRequest, settleStore } from "./settle-store.ts";

/** Where to store a key, and what is there already. */
export interface Place {
  readonly profile: ProfileName;
  readonly store: SecretStore;
  readonly endpoint: Endpoint;
  /** What is recorded of the profile. */
  readonly known: Profile | undefined;
  /** The key stored there. */
  readonly stored: ApiKey | undefined;
}

/** The requested place, and what to do when it is taken. */
export interface PlaceRequest extends StoreRequest {
  /** Whether to replace a stored key without asking. */
  readonly replace: boolean;
  /** The last day, if given; it is noted for a kept key, too. */
  readonly expiresAt: Expiry | undefined;
}

/**
 * Finds where to store a profile's key, before the user fetches one.
 *
 * @throws MistralKeyError of kinds `usage`, `unfinished` and `store-…`; Cancelled
 */
export async function findPlace(deps: Deps, request: PlaceRequest): Promise<Place> {
  const { profile } = request;
  const known = readKnown(deps, profile);
  deps.journal.requireNone(profile);
  refuseOtherStore(request, known);
  // An encrypted file that nothing is known about may hold this profile's key, or a stale copy of it.
  const elsewhere = known === undefined && request.store === undefined;
  const inFile = elsewhere && (await findUnlistedKey(deps, profile, ["file"])) !== undefined;
  const kind = inFile ? (await findUnlistedKey(deps, profile))?.store.kind : request.store;
  const store = await settleStore(deps, { ...request, store: kind }, known);
  if (store.kind !== "memory") deps.profiles.prepare();
  const stored = await readStored(store, profile, ({ message }) =>
    deps.output.warn(`${message} A new key takes its place.`),
  );
  return { profile, store, endpoint: endpointFor(request, known), known, stored };
}

/**
 * The stored key. An unreadable keychain entry must not block a new key. A damaged file is the user's
 * decision: it may be restored from a copy.
 *
 * @throws MistralKeyError of a `store-…` kind
 */
export async function readStored(
  store: SecretStore,
  profile: ProfileName,
  onUnreadable: (failure: MistralKeyError) => void = () => {},
): Promise<ApiKey | undefined> {
  try {
    return await store.get({ profile, slot: "current" });
  } catch (error) {
    if (!isDamage(error) || store.kind !== "keychain") throw error;
    onUnreadable(error);
    return undefined;
  }
}

/** Whether to keep the stored key; otherwise the place is empty or may be overwritten. */
export interface PlaceChoice {
  readonly keeps: boolean;
  readonly place: Place;
}

/**
 * Asks what to do with a key that is stored where the new one should go.
 *
 * @throws MistralKeyError of kind `usage` when nobody can be asked; as {@link findPlace}; Cancelled
 */
export async function choosePlace(deps: Deps, request: PlaceRequest, first: Place): Promise<PlaceChoice> {
  for (let place = first; ; ) {
    if (place.stored === undefined || request.replace) return { keeps: false, place };
    const choice = await askAboutStored(deps, request, place.profile, place.stored);
    if (choice !== "another") return { keeps: choice === "keep", place };
    const profile = await askForName(deps);
    const store = request.store ?? (place.store.kind === "memory" ? undefined : place.store.kind);
    place = await findPlace(deps, { ...request, profile, store });
  }
}

async function askAboutStored(
  { output, prompts, interactive }: Deps,
  { expiresAt }: PlaceRequest,
  profile: ProfileName,
  stored: ApiKey,
): Promise<"keep" | "replace" | "another"> {
  const message = `A key is already stored for profile "${profile}"`;
  if (!interactive) {
    throw new MistralKeyError("usage", `${message} (${stored.mask}); nothing was changed.`, {
      hint: `Add --yes to replace it, use ${commandFor(profile, "rotate --with-key")}, or choose another profile with -p NAME.`,
    });
  }
  output.paragraph(`${message}: ${stored.mask}`);
  return await (await prompts()).choose({
    message: "What do you want to do?",
    choices: [
      {
        value: "keep",
        name: "Keep it",
        description: expiresAt === undefined ? "nothing is changed" : "only its last day is noted",
      },
      {
        value: "replace",
        name: "Replace it",
        description: "the old key stays until you have deleted it at Mistral",
      },
      { value: "another", name: "Store the new one under another name", description: "both stay in use" },
    ],
    initial: "keep",
  });
}

/**
 * Asks for the name of a new profile.
 *
 * @throws Cancelled
 */
export async function askForName(
  { prompts, profiles }: Deps,
  message = "A name for the new key",
): Promise<ProfileName> {
  const text = await (await prompts()).text({
    message,
    example: "such as work",
    check: (entered) =>
      reasonAgainst(() => {
        const name = parseProfileName(entered.trim());
        const taken = profiles.list().some((row) => row.name === name) ? name : profiles.lookalike(name);
        if (taken !== undefined)
          throw new MistralKeyError("usage", `There is already a key called ${taken}.`);
      }),
  });
  return parseProfileName(text.trim());
}

/**
 * The recorded profile. A damaged file must not block a new key; a newer version is not damaged, and
 * overwriting it would lose what this version cannot read.
 */
function readKnown({ profiles, output }: Deps, name: ProfileName): Profile | undefined {
  return unlessDamaged(
    () => profiles.read(name),
    (damage) => {
      if (damage.cause instanceof NewerVersion) throw damage;
      output.warn(`${damage.message} It will be written again, without its targets.`);
    },
  );
}

function refuseOtherStore({ store, profile }: PlaceRequest, known: Profile | undefined): void {
  if (store === undefined || known === undefined || known.store === store) return;
  throw new MistralKeyError("usage", `The key of profile "${profile}" is already kept in another store.`, {
    hint: `To move it there: ${commandFor(profile, `init --store ${store}`)} (without --with-key). To replace it where it is, leave out --store, and unset MISTRAL_KEY_STORE.`,
  });
}
