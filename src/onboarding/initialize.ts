import type { Deps } from "../deps.ts";
import { Cancelled } from "../errors.ts";
import { commandFor } from "../hints.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import { noteEnd } from "../profiles/known-key.ts";
import type { Profile } from "../profiles/profile.ts";
import { moveKey } from "../stores/move-key.ts";
import type { StoreKind } from "../stores/secret-store.ts";
import { quietly, requirePerson } from "../terminal/absence.ts";
import { onboard } from "./onboard.ts";
import type { OnboardOutcome, OnboardRequest } from "./outcome.ts";
import { settleStore } from "./settle-store.ts";

/** How `init` ended. */
export type InitOutcome =
  | OnboardOutcome
  /** The stored key was moved to another store. */
  | { readonly outcome: "moved"; readonly profile: ProfileName };

/**
 * Gets a key and stores it, or moves a stored key when another store is requested. A key on standard
 * input never moves one.
 *
 * @throws Cancelled; MistralKeyError of kinds `usage`, `needs-terminal`, `store-…` and `unfinished`
 */
export async function initialize(deps: Deps, request: OnboardRequest): Promise<InitOutcome> {
  const { profile, store, from } = request;
  if (from !== "prompt") return await quietly(deps, () => onboard(deps, request));
  const known = store === undefined ? undefined : deps.profiles.read(profile);
  if (store !== undefined && known !== undefined && known.store !== store) {
    await changeStore(deps, known, store);
    noteEnd(deps.profiles, known, request.expiresAt);
    return { outcome: "moved", profile };
  }
  requirePerson(deps, {
    message: "The wizard asks questions",
    hint: `Send the key on standard input instead: ${commandFor(profile, "init --with-key --expires 90d")} < FILE`,
  });
  return await quietly(deps, async () => {
    greet(deps, `a Mistral API key, safely in ${store === "file" ? "an encrypted file" : "your keychain"}`);
    return await onboard(deps, request);
  });
}

/**
 * Moves a stored key to another store, for `init --store`; asks first if a user can answer.
 *
 * @throws Cancelled when the user declines; MistralKeyError as `settleStore` and `moveKey` do
 */
async function changeStore(deps: Deps, profile: Profile, to: StoreKind): Promise<void> {
  const { name, key } = profile;
  const from = await deps.store(profile.store);
  const target = await settleStore(deps, { profile: name, store: to, keeps: true }, undefined);
  const stays = new Cancelled("Stopped. The key stays where it is.");
  if (target.kind !== to) throw stays;
  if (deps.interactive) {
    const message = `Move the key ${key} from ${from.describe()} to ${target.describe()}?`;
    if (!(await (await deps.prompts()).confirm({ message, initial: true }))) throw stays;
  }
  await moveKey(name, from, target, deps);
  deps.output.ok(`The key ${key} is now kept in ${target.describe()}, and no longer in ${from.describe()}.`);
}

/** Prints the title of the wizard. */
export function greet({ output }: Deps, subtitle: string): void {
  const { theme } = output;
  output.print();
  output.paragraph(`${theme.accent(theme.strong("mistral-key"))}   ${subtitle}`);
  output.print();
}
