import { stripVTControlCharacters } from "node:util";
import type { Surroundings } from "../files/surroundings.ts";
import type { FoundPlace } from "./find-keys.ts";

/** A path for people: `~` for the home folder, and nothing in it that could steer a terminal. */
export function shortPath(path: string, { home }: Pick<Surroundings, "home">): string {
  const safe = stripVTControlCharacters(path).replace(/[\x00-\x1f\x7f-\x9f]/g, "?");
  const inHome = safe === home || safe.startsWith(`${home}/`) || safe.startsWith(`${home}\\`);
  return inHome && home.length > 1 ? `~${safe.slice(home.length)}` : safe;
}

/** Where a key is, as short as it can be said. */
export function whereOf(place: FoundPlace, at: Pick<Surroundings, "home">): string {
  switch (place.kind) {
    case "environment":
      return place.variable;
    case "vibe-keychain":
      return "Mistral Vibe's keychain entry";
    default:
      return `${shortPath(place.file.path, at)}:${place.occurrence.line}`;
  }
}

/** What else is worth knowing of a place. */
export function noteOn(place: FoundPlace): string {
  if (place.kind === "environment") return "this shell's environment";
  if (place.kind === "vibe-keychain") return "not plaintext";
  const link = place.file.path === place.file.realPath ? [] : ["a link"];
  const tool = place.place.tool === undefined ? [] : [`read by ${place.place.tool.name}`];
  const git = {
    tracked: ["in git"],
    "not-ignored": ["git would commit it"],
    ignored: ["ignored by git"],
    none: [],
    unknown: ["git did not say"],
  };
  return [...git[place.git], ...tool, ...link].join(", ");
}

/** Whether a place shows the key to others as soon as the repository is shared. */
export function isInGit(place: FoundPlace): boolean {
  return "git" in place && (place.git === "tracked" || place.git === "not-ignored");
}
