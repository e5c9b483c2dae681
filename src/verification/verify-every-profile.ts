import type { Deps } from "../deps.ts";
import { expected, type MistralKeyError } from "../errors.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { defaultProfile, type ProfileName } from "../keys/profile-name.ts";
import { checkEach } from "./check-with-progress.ts";
import {
  conclude,
  readKeyToCheck,
  type StoredKeyToCheck,
  type VerifiedKey,
  type VerifyRequest,
} from "./verify-profile.ts";

/** One profile's result: a verdict, or why there is none. */
export type ProfileResult =
  | { readonly profile: ProfileName; readonly verified: VerifiedKey }
  | { readonly profile: ProfileName; readonly failure: MistralKeyError };

/**
 * Verifies the keys of all profiles. Reads the stores one after the other, so that no two unlock dialogs are
 * open at once; then checks a few keys at a time and saves each result: Ctrl-C loses only checks under way.
 *
 * @returns the results in order, and how many keys Ctrl-C left unchecked
 * @throws Cancelled when the user presses Ctrl-C while a store is read
 * @throws MistralKeyError of kind `no-key` or of a `store-…` kind if there is no profile at all
 */
export async function verifyEveryProfile(
  deps: Deps,
  options: Omit<VerifyRequest, "profile">,
): Promise<{ readonly results: readonly ProfileResult[]; readonly unchecked: number }> {
  const names = deps.profiles.list().map(({ name }) => name);
  const found: (StoredKeyToCheck | Failed)[] = [];
  // The keychain may hold a key that has no profile.
  if (names.length === 0) found.push(await readKeyToCheck(deps, { ...options, profile: defaultProfile }));
  for (const profile of names) {
    const failed = (error: unknown) => ({ profile, failure: expected(error) });
    found.push(await readKeyToCheck(deps, { ...options, profile }).catch(failed));
  }
  const results = await checkEach(deps, found, async (one) =>
    "failure" in one ? one : await checkOne(deps, one),
  );
  return { results, unchecked: found.length - results.length };
}

type Failed = Extract<ProfileResult, { readonly failure: unknown }>;

async function checkOne(deps: Deps, found: StoredKeyToCheck): Promise<ProfileResult> {
  const { history, key, request } = found;
  const { quick, model, profile } = request;
  const api = await deps.mistral(found.endpoint);
  const check = await api.checkKey(key, { history, quick, model, signal: deps.signal });
  return { profile, verified: conclude(deps, found, check) };
}

/**
 * The exit code for several verdicts: the most urgent one, in this order: a bug (1), a rejected key (4), no
 * key (3), no store (7), a key that cannot be used now (6), Mistral unreachable (5), a wrong model or address
 * (2), a key that expires soon (8), any other, success (0).
 */
export function worstExitCode(codes: readonly ExitCode[]): ExitCode {
  const { bug, rejected, noKey, store, unusable, unreachable, usage, expiring } = exitCodes;
  const worstFirst = [bug, rejected, noKey, store, unusable, unreachable, usage, expiring];
  return (
    worstFirst.find((code) => codes.includes(code)) ?? codes.find((code) => code !== exitCodes.done) ?? 0
  );
}
