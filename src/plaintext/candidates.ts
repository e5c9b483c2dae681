import { resolve } from "node:path";
import type { Deps } from "../deps.ts";
import { MistralKeyError } from "../errors.ts";
import type { ProcessContext } from "../files/process-context.ts";
import { ownCommand } from "../hints.ts";
import type { Endpoint } from "../mistral/endpoint.ts";
import { foundKey, type KeyCheck } from "../mistral/mistral-api.ts";
import { profilesWith } from "../profiles/known-key.ts";
import { whyNobody } from "../terminal/absence.ts";
import { checkEach } from "../verification/check-with-progress.ts";
import { printVerdictLine } from "../verification/print-verdict.ts";
import { diagnosisWords, verdictOf } from "../verification/verdict.ts";
import type { FoundKey, FoundPlace } from "./find-keys.ts";
import { whereOf } from "./place-words.ts";

/** A found key and Mistral's answer about it; `undefined` when not asked. */
export interface Candidate {
  readonly found: FoundKey;
  readonly check: KeyCheck | undefined;
}

/** Which of the found keys the user means. */
export interface KeyPick {
  /** A file, or a variable's name. */
  readonly from: string | undefined;
  /** The mask of a key. */
  readonly mask: string | undefined;
}

/**
 * The found keys that match the pick.
 *
 * @throws MistralKeyError of kind `usage` when none does
 */
export function fittingKeys(
  found: readonly FoundKey[],
  pick: KeyPick,
  at: ProcessContext,
): readonly FoundKey[] {
  const fitting = found.filter(
    ({ key, places }) =>
      (pick.mask === undefined || key.mask === pick.mask) &&
      (pick.from === undefined || places.some((place) => isAt(place, pick.from ?? "", at))),
  );
  if (fitting.length > 0) return fitting;
  throw new MistralKeyError("usage", "None of the keys found matches that.", {
    hint: `Only the usual places are searched. To see what was found there: ${ownCommand("import --list")}`,
  });
}

function isAt(place: FoundPlace, from: string, { cwd, home, platform }: ProcessContext): boolean {
  // As Windows compares paths and variables.
  const fold = (text: string) => (platform === "win32" ? text.toLowerCase() : text);
  if (place.kind === "environment") return fold(place.variable) === fold(from);
  const path = fold(resolve(cwd, from.replace(/^~(?=[/\\])/, home)));
  return path === fold(place.file.path) || path === fold(place.file.realPath);
}

/**
 * Checks keys with Mistral, sorts the accepted ones first and prints what it said of each.
 *
 * @throws Cancelled when the user presses Ctrl-C
 */
export async function checkCandidates(
  deps: Deps,
  found: readonly FoundKey[],
  endpoint: Endpoint,
): Promise<readonly Candidate[]> {
  const api = await deps.mistral(endpoint);
  const checked = await checkEach(deps, found, async (one) => {
    return { found: one, check: await api.checkKey(one.key, { history: foundKey, signal: deps.signal }) };
  });
  deps.signal.throwIfAborted();
  const sorted = [...checked].sort((a, b) => rankOf(a) - rankOf(b));
  deps.output.print();
  for (const { found, check } of sorted) printVerdictLine(deps.output, found.key.mask, check);
  deps.output.print();
  return sorted;
}

function rankOf({ check }: { readonly check: KeyCheck }): number {
  if (check.diagnosis === "wrong-product") return 3;
  return { usable: 0, limited: 1, unknown: 2, rejected: 4 }[verdictOf(check)];
}

/**
 * Returns the candidates to store: the only one, or those the user chooses.
 *
 * @throws MistralKeyError of kind `usage` when there are several and nobody to ask; Cancelled
 */
export async function chooseCandidates(
  deps: Deps,
  candidates: readonly Candidate[],
  at: ProcessContext,
): Promise<readonly Candidate[]> {
  if (candidates.length === 1) return candidates;
  const accepted = candidates.filter(({ check }) => check !== undefined && verdictOf(check) === "usable");
  if (!deps.interactive) {
    // A non-interactive `--check` means: take the key that works.
    if (accepted.length === 1) return accepted;
    const offered = accepted.length === 0 ? candidates : accepted;
    const masks = offered.map(({ found }) => `--key ${found.key.mask}`);
    throw new MistralKeyError(
      "usage",
      `${offered.length} different keys match and one has to be picked, but ${whyNobody(deps)}.`,
      { hint: `Say which: ${masks.join(", or ")}` },
    );
  }
  const each = candidates.map((candidate) => ({
    value: [candidate],
    name: candidate.found.key.mask,
    description: describe(candidate, deps, at),
  }));
  const together = {
    value: accepted,
    name: `${accepted.length === 2 ? "Both" : `All ${accepted.length}`} that Mistral accepts`,
    description: "each under a name of its own",
  };
  return await (await deps.prompts()).choose<readonly Candidate[]>({
    message: "Which key do you want to store?",
    choices: accepted.length > 1 ? [...each, together] : each,
  });
}

function describe({ found, check }: Candidate, { profiles }: Deps, at: ProcessContext): string {
  const [first, ...others] = found.places;
  const more = others.length === 0 ? "" : ` and ${others.length} more`;
  const said = check === undefined ? [] : [diagnosisWords[check.diagnosis]];
  const stored = profilesWith(found.key, profiles).length > 0 ? ["stored already"] : [];
  return [...said, `${whereOf(first, at)}${more}`, ...stored].join(", ");
}
