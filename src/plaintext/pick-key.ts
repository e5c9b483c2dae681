import { resolve } from "node:path";
import type { Deps } from "../deps.ts";
import { MistralKeyError } from "../errors.ts";
import type { Surroundings } from "../files/surroundings.ts";
import { whyNobody } from "../terminal/absence.ts";
import type { FoundKey, FoundPlace } from "./find-keys.ts";
import { storedAs } from "./list-keys.ts";
import { whereOf } from "./place-words.ts";

/** Which of the keys that were found is meant. */
export interface Pick {
  /** A file, the name of a variable, or the kind of a place. */
  readonly from: string | undefined;
  /** The mask of a key. */
  readonly mask: string | undefined;
}

/**
 * Settles which key is meant: the only one that fits, else the one the person picks.
 *
 * @throws MistralKeyError of kind `usage` when none fits, or several and nobody is there to pick
 */
export async function pickKey(
  deps: Deps,
  found: readonly FoundKey[],
  pick: Pick,
  at: Surroundings,
): Promise<FoundKey> {
  const fitting = found.filter(
    ({ key, places }) =>
      (pick.mask === undefined || key.mask === pick.mask) &&
      (pick.from === undefined || places.some((place) => isAt(place, pick.from ?? "", at))),
  );
  const [first, ...others] = fitting;
  if (first === undefined) {
    throw new MistralKeyError("usage", "No key was found there.", {
      hint: "To see where keys lie: mistral-key import --list",
    });
  }
  if (others.length === 0) return first;
  if (!deps.interactive) {
    throw new MistralKeyError(
      "usage",
      `${fitting.length} different keys fit and you would pick one, but ${whyNobody(deps)}.`,
      { hint: `Say which: ${fitting.map(({ key }) => `--key ${key.mask}`).join(", or ")}` },
    );
  }
  const prompts = await deps.prompts();
  return await prompts.choose({
    message: "Which key do you want to keep?",
    choices: fitting.map((value) => ({
      value,
      name: value.key.mask,
      description: describe(value, deps, at),
    })),
  });
}

function describe(found: FoundKey, { profiles }: Deps, at: Surroundings): string {
  const [first, ...others] = found.places;
  const more = others.length === 0 ? "" : ` and ${others.length} more`;
  const stored = storedAs(found, profiles).length > 0 ? ", stored already" : "";
  return `${whereOf(first, at)}${more}${stored}`;
}

function isAt(place: FoundPlace, from: string, { cwd, home }: Surroundings): boolean {
  if (place.kind === from) return true;
  if (place.kind === "environment") return place.variable === from;
  if (place.kind === "vibe-keychain") return false;
  const path = resolve(cwd, from.replace(/^~(?=[/\\])/, home));
  return path === place.file.path || path === place.file.realPath;
}
