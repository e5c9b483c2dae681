import type { Deps } from "../deps.ts";
import { commandFor } from "../hints.ts";
import type { Profile } from "../profiles/profile.ts";
import type { SecretStore } from "../stores/secret-store.ts";
import { quietly, requirePerson } from "../terminal/absence.ts";
import { changeStore } from "./change-store.ts";
import { onboard } from "./onboard.ts";
import type { OnboardOutcome, OnboardRequest } from "./outcome.ts";

/** How `init` ended. */
export type InitOutcome =
  | OnboardOutcome
  /** The stored key was moved to another store. */
  | { readonly outcome: "moved"; readonly profile: Profile; readonly store: SecretStore };

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
    return { outcome: "moved", profile: known, store: await changeStore(deps, known, store) };
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

/** Prints the title of the wizard. */
export function greet({ output }: Deps, subtitle: string): void {
  const { theme } = output;
  output.print();
  output.paragraph(`${theme.accent(theme.strong("mistral-key"))}   ${subtitle}`);
  output.print();
}
