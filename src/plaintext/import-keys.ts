import type { Deps } from "../deps.ts";
import { Cancelled, joinHints, MistralKeyError, withSentence } from "../errors.ts";
import type { ProcessContext } from "../files/process-context.ts";
import { commandFor, ownCommand } from "../hints.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import type { Endpoint } from "../mistral/endpoint.ts";
import { foundKey, type KeyCheck } from "../mistral/mistral-api.ts";
import { noteExpiry } from "../onboarding/note-expiry.ts";
import type { StoredOutcome } from "../onboarding/outcome.ts";
import { askForName, choosePlace, findPlace, type Place, type PlaceRequest } from "../onboarding/place.ts";
import { settleWorkspace, storeKey } from "../onboarding/store-key.ts";
import { noteEnd, profilesWith } from "../profiles/known-key.ts";
import { endpointFor, type Profile } from "../profiles/profile.ts";
import { checkWithProgress } from "../verification/check-with-progress.ts";
import { printKeyCard } from "../verification/key-card.ts";
import { verdictOf } from "../verification/verdict.ts";
import {
  type Candidate,
  checkCandidates,
  chooseCandidates,
  fittingKeys,
  type KeyPick,
} from "./candidates.ts";
import { type CleanChoice, type CleanedPlace, cleanUp } from "./clean-up.ts";
import { decideAbout } from "./decide.ts";
import { type FoundKey, findKeys } from "./find-keys.ts";
import { profilesOf } from "./list-keys.ts";
import { whereOf } from "./place-words.ts";

/** The options of `import`. */
export interface ImportRequest extends PlaceRequest {
  /** Whether `--profile` or `MISTRAL_KEY_PROFILE` names the profile. */
  readonly named: boolean;
  readonly pick: KeyPick;
  /** Whether to check all matching keys first, without asking. */
  readonly check: boolean;
  readonly clean: CleanChoice | undefined;
}

/** The outcome for one found key. */
export type ImportedKey = { readonly found: FoundKey; readonly cleaned: readonly CleanedPlace[] } & (
  | StoredOutcome
  /** It was already in a store. */
  | { readonly outcome: "already"; readonly profile: Profile }
  /** The profile has another key, which stays. */
  | { readonly outcome: "kept"; readonly profile: ProfileName }
  /** Its verdict was not `usable`, so it was not stored; its copies may be gone. */
  | { readonly outcome: "refused"; readonly check: KeyCheck }
);

interface Importing {
  readonly deps: Deps;
  readonly request: ImportRequest;
  readonly endpoint: Endpoint;
  readonly at: ProcessContext;
}

/**
 * Stores found keys and removes their copies: the only match, those the user chooses, or all that Mistral
 * accepts.
 *
 * @throws Cancelled; MistralKeyError of kinds `usage`, `store-…` and `unfinished`
 */
export async function importKeys(
  deps: Deps,
  found: readonly FoundKey[],
  request: ImportRequest,
): Promise<readonly ImportedKey[]> {
  const at = deps.processContext();
  const endpoint = endpointFor(request, deps.profiles.read(request.profile));
  const importing: Importing = { deps, request: { ...request, keeps: true }, endpoint, at };
  const fitting = fittingKeys(found, request.pick, at);
  const candidates = (await wantsChecks(importing, fitting.length))
    ? await checkCandidates(deps, fitting, endpoint)
    : fitting.map((one): Candidate => ({ found: one, check: undefined }));
  for (;;) {
    const chosen = await chooseCandidates(deps, candidates, at);
    const among = { hasOthers: candidates.length > 1, together: chosen.length > 1 };
    const imported: ImportedKey[] = [];
    for (const candidate of chosen) {
      // The copies of the one before may have been in the same files.
      const now = imported.length === 0 ? [] : (await findKeys(at)).found;
      const found = now.find(({ key }) => key.equals(candidate.found.key)) ?? candidate.found;
      const one = await importOne(importing, { ...candidate, found }, among);
      if (one !== "another") imported.push(one);
    }
    if (imported.length > 0) return imported;
  }
}

/** Checking all keys up front sends them to Mistral, so it needs consent. A single key is checked later. */
async function wantsChecks({ deps, request }: Importing, count: number): Promise<boolean> {
  if (count === 1) return false;
  if (request.check || !deps.interactive) return request.check;
  return await (await deps.prompts()).confirm({
    message: `Check these ${count} keys with Mistral first?`,
    initial: true,
  });
}

