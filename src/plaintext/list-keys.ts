import type { Deps } from "../deps.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import { showName } from "../outside-text.ts";
import { profilesWith } from "../profiles/known-key.ts";
import type { ProfileRegistry } from "../profiles/profile-folder.ts";
import type { Output } from "../terminal/output/output.ts";
import type { Discovery, FoundPlace } from "./find-keys.ts";
import { noteOn, shortPath, whereOf } from "./place-words.ts";

/** The document of `import --list --json`. Stable interface; contains no key. */
export function discoveryDocument({ found, unread }: Discovery, profiles: ProfileRegistry) {
  return {
    found: found.map(({ key, places }) => ({
      key: key.mask,
      places: places.map(placeDocument),
      stored: profilesWith(key, profiles).length > 0,
    })),
    unread: unread.map(({ where, kind, reason }) => ({
      path: showName(where),
      kind,
      reason,
    })),
  };
}

/** A place in `--json` output; `path` is `null` for a variable, `git` outside a repository. */
export function placeDocument(place: FoundPlace) {
  if (place.kind === "environment") {
    return { path: null, line: null, kind: place.kind, git: null, variable: showName(place.variable) };
  }
  const git = place.git === "none" ? null : place.git;
  return { path: showName(place.file.path), line: place.occurrence.line, kind: place.kind, git };
}

/** Prints every found key with its places. */
export function printKeys(output: Output, { found, unread }: Discovery, deps: Deps): void {
  const at = deps.processContext();
  const { theme } = output;
  const places = found.flatMap((key) => key.places);
  output.print();
  output.heading(headlineOf(found.length, places.length));
  for (const key of found) {
    const names = profilesWith(key.key, deps.profiles).map(({ name }) => name);
    const stored = names.length === 0 ? "not stored" : `stored as ${profilesOf(names)}`;
    output.print();
    output.paragraph(`${theme.accent(key.key.mask)}   ${theme.faint(stored)}`);
    output.rows(
      key.places.map((place) => {
        const isInGit = "git" in place && (place.git === "tracked" || place.git === "not-ignored");
        const value = theme[isInGit ? "caution" : "faint"](noteOn(place));
        return { label: whereOf(place, at), value };
      }),
      4,
    );
  }
  if (unread.length > 0) output.print();
  for (const { where, reason } of unread) {
    output.warn(`${shortPath(where, at)} was not read: ${reason}.`);
  }
}

/** Profile names, worded for a sentence. */
export function profilesOf(names: readonly ProfileName[]): string {
  return names.length === 1 ? `profile ${names[0]}` : `profiles ${names.join(" and ")}`;
}

function headlineOf(keys: number, places: number): string {
  const found = keys === 1 ? "1 Mistral key" : `${keys} Mistral keys`;
  if (keys === 0)
    return "No Mistral key was found in the environment, this folder's dotenv files, or the files of shells and tools.";
  return `Found ${found} in ${places === 1 ? "1 place" : `${places} places`}.`;
}
