import type { Deps } from "../deps.ts";
import { Cancelled } from "../errors.ts";
import { ownCommand } from "../hints.ts";
import type { Identity } from "../mistral/mistral-api.ts";
import { placeOf } from "../profiles/profile.ts";

/**
 * The warning about a key of another workspace than the key it replaces.
 *
 * @returns `undefined` when the workspace is the same, or Mistral did not say
 */
export function describeMove(
  before: Identity | null | undefined,
  after: Identity | null | undefined,
): string | undefined {
  if (!before || !after) return undefined;
  const moved =
    differs(before.workspace, after.workspace) || differs(before.organization, after.organization);
  return moved
    ? `The new key is${placeOf(after)}. The one that it is to replace was${placeOf(before)} when it was last checked; that may have been renamed since. Each workspace has its own limits and resources.`
    : undefined;
}

/**
 * Asks whether to use such a key.
 *
 * @param hint - how to go on otherwise
 * @throws Cancelled when the user declines
 */
export async function agreeToMove({ prompts }: Deps, hint: string): Promise<void> {
  if (await (await prompts()).confirm({ message: "Use it anyway?", initial: false })) return;
  const message = "Stopped. Nothing was changed; the new key still works at Mistral.";
  throw new Cancelled(message, { hint });
}

/** How to go on without a key that was made for this, given the command that takes another one. */
export function withoutNewKey(again: string): string {
  return `To delete it there: ${ownCommand("open keys")}\nTo use another one: ${again}`;
}

function differs(one: string | null, other: string | null): boolean {
  return one !== null && other !== null && one !== other;
}
