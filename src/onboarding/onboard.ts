import { captureKey } from "../capture/capture-key.ts";
import { keepEarlyKey } from "../capture/early-key.ts";
import { withoutNewKey } from "../capture/other-workspace.ts";
import { retryWhileStoreFails } from "../capture/retry-store.ts";
import type { Deps } from "../deps.ts";
import { commandFor } from "../hints.ts";
import type { ApiKey } from "../keys/api-key.ts";
import { describing, latestOf, profileOf } from "../profiles/known-key.ts";
import type { SecretStore } from "../stores/secret-store.ts";
import type { Prompts } from "../terminal/prompts/prompts.ts";
import { noteExpiry } from "./note-expiry.ts";
import type { OnboardOutcome, OnboardRequest } from "./outcome.ts";
import { choosePlace, findPlace, type Place, type PlaceChoice, readStored } from "./place.ts";
import { settleWorkspace, storeKey } from "./store-key.ts";
import { leadToKey } from "./wizard.ts";

/**
 * Takes the user from nothing to a verified, stored key. Settles whether a key can be stored before
 * asking for one; a key pasted at any earlier question is kept.
 *
 * @throws Cancelled; MistralKeyError of kinds `usage`, `store-…` and `unfinished`
 */
export async function onboard(outside: Deps, request: OnboardRequest): Promise<OnboardOutcome> {
  // A piped key is taken without questions, even in a terminal.
  const deps = { ...outside, interactive: outside.interactive && request.from !== "stdin" };
  // The user may paste the key at any earlier question.
  let prompts: Promise<Prompts> | undefined;
  const early: Deps = {
    ...deps,
    prompts: () => (prompts ??= deps.prompts().then((real) => keepEarlyKey(real, deps.output))),
  };
  const first = await findPlace(early, request);
  if (request.from === "prompt") sayWhere(deps, first.store);
  const chosen = await choosePlace(early, request, first);
  if (chosen.keeps) return keepStored(deps, request, chosen.place);

  const { place } = chosen;
  const { captured, walked } =
    request.from === "prompt"
      ? await leadToKey(early, { ...request, profile: place.profile }, place.endpoint)
      : {
          captured: await captureKey(outside, { ...request, ...sent, endpoint: place.endpoint }),
          walked: { expiresAt: request.expiresAt, asked: true, justMade: false },
        };
  if (captured.outcome === "refused") return captured;
  if (place.store.kind === "memory") {
    return { outcome: "once", key: captured.key, check: captured.check };
  }
  // Fetching a key takes minutes: do not overwrite, unasked, one that another run stored meanwhile.
  const current = await lookAgain(deps, request, place, captured.key);
  if (current.keeps) return keepStored(deps, request, current.place);
  deps.journal.requireNone(current.place.profile);
  const otherwise = withoutNewKey(commandFor(current.place.profile, "init"));
  await settleWorkspace(deps, request, current.place, captured, otherwise);
  const stored = await storeKey(outside, {
    place: current.place,
    captured,
    expiresAt: walked.expiresAt,
  });
  return walked.asked ? stored : await noteExpiry(deps, stored, walked);
}

/** How to take a key from standard input. */
const sent = { from: "stdin", message: "Your key", greets: true } as const;

/** Looks again at a place that another run may have filled meanwhile. */
async function lookAgain(
  deps: Deps,
  request: OnboardRequest,
  place: Place,
  key: ApiKey,
): Promise<PlaceChoice> {
  if (place.stored !== undefined) return { keeps: false, place };
  const { store, profile } = place;
  const stored = await retryWhileStoreFails(deps, () => readStored(store, profile));
  if (stored === undefined || stored.equals(key)) return { keeps: false, place: { ...place, stored } };
  return await choosePlace(deps, request, await findPlace(deps, { ...request, profile }));
}

/** Notes the last day of a kept key, if given, and lists a key that had no profile. */
function keepStored(
  { profiles, now, output }: Deps,
  { expiresAt }: OnboardRequest,
  { profile: name, store, endpoint, known, stored: key }: Place,
): OnboardOutcome {
  if (key !== undefined && (expiresAt !== undefined || known === undefined)) {
    const latest =
      known === undefined
        ? profileOf({ name, key, store: store.kind, endpoint }, now())
        : latestOf(profiles, known);
    if (latest === undefined) return { outcome: "kept", profile: name, noted: undefined };
    const profile = describing(key, latest, now());
    profiles.write(expiresAt === undefined ? profile : { ...profile, expiresAt });
    if (known === undefined)
      output.ok(`Nothing was known about this key. It is now listed as profile "${name}".`);
  }
  return { outcome: "kept", profile: name, noted: expiresAt };
}

function sayWhere({ output }: Deps, store: SecretStore): void {
  if (store.kind === "memory") output.warn("The key will be used in this run only, and kept nowhere.");
  else output.ok(`Your key will be kept in ${store.describe()}, which is ready.`);
}
