import type { Deps } from "../deps.ts";
import { isStoreFailure } from "../errors.ts";
import { printHint } from "../terminal/output/failure.ts";

/**
 * Does something with a captured key that the store may refuse. The user may fix that and retry, since
 * Mistral shows a key only once.
 *
 * @param act - must have changed nothing when it fails with a `store-…` kind
 * @throws what `act` throws, when nobody can retry or the user declines
 */
export async function retryWhileStoreFails<Result>(
  { output, interactive, prompts }: Deps,
  act: () => Promise<Result>,
): Promise<Result> {
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (!isStoreFailure(error) || !interactive) throw error;
      output.warn(output.theme.strong(error.message), 0);
      printHint(output, error);
      const again = await (await prompts()).choose({
        message: "Storing the key failed. What now?",
        choices: [
          { value: true, name: "Try again", description: "once that is fixed" },
          { value: false, name: "Stop", description: "you may have to paste the key again" },
        ],
      });
      if (!again) throw error;
    }
  }
}
