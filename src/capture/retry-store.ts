import type { Deps } from "../deps.ts";
import { isStoreFailure, type MistralKeyError } from "../errors.ts";
import { printTrouble } from "../terminal/output/print-trouble.ts";

/**
 * Does something with a captured key that the store may refuse. A person may mend that and try
 * again, since Mistral shows a key only once.
 *
 * @param act - has changed nothing when it fails with a `store-…` kind
 * @throws what `act` throws, where nobody can try again or the person does not want to
 */
export async function retryWhileStoreFails<Result>(
  deps: Pick<Deps, "output" | "interactive" | "prompts">,
  act: () => Promise<Result>,
): Promise<Result> {
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (!isStoreFailure(error) || !deps.interactive || !(await wantsToTryAgain(deps, error))) throw error;
    }
  }
}

async function wantsToTryAgain(
  { output, prompts }: Pick<Deps, "output" | "prompts">,
  failure: MistralKeyError,
): Promise<boolean> {
  printTrouble(output, failure.message, failure.hint?.split("\n") ?? []);
  return await (await prompts()).choose({
    message: "The key is checked but not stored. What now?",
    choices: [
      { value: true, name: "Try again", description: "when that is mended" },
      { value: false, name: "Stop", description: "the key has to be pasted again then" },
    ],
  });
}
