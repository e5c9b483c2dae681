import type { Deps } from "../../deps.ts";

/**
 * Does something that asks for a key. Where a person is at the keyboard, nothing that is typed or
 * pasted between two questions shows on the screen: it may be the key.
 */
export async function quietly<Result>(
  { interactive, prompts }: Pick<Deps, "interactive" | "prompts">,
  work: () => Promise<Result>,
): Promise<Result> {
  return interactive ? await (await prompts()).quietly(work) : await work();
}
