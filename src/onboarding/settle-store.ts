import type { Deps } from "../deps.ts";
import type { MistralKeyError } from "../errors.ts";
import { type Profile, storeFor } from "../profiles/profile.ts";
import { offerOtherStore } from "../stores/other-store.ts";
import type { SecretStore } from "../stores/secret-store.ts";
import type { KeyRequest } from "../stores/stored-key.ts";
import { printHint } from "../terminal/output/failure.ts";
import type { Choice } from "../terminal/prompts/prompts.ts";

/** Which store to settle. */
export interface StoreRequest extends KeyRequest {
  /** Whether the key has to be kept: use in this run only is no choice. */
  readonly keeps?: boolean;
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
  deps: Deps,
  request: StoreRequest,
  profile: Profile | undefined,
): Promise<SecretStore> {
  let asked = request.store;
  for (;;) {
    const kind = storeFor({ store: asked }, profile);
    const store = await deps.store(kind);
    const failure = await store.findFailure();
    if (failure === undefined) {
      await store.prepare?.(request.profile);
      return store;
    }
    if (kind !== "keychain") throw failure;
    const option = deps.interactive ? await askForStore(failure, profile, request, deps) : "stop";
    if (option === "stop") throw offerOtherStore(failure, profile?.store);
    if (option === "once") return deps.store("memory");
    if (option === "file") asked = "file";
  }
}

type StoreOption = "retry" | "file" | "once" | "stop";

async function askForStore(
  failure: MistralKeyError,
  profile: Profile | undefined,
  { keeps = false }: StoreRequest,
  { prompts, output }: Pick<Deps, "prompts" | "output">,
): Promise<StoreOption> {
  // The file is no choice for a profile whose key is in the keychain.
  const told = profile === undefined ? failure : offerOtherStore(failure, profile.store);
  output.warn(output.theme.strong(told.message), 0);
  printHint(output, told);
  output.print();
  const name = `In the keychain, which ${failure.kind === "store-locked" ? "I have unlocked" : "I have fixed"}`;
  const retry = { value: "retry", name, description: "check again" } as const;
  const others = [...(profile === undefined ? [file] : []), ...(keeps ? [] : [once])];
  return (await prompts()).choose({
    message: "Where should the key be kept?",
    // A missing keychain rarely appears on a retry; a locked one can be unlocked at once.
    choices: failure.kind === "store-absent" ? [...others, retry, stop] : [retry, ...others, stop],
  });
}

const file: Choice<StoreOption> = {
  value: "file",
  name: "In an encrypted file",
  description: "a passphrase opens it",
};
const once: Choice<StoreOption> = {
  value: "once",
  name: "Nowhere",
  description: "use the key in this run, then forget it",
};
const stop: Choice<StoreOption> = { value: "stop", name: "Stop here", description: "nothing is changed" };