/**
 * Stores a key, and only then removes its copies.
 *
 * @param together - whether several keys are stored, each under its own name
 * @returns `another` when the user wants to choose another key
 */
async function importOne(
  importing: Importing,
  { found, check: known }: Candidate,
  { hasOthers, together }: { readonly hasOthers: boolean; readonly together: boolean },
): Promise<ImportedKey | "another"> {
  const { deps, request, at } = importing;
  const already = await findStored(importing, found);
  if (already !== undefined) return already;
  let check = known ?? (await checkOne(importing, found));
  while (verdictOf(check) !== "usable") {
    if (!deps.interactive) return { outcome: "refused", found, check, cleaned: [] };
    const next = await decideAbout(deps, check, hasOthers);
    if (next === "another") return "another";
    if (next === "remove") {
      return { outcome: "refused", found, check, cleaned: await clean(importing, found) };
    }
    if (next === "keep") break;
    check = await checkOne(importing, found);
  }
  let place = await findPlace(deps, request);
  if (together && (place.stored !== undefined || place.known !== undefined)) {
    const message = `A name for ${found.key.mask}, in ${whereOf(found.places[0], at)}`;
    place = await findPlace(deps, { ...request, profile: await askForName(deps, message) });
  } else {
    const chosen = await choosePlace(deps, request, place);
    if (chosen.keeps) {
      return { outcome: "kept", found, profile: chosen.place.profile, cleaned: [] };
    }
    place = chosen.place;
    const otherwise = `To store it under another name: ${ownCommand("import -p NAME")}`;
    await settleWorkspace(deps, request, place, { key: found.key, check }, otherwise);
  }
  const stored = await store(importing, { found, check }, place).catch((error: unknown) => {
    if (!(error instanceof MistralKeyError)) throw error;
    const hint = joinHints(error.hint, `To remove the copies: ${commandFor(place.profile, "import")}`);
    throw withSentence(error, "The key's copies in plaintext are still there.", { hint });
  });
  return { ...stored, found, cleaned: await clean(importing, found, stored.profile) };
}

async function checkOne({ deps, endpoint }: Importing, { key }: FoundKey): Promise<KeyCheck> {
  return await checkWithProgress(deps, key, endpoint, { history: foundKey });
}

async function store(
  { deps, request }: Importing,
  { found: { key }, check }: Candidate,
  place: Place,
): Promise<StoredOutcome> {
  const { expiresAt } = request;
  const stored = await storeKey(deps, { place, captured: { key, check }, expiresAt });
  const asks = deps.interactive && stored.profile.expiresAt === undefined;
  const noted = asks ? await noteExpiry(deps, stored, { justMade: false }) : stored;
  printKeyCard(deps.output, noted.profile, check, deps.now());
  return noted;
}

/** Reads the store itself: a fingerprint does not prove that the key is still there. */
async function findStored(importing: Importing, found: FoundKey): Promise<ImportedKey | undefined> {
  const { deps, request } = importing;
  const profiles = profilesWith(found.key, deps.profiles);
  const own = profiles.find(({ name }) => name === request.profile);
  const known = own ?? (request.named ? undefined : profiles[0]);
  if (known === undefined) return undefined;
  const store = await deps.store(known.store);
  const stored = await store.get({ profile: known.name, slot: "current" });
  if (stored?.equals(found.key) !== true) return undefined;
  deps.output.ok(`${found.key.mask} is in ${store.describe()} already, as ${profilesOf([known.name])}.`);
  noteEnd(deps.profiles, known, request.expiresAt);
  return { outcome: "already", found, profile: known, cleaned: await clean(importing, found, known) };
}

async function clean(
  { deps, request: { clean: choice } }: Importing,
  found: FoundKey,
  kept?: Profile,
): Promise<readonly CleanedPlace[]> {
  try {
    return await cleanUp(deps, { found, kept, choice });
  } catch (error) {
    if (!(error instanceof Cancelled) || kept === undefined) throw error;
    throw new Cancelled("Stopped. Your key is stored; copies that were not removed yet are still there.", {
      hint: `To continue: ${commandFor(kept.name, "import")}`,
    });
  }
}
