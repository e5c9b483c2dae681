import type { ProcessContext } from "../files/process-context.ts";
import { readTextFile, type TextFile } from "../files/text-file.ts";
import { Git } from "../git/git.ts";
import { type GitState, gitStates } from "../git/git-state.ts";
import { ApiKey } from "../keys/api-key.ts";
import { unwrapped } from "../keys/environment-key.ts";
import { isKeyUnder } from "./formats/key-likeness.ts";
import { NotUnderstood, type Occurrence } from "./formats/occurrence.ts";
import { type FilePlace, filePlaces, type PlaceKind } from "./places.ts";

/** A place that holds a key. */
export type FoundPlace = { readonly kind: "environment"; readonly variable: string } | FoundInFile;

/** A line of a file, and the key it holds. */
export interface FoundInFile extends FilePlace {
  readonly file: TextFile;
  readonly occurrence: Occurrence;
  readonly git: GitState;
}

/** A key in one place. */
export interface Find {
  readonly key: ApiKey;
  readonly place: FoundPlace;
}

/** A key and every place it was found in. */
export interface FoundKey {
  readonly key: ApiKey;
  readonly places: readonly [FoundPlace, ...FoundPlace[]];
}

interface UnreadPlace {
  readonly kind: PlaceKind;
  readonly where: string;
  readonly reason: string;
}

/** The result of {@link findKeys}. */
export interface Discovery {
  readonly found: readonly FoundKey[];
  readonly unread: readonly UnreadPlace[];
}

/**
 * Looks for plaintext Mistral keys in the environment and in {@link filePlaces}. Reads only; opens no
 * keychain.
 */
export async function findKeys(at: ProcessContext): Promise<Discovery> {
  const files = await findInFiles(at);
  const finds: Find[] = [];
  for (const [variable, written = ""] of Object.entries(at.env)) {
    const value = unwrapped(written);
    if (!isKeyUnder(variable, value)) continue;
    finds.push({ key: ApiKey.of(value), place: { kind: "environment", variable } });
  }
  finds.push(...files.finds.map((place) => ({ key: place.occurrence.key, place })));
  return { found: groupEqual(finds), unread: files.unread };
}

async function findInFiles(
  at: ProcessContext,
): Promise<{ finds: readonly FoundInFile[]; unread: readonly UnreadPlace[] }> {
  const places = await filePlaces(at);
  const readings = await Promise.all(
    places.map(async (place) => ({ place, reading: await readTextFile(place.path) })),
  );
  const seen = new Set<string>();
  const unread: UnreadPlace[] = [];
  const finds: Omit<FoundInFile, "git">[] = [];
  for (const { place, reading } of readings) {
    if (reading.state === "unread") {
      if (!seen.has(place.path)) unread.push({ kind: place.kind, where: place.path, reason: reading.reason });
      seen.add(place.path);
      continue;
    }
    if (reading.state === "absent" || seen.has(reading.file.identity)) continue;
    seen.add(reading.file.identity);
    try {
      const { file } = reading;
      finds.push(...place.format(file.text).map((occurrence) => ({ ...place, file, occurrence })));
    } catch (error) {
      if (!(error instanceof NotUnderstood)) throw error;
      unread.push({ kind: place.kind, where: place.path, reason: error.message });
    }
  }
  const git = await gitStates(
    finds.map(({ file }) => file.realPath),
    new Git(at),
  );
  return { finds: finds.map((find) => ({ ...find, git: git.get(find.file.realPath) ?? "unknown" })), unread };
}

function groupEqual(finds: readonly Find[]): readonly FoundKey[] {
  const groups: { key: ApiKey; places: [FoundPlace, ...FoundPlace[]] }[] = [];
  for (const { key, place } of finds) {
    const group = groups.find((one) => one.key.equals(key));
    if (group === undefined) groups.push({ key, places: [place] });
    else group.places.push(place);
  }
  return groups;
}
