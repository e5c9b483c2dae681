import { MistralKeyError } from "../errors.ts";
import { readEnvironmentKey } from "../keys/environment-key.ts";

/** Which key {@link getMistralKey} gives, and until when it is wanted. */
export interface GetMistralKeyOptions {
  /**
   * The profile, as `mistral-key -p` names it. Without it the one that commands use: that of
   * `MISTRAL_KEY_PROFILE`, of the folder's `.mistral-key`, or the default.
   */
  readonly profile?: string;
  /** Ends the wait: the promise is then rejected with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Gives a Mistral API key: the one in `MISTRAL_API_KEY` when that is set (without the quotes or the
 * line ending that Docker's `--env-file` and Windows leave around it), else the stored one, from
 * the keychain of the operating system or from the encrypted file (with `MISTRAL_KEY_PASSPHRASE` or
 * `MISTRAL_KEY_PASSPHRASE_FILE`). It never asks anybody anything and never prints.
 *
 * Made to be handed to the official SDK, which calls it before each request:
 *
 * ```ts
 * import { Mistral } from "@mistralai/mistralai";
 * import { getMistralKey } from "mistral-key";
 *
 * const mistral = new Mistral({ apiKey: getMistralKey });
 * ```
 *
 * A stored key is remembered for at most five minutes, and only for as long as it is the one that
 * `mistral-key` has stored: after `mistral-key rotate` the next call gives the new one. Calls at
 * the same time share one look into the store.
 *
 * @throws {@link MistralKeyError} of kind `no-key` when none is stored; of kind `store-absent`,
 * `store-locked`, `store-unresponsive`, `store-denied`, `store-damaged` or `wrong-passphrase` when
 * the store cannot be read; of kind `usage` for a profile name that cannot be one and for a `MISTRAL_API_KEY` that cannot
 * be a key. Its `hint` says
 * what to do about it.
 */
export async function getMistralKey(options: GetMistralKeyOptions = {}): Promise<string> {
  if (typeof options !== "object") {
    throw new MistralKeyError("usage", "getMistralKey takes an object.", {
      hint: 'Name a profile like this: getMistralKey({ profile: "work" })',
    });
  }
  const { profile, signal } = options;
  signal?.throwIfAborted();
  const given = readEnvironmentKey(process.env);
  if (given.state === "key") return given.key.reveal();
  if (given.state === "unusable") {
    throw new MistralKeyError("usage", "MISTRAL_API_KEY holds something that cannot be a key.", {
      hint: "Set it to the key alone, without spaces or anything else, or unset it to use the stored key.",
    });
  }
  const { readKeyOf } = await import("./stored-keys.ts");
  return untilAborted(readKeyOf(profile), signal);
}

/** What others wait for goes on; only this wait ends. */
async function untilAborted<Value>(work: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (signal === undefined) return work;
  const over = new AbortController();
  const aborted = new Promise<never>((_, reject) => {
    signal.throwIfAborted();
    signal.addEventListener("abort", () => reject(signal.reason), { signal: over.signal });
  });
  return await Promise.race([work, aborted]).finally(() => over.abort());
}
