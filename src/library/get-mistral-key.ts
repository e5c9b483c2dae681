import { setMaxListeners } from "node:events";
import { MistralKeyError } from "../errors.ts";
import { readEnvironmentKey } from "../keys/environment-key.ts";
import { withinLimit } from "../within-limit.ts";

/** Options of {@link getMistralKey}. */
export interface GetMistralKeyOptions {
  /**
   * The profile, as for `mistral-key -p`. Defaults to the one that commands use: `MISTRAL_KEY_PROFILE`,
   * the folder's `.mistral-key`, or the default.
   */
  readonly profile?: string;
  /** Cancels the wait: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Returns a Mistral API key: `MISTRAL_API_KEY` if set (without the quotes or line ending that Docker's
 * `--env-file` and Windows leave around it), otherwise the stored key, from the OS keychain or the
 * encrypted file (with `MISTRAL_KEY_PASSPHRASE` or `MISTRAL_KEY_PASSPHRASE_FILE`). Never prints or
 * prompts; macOS itself may ask to allow access.
 *
 * Pass it to the official SDK, which calls it before each request:
 *
 * ```ts
 * import { Mistral } from "@mistralai/mistralai";
 * import { getMistralKey } from "mistral-key";
 *
 * const mistral = new Mistral({ apiKey: getMistralKey });
 * ```
 *
 * A stored key is cached for at most five minutes, and only while it is the one that `mistral-key` has
 * stored: after `mistral-key rotate` the next call returns the new key. Concurrent calls share one read
 * of the store.
 *
 * @throws {@link MistralKeyError} of kind `no-key` when none is stored; of kind `store-absent`,
 *   `store-locked`, `store-unresponsive`, `store-denied`, `store-damaged` or `wrong-passphrase` when
 *   the store cannot be read; of kind `usage` for an invalid option, profile name or `MISTRAL_API_KEY`.
 *   Its `hint` says what to do.
 */
export async function getMistralKey(options: GetMistralKeyOptions = {}): Promise<string> {
  const isName = ["string", "undefined"].includes(typeof options?.profile);
  if (typeof options !== "object" || options === null || !isName) {
    throw new MistralKeyError("usage", "getMistralKey takes an object with a profile's name, or nothing.", {
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
  try {
    // Many calls may share it. Node would warn of the eleventh listener, although each removes its own.
    if (signal !== undefined) setMaxListeners(0, signal);
  } catch {
    // Not Node's own, so Node does not count.
  }
  const { readKeyOf } = await import("./stored-keys.ts").catch((cause: unknown) => {
    const message = "The part of mistral-key that reads stored keys cannot be loaded.";
    const hint =
      "Leave mistral-key out of the app's bundle (esbuild: --external:mistral-key), or install it again.\nOr give the app the key itself, in MISTRAL_API_KEY.";
    throw new MistralKeyError("store-absent", message, { cause, hint });
  });
  // Aborting ends only this wait: others may share the read.
  return withinLimit({ signal }, () => readKeyOf(profile));
}
