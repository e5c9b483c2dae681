import type { Deps } from "../deps.ts";
import { Cancelled, MistralKeyError } from "../errors.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import type { CheckOptions } from "../mistral/mistral-api.ts";
import { conclude, type FoundKey, findKey, type ProfileRequest, type VerifiedKey } from "./verify-profile.ts";

/** What came of one profile: a verdict, or why there is none. */
export type ProfileResult =
  | { readonly profile: ProfileName; readonly verified: VerifiedKey }
  | { readonly profile: ProfileName; readonly failure: MistralKeyError };

type Verifying = Pick<
  Deps,
  | "profiles"
  | "store"
  | "journal"
  | "mistral"
  | "signal"
  | "env"
  | "now"
  | "interactive"
  | "prompts"
  | "output"
>;

/** So many keys are checked at once. */
const atOnce = 4;

/**
 * Verifies the keys of several profiles. The stores are asked one after the other, so that no two
 * of their dialogs are open at once; then the keys are checked, a few at a time.
 *
 * @throws Cancelled when the person presses Ctrl-C
 */
export async function verifyEveryProfile(
  deps: Verifying,
  profiles: readonly ProfileName[],
  options: Omit<ProfileRequest, "profile"> & Pick<CheckOptions, "quick" | "model">,
): Promise<readonly ProfileResult[]> {
  const found: (FoundKey | Extract<ProfileResult, { readonly failure: unknown }>)[] = [];
  for (const profile of profiles) {
    const { store, endpoint, minDays } = options;
    found.push(
      await findKey(deps, { profile, store, endpoint, minDays }).catch((error: unknown) => ({
        profile,
        failure: expected(error),
      })),
    );
  }
  const checkAll = () =>
    inTurn(found, async (one): Promise<ProfileResult> => {
      if ("failure" in one) return one;
      const api = await deps.mistral(one.endpoint);
      const { history, key, request } = one;
      const { quick = false, model } = options;
      const check = await api.checkKey(key, { history, quick, model, signal: deps.signal });
      return { profile: request.profile, verified: conclude(deps, one, check) };
    });
  const waiting = deps.output.progress(
    found.length === 1 ? "Checking a key" : `Checking ${found.length} keys`,
  );
  try {
    return deps.interactive ? await (await deps.prompts()).quietly(checkAll) : await checkAll();
  } finally {
    waiting.clear();
  }
}

/**
 * The exit code for several verdicts: the worst of them, by how surely something has to be done.
 * A bug (1), then a rejected key (4), no key (3), no store (7), a key that cannot be used now (6),
 * nobody reached (5), a wrong model or address (2), a key that ends soon (8), and all well (0).
 */
export function worstExitCode(codes: readonly ExitCode[]): ExitCode {
  const worstFirst: readonly ExitCode[] = [
    exitCodes.bug,
    exitCodes.rejected,
    exitCodes.noKey,
    exitCodes.store,
    exitCodes.unusable,
    exitCodes.unreachable,
    exitCodes.usage,
    exitCodes.expiring,
  ];
  return (
    worstFirst.find((code) => codes.includes(code)) ?? codes.find((code) => code !== exitCodes.done) ?? 0
  );
}

function expected(error: unknown): MistralKeyError {
  if (error instanceof MistralKeyError && !(error instanceof Cancelled)) return error;
  throw error;
}

/** Like `Promise.all` over `map`, with a few at a time; gives the results in the order of the items. */
async function inTurn<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < items.length; index = next++) {
      const item = items[index];
      if (item !== undefined) results[index] = await work(item);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}
