import type { Deps } from "../deps.ts";
import type { ApiKey } from "../keys/api-key.ts";
import { readPipedKey } from "../verification/piped-key.ts";

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
  deps: Pick<Deps, "interactive" | "prompts" | "readStdin" | "output">,
  { message, flags }: KeyOnStdin,
): Promise<ApiKey> {
  if (deps.interactive) return await (await deps.prompts()).key({ message });
  return await readPipedKey(deps, flags);
}
