import type { Deps } from "../deps.ts";
import type { Surroundings } from "../files/surroundings.ts";
import type { GitState } from "../git/git-state.ts";
import { matchesFingerprint } from "../keys/fingerprint.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import type { ProfileRegistry } from "../profiles/profile-registry.ts";
import { displayWidth, hang, padEnd } from "../terminal/output/layout.ts";
import type { Output } from "../terminal/output/output.ts";
import type { Discovery, FoundKey, FoundPlace } from "./find-keys.ts";
import { isInGit, noteOn, shortPath, whereOf } from "./place-words.ts";
import type { PlaceKind } from "./places.ts";

/** A place in `--json` output. Stable surface. */
export interface PlaceDocument {
  /** `null` for what is no file. */
  readonly path: string | null;
  readonly line: number | null;
  readonly kind: PlaceKind;
  /** `null` for what is in no repository. */
  readonly git: Exclude<GitState, "none"> | null;
  /** The variable of the environment. */
  readonly variable?: string;
}

/** What `import --list --json` prints. Stable surface; holds no key. */
export interface DiscoveryDocument {
  readonly found: readonly {
    readonly key: string;
    readonly places: readonly PlaceDocument[];
    readonly stored: boolean;
  }[];
  /** Places that could not be looked into. */
  readonly unread: readonly {
    readonly path: string | null;
    readonly kind: PlaceKind;
    readonly reason: string;
  }[];
}

/** The JSON document of what was found. */
export function discoveryDocument(discovery: Discovery, profiles: ProfileRegistry): DiscoveryDocument {
  return {
    found: discovery.found.map(({ key, places }) => ({
      key: key.mask,
      places: places.map(placeDocument),
      stored: storedAs({ key }, profiles).length > 0,
    })),
    unread: discovery.unread.map(({ where, kind, reason }) => ({
      path: kind === "vibe-keychain" ? null : where,
      kind,
      reason,
    })),
  };
}

/** A place as `--json` tells it. */
export function placeDocument(place: FoundPlace): PlaceDocument {
  if (place.kind === "environment") {
    return { path: null, line: null, kind: place.kind, git: null, variable: place.variable };
  }
  if (place.kind === "vibe-keychain") return { path: null, line: null, kind: place.kind, git: null };
  const git = place.git === "none" ? null : place.git;
  return { path: place.file.path, line: place.occurrence.line, kind: place.kind, git };
}

/** The profiles that a key is stored as, as their fingerprints tell: no store is opened. */
export function storedAs({ key }: Pick<FoundKey, "key">, profiles: ProfileRegistry): readonly ProfileName[] {
  return profiles
    .list()
    .flatMap((row) =>
      "profile" in row && matchesFingerprint(key, row.profile.fingerprint) ? [row.profile.name] : [],
    );
}

/** Every key that was found and the places it lies in, for people. */
export function renderKeys(
  { output, profiles }: Pick<Deps, "output" | "profiles">,
  { found, unread }: Discovery,
  at: Surroundings,
): string {
  const { theme } = output;
  const columns = Math.min(output.columns, 80);
  const places = found.flatMap((key) => key.places);
  const width = Math.max(0, ...places.map((place) => displayWidth(whereOf(place, at))));
  const lines = ["", hang("  ", theme.strong(headlineOf(found.length, places.length)), columns)];
  for (const key of found) {
    const names = storedAs(key, profiles);
    const stored = names.length === 0 ? "not stored" : `stored as profile ${names.join(", ")}`;
    lines.push("", `  ${theme.accent(key.key.mask)}   ${theme.faint(stored)}`);
    for (const place of key.places) lines.push(...linesFor(output, place, width, at));
  }
  if (unread.length > 0) lines.push("");
  for (const { where, reason } of unread) {
    lines.push(hang(`  ${theme.symbol.warn} `, `${shortPath(where, at)} was not read: ${reason}`, columns));
  }
  return lines.join("\n");
}

/** One line where it fits; the note below the place where it does not. */
function linesFor(output: Output, place: FoundPlace, width: number, at: Surroundings): readonly string[] {
  const { theme } = output;
  const where = whereOf(place, at);
  const note = noteOn(place);
  const shown = isInGit(place) ? theme.caution(note) : theme.faint(note);
  if (note === "") return [`    ${where}`];
  const fits = 4 + width + 3 + displayWidth(note) <= output.columns;
  return fits ? [`    ${padEnd(where, width)}   ${shown}`] : [`    ${where}`, `      ${shown}`];
}

function headlineOf(keys: number, places: number): string {
  const found = keys === 1 ? "1 Mistral key" : `${keys} Mistral keys`;
  if (keys === 0) return "No Mistral key was found outside a store.";
  return `Found ${found} in ${places === 1 ? "1 place" : `${places} places`}.`;
}
