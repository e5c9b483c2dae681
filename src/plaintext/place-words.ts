import type { ProcessContext } from "../files/process-context.ts";
import { showName } from "../outside-text.ts";
import type { FoundPlace } from "./find-keys.ts";

/** A path for display: `~` for the home folder, control characters escaped. */
export function shortPath(path: string, { home }: Pick<ProcessContext, "home">): string {
  const inHome =
    home.length > 1 && (path === home || path.startsWith(`${home}/`) || path.startsWith(`${home}\\`));
  return showName(inHome ? `~${path.slice(home.length)}` : path);
}

/** A short label: the variable, or `path:line`. */
export function whereOf(place: FoundPlace, at: Pick<ProcessContext, "home">): string {
  return place.kind === "environment"
    ? showName(place.variable)
    : `${shortPath(place.file.path, at)}:${place.occurrence.line}`;
}

/** Further facts about a place, for display. */
export function noteOn(place: FoundPlace): string {
  if (place.kind === "environment") return "this shell's environment";
  const link = place.file.path === place.file.realPath ? [] : ["a link"];
  const tool = place.tool === undefined ? [] : [`read by ${place.tool.name}`];
  const git = {
    tracked: ["in git"],
    "not-ignored": ["git would commit it"],
    ignored: ["ignored by git"],
    none: [],
    unknown: ["git did not say"],
  };
  return [...git[place.git], ...tool, ...link].join(", ");
}
