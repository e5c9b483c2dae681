import type { Deps } from "../deps.ts";
import { MistralKeyError } from "../errors.ts";
import { ApiKey } from "../keys/api-key.ts";
import { readPastedKey } from "../keys/pasted-key.ts";

/**
 * Reads a key from standard input: as it is from a pipe or file, from a keyboard with the hidden prompt.
 *
 * @param message - the prompt's question
 * @throws Cancelled when the user stops
 * @throws MistralKeyError of kind `usage` when it is no usable key, or none is sent
 */
export async function receiveKey(
  { interactive, prompts, readStdin, output }: Deps,
  message: string,
): Promise<ApiKey> {
  if (interactive) return await (await prompts()).key<never>({ message });
  const waiting = output.progress("Waiting for a key on standard input");
  const pasted = readPastedKey(await readStdin().finally(() => waiting.clear()));
  if (pasted.outcome === "key") return ApiKey.of(pasted.value);
  const found =
    pasted.outcome === "empty"
      ? "Standard input held no key."
      : `Standard input held no usable key. ${pasted.reason}`;
  throw new MistralKeyError("usage", found, { hint: "Send the key and nothing else." });
}
