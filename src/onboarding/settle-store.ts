import type { Deps } from "../deps.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import { type Profile, storeFor } from "../profiles/profile.ts";
import {
  chooseStore,
  insteadOfKeychain,
  type StoreOption,
  type UnusableStore,
  unusableStore,
} from "../stores/choose-store.ts";
import type { SecretStore, StoreKind } from "../stores/secret-store.ts";
import type { Choice } from "../terminal/prompts/prompts.ts";

/** Which store is requested, for which profile. */
export interface StoreRequest {
  readonly profile: ProfileName;
  /** The store asked for with `--store` or `MISTRAL_KEY_STORE`. */
  readonly store: StoreKind | undefined;
}

/**
 * Settles where to store a new key, before the user fetches one: checks that the store is usable, asks
 * the user when it is not, and asks now for what the store needs (a passphrase).
 *
 * @param profile - the record of a key stored before; it names its store
 * @returns a usable store, of kind `memory` when the user wants the key for this run only
 * @throws MistralKeyError of a `store-…` kind when there is none, with the advice as its hint
 */
export async function settleStore(
  deps: Pick<Deps, "store" | "prompts" | "output" | "interactive">,
  request: StoreRequest,
  profile: Profile | undefined,
): Promise<SecretStore> {
  const remembered = profile?.store;
  let asked = request.store;
  for (;;) {
    const store = await deps.store(storeFor({ store: asked }, profile));
    const availability = await store.availability();
    const choice = chooseStore({ asked, remembered, availability, interactive: deps.interactive });
    switch (choice.outcome) {
      case "use":
        await store.prepare?.(request.profile);
        return store;
      case "refuse":
        throw choice.failure;
      case "ask": {
        const alternative = insteadOfKeychain(remembered);
        // With no key stored yet, the file is among the choices.
        const more = remembered === undefined ? [] : [alternative];
        const unusable = { ...choice.unusable, advice: [...choice.unusable.advice, ...more] };
        const option = await askForStore(unusable, choice.options, deps);
        if (option === "stop") throw unusableStore("keychain", choice.unusable, alternative);
        if (option === "once") return deps.store("memory");
        if (option === "file") asked = "file";
      }
    }
  }
}

async function askForStore(
  unusable: UnusableStore,
  options: readonly StoreOption[],
  { prompts, output }: Pick<Deps, "prompts" | "output">,
): Promise<StoreOption> {
  output.warn(output.theme.strong(unusable.reason), 0);
  for (const line of unusable.advice) output.next(line);
  output.print();
  return (await prompts()).choose({
    message: "Where should the key be kept?",
    choices: options.map((option) => wordsFor(option, unusable.state)),
  });
}

function wordsFor(option: StoreOption, state: UnusableStore["state"]): Choice<StoreOption> {
  switch (option) {
    case "retry": {
      const done = state === "locked" ? "which I have unlocked" : "which works now";
      return { value: option, name: `In the keychain, ${done}`, description: "check again" };
    }
    case "file":
      return { value: option, name: "In an encrypted file", description: "a passphrase opens it" };
    case "once":
      return { value: option, name: "Nowhere", description: "use the key in this run, then forget it" };
    case "stop":
      return { value: option, name: "Stop here", description: "nothing is changed" };
  }
}
