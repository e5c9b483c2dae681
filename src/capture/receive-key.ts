import type { Deps } from "../deps.ts";
import { MistralKeyError } from "../errors.ts";
import { ApiKey } from "../keys/api-key.ts";
import { readPastedKey } from "../keys/pasted-key.ts";

/** Which key is wanted on standard input. */
export interface KeyOnStdin {
  /** The question to a person whose keyboard standard input is. */
  readonly message: string;
  /** What asks for it, for the advice: `… --with-key`. */
  readonly flags: string;
}

/**
 * Takes a key from standard input: from a pipe or a file as it is, from a person's keyboard with
 * the hidden prompt, so that what is typed or pasted shows nowhere.
 *
 * @throws Cancelled when the person stops
 * @throws MistralKeyError of kind `usage` when it is no usable key, or nobody sends one
 */
export async function receiveKey(
  { interactive, prompts, readStdin, output }: Pick<Deps, "interactive" | "prompts" | "readStdin" | "output">,
  { message, flags }: KeyOnStdin,
): Promise<ApiKey> {
  if (interactive) return await (await prompts()).key<never>({ message });
  const waiting = output.progress("Waiting for a key on standard input");
  const pasted = readPastedKey(await readStdin().finally(() => waiting.clear()));
  if (pasted.outcome === "key") return ApiKey.of(pasted.value);
  const found =
    pasted.outcome === "empty"
      ? "Standard input held no key."
      : `Standard input held no usable key. ${pasted.reason}`;
  throw new MistralKeyError("usage", found, { hint: `Send the key and nothing else: ${flags} < FILE` });
}
