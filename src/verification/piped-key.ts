import type { Deps } from "../deps.ts";
import { MistralKeyError } from "../errors.ts";
import { ApiKey } from "../keys/api-key.ts";
import { readPastedKey } from "../keys/pasted-key.ts";

/**
 * Reads a key that is piped in, and says what is waited for meanwhile.
 *
 * @param flags - what asks for it, for the advice: `--with-key`
 * @throws MistralKeyError of kind `usage` when what was piped in is no usable key, or nothing is piped in
 */
export async function readPipedKey(
  { readStdin, output }: Pick<Deps, "readStdin" | "output">,
  flags: string,
): Promise<ApiKey> {
  const waiting = output.progress("Waiting for a key on standard input");
  const pasted = readPastedKey(await readStdin().finally(() => waiting.clear()));
  const hint = `Send the key and nothing else: ${flags} < FILE`;
  switch (pasted.outcome) {
    case "key":
      return ApiKey.of(pasted.value);
    case "empty":
      throw new MistralKeyError("usage", "Standard input held no key.", { hint });
    case "unusable":
      throw new MistralKeyError("usage", `Standard input held no usable key. ${pasted.reason}`, { hint });
  }
}
