import type { Deps } from "../deps.ts";
import { MistralKeyError } from "../errors.ts";
import { hang } from "../terminal/layout.ts";

/**
 * Does something with a captured key that the store may refuse. A person may mend that and try
 * again, since Mistral shows a key only once.
 *
 * @param act - has changed nothing when it fails with a `store-…` kind
 * @throws what `act` throws, where nobody can try again or the person does not want to
 */
export async function withSecondChance<Result>(
  deps: Pick<Deps, "output" | "interactive" | "prompts">,
  act: () => Promise<Result>,
): Promise<Result> {
  for (;;) {
    try {
      return await act();
    } catch (error) {
      const mendable = error instanceof MistralKeyError && error.kind.startsWith("store-");
      if (!mendable || !deps.interactive || !(await wantsToTryAgain(deps, error))) throw error;
    }
  }
}

async function wantsToTryAgain(
  { output, prompts }: Pick<Deps, "output" | "prompts">,
  failure: MistralKeyError,
): Promise<boolean> {
  const { theme } = output;
  const columns = Math.min(output.columns, 80);
  output.print(hang(`${theme.symbol.warn} `, theme.strong(failure.message), columns));
  for (const line of failure.hint?.split("\n") ?? []) {
    output.print(hang(`  ${theme.symbol.next} `, line, columns));
  }
  return await (await prompts()).choose({
    message: "The key is checked but not stored. What now?",
    choices: [
      { value: true, name: "Try again", description: "when that is mended" },
      { value: false, name: "Stop", description: "the key has to be pasted again then" },
    ],
  });
}
