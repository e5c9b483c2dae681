import type { Deps } from "../../deps.ts";
import { Cancelled } from "../../errors.ts";
import { type ExitCode, exitCodeOfDiagnosis, exitCodes } from "../../exit-codes.ts";
import type { Surroundings } from "../../files/surroundings.ts";
import { commandFor } from "../../hints.ts";
import type { ProfileName } from "../../keys/profile-name.ts";
import { printNextCommands } from "../../onboarding/closing.ts";
import { onboard } from "../../onboarding/onboard.ts";
import type { OnboardOutcome, OnboardRequest } from "../../onboarding/outcome.ts";
import { type CleanChoice, type CleanedPlace, cleanUp } from "../../plaintext/clean-up.ts";
import type { FoundKey } from "../../plaintext/find-keys.ts";
import { placeDocument, storedAs } from "../../plaintext/list-keys.ts";
import { rotationDocument } from "../../rotation/outcome.ts";
import type { SecretStore } from "../../stores/secret-store.ts";
import { printKeyCard } from "../../verification/key-card.ts";
import { printExplanation } from "../../verification/print-verdict.ts";
import { verificationDocument } from "../../verification/verification-document.ts";

/** What `import` is asked for. */
export interface ImportOptions extends Omit<OnboardRequest, "from"> {
  readonly json: boolean;
  /** Whether the profile was named, rather than taken as the usual one. */
  readonly named: boolean;
  readonly pick: { readonly from: string | undefined; readonly mask: string | undefined };
  readonly clean: CleanChoice | undefined;
}

/** A key that is in its store for certain. */
interface Kept {
  readonly profile: ProfileName;
  readonly store: SecretStore;
}

/** Sees to it that the key is stored, then takes its copies out. */
export async function storeAndClean(
  deps: Deps,
  found: FoundKey,
  options: ImportOptions,
  at: Surroundings,
): Promise<ExitCode> {
  const already = await findStored(deps, found, options);
  if (already !== undefined) {
    const { output } = deps;
    output.print(
      `  ${output.theme.symbol.ok} ${found.key.mask} is in ${already.store.describe()} already, as profile ${already.profile}.`,
    );
    const cleaned = await clean(deps, found, already, options, at);
    if (options.json) {
      const { profile, store } = already;
      output.json({ profile, key: found.key.mask, store: store.kind, stored: true, ...placesOf(cleaned) });
    }
    return codeOf(cleaned);
  }
  const outcome = await onboard(deps, { ...options, from: found.key });
  return await finish(deps, found, outcome, options, at);
}

/** Looks into the store itself: a fingerprint does not tell that the key is still there. */
async function findStored(deps: Deps, found: FoundKey, options: ImportOptions): Promise<Kept | undefined> {
  const names = storedAs(found, deps.profiles);
  const name = names.includes(options.profile) ? options.profile : options.named ? undefined : names[0];
  const profile = name === undefined ? undefined : deps.profiles.read(name);
  if (profile === undefined) return undefined;
  const store = await deps.store(profile.store);
  const stored = await store.get({ profile: profile.name, slot: "current" });
  return stored?.equals(found.key) === true ? { profile: profile.name, store } : undefined;
}

async function finish(
  deps: Deps,
  found: FoundKey,
  outcome: OnboardOutcome,
  options: ImportOptions,
  at: Surroundings,
): Promise<ExitCode> {
  const { output } = deps;
  if (outcome.outcome === "kept") {
    output.print("  The stored key was not changed.");
    if (options.json) output.json({ profile: outcome.profile, stored: false, ...placesOf([]) });
    return exitCodes.done;
  }
  const stored = outcome.outcome === "stored" ? outcome : undefined;
  let cleaned: readonly CleanedPlace[] = [];
  if (stored !== undefined) {
    const closing = {
      profile: stored.profile,
      storeName: stored.store.describe(),
      check: stored.check,
      now: deps.now(),
    };
    printKeyCard(output, closing);
    const kept = { profile: stored.profile.name, store: stored.store };
    // The person may have pasted another key when this one was rejected; then this one is kept nowhere.
    if (stored.key.equals(found.key)) cleaned = await clean(deps, found, kept, options, at);
    if (!options.json) printNextCommands(output, stored.profile.name);
  } else if (outcome.outcome === "refused") {
    printExplanation(output, outcome.check, "fail");
  }
  if (stored === undefined) output.print("  The key was not stored, and its copies were left as they are.");
  if (options.json) {
    output.json({
      ...verificationDocument({
        profile: options.profile,
        key: outcome.key,
        store: stored?.store.kind ?? null,
        expiresAt: stored === undefined ? options.expiresAt : stored.profile.expiresAt,
        check: outcome.check,
        now: deps.now(),
      }),
      stored: stored !== undefined,
      ...(stored?.replaced === undefined ? {} : rotationDocument(stored.replaced)),
      ...placesOf(cleaned),
    });
  }
  return exitCodeFor(outcome, cleaned);
}

function exitCodeFor(
  outcome: Exclude<OnboardOutcome, { outcome: "kept" }>,
  cleaned: readonly CleanedPlace[],
): ExitCode {
  if (outcome.outcome === "stored" && outcome.replaced?.finished === false) return exitCodes.unfinished;
  const verdict = outcome.check === undefined ? exitCodes.done : exitCodeOfDiagnosis(outcome.check.diagnosis);
  return verdict === exitCodes.done ? codeOf(cleaned) : verdict;
}

async function clean(
  deps: Deps,
  found: FoundKey,
  { profile, store }: Kept,
  { clean: choice }: ImportOptions,
  at: Surroundings,
): Promise<readonly CleanedPlace[]> {
  try {
    return await cleanUp(deps, { found, profile, store, choice }, at);
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error;
    throw new Cancelled("Stopped. Your key is stored; copies that were not taken out yet are still there.", {
      hint: `To go on: ${commandFor(profile, "import")}`,
    });
  }
}

function placesOf(cleaned: readonly CleanedPlace[]): object {
  return {
    places: cleaned.map(({ place, outcome, reason }) => ({
      ...placeDocument(place),
      state: outcome,
      reason,
    })),
  };
}

/** Something that was to be taken out and is still there is left to do. */
function codeOf(cleaned: readonly CleanedPlace[]): ExitCode {
  return cleaned.some(({ outcome }) => outcome === "failed") ? exitCodes.unfinished : exitCodes.done;
}
