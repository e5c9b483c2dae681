import type { Deps } from "../deps.ts";
import { Git } from "../git/git.ts";
import { findRepository, type RepositoryAnswer } from "../git/repository.ts";
import { showName } from "../outside-text.ts";
import { historyFiles } from "./histories.ts";
import type { Leak, PartScan } from "./leak.ts";
import { LeakPatterns, type WantedKey } from "./leak-pattern.ts";
import { scanFiles } from "./scan-files.ts";
import type { RepositoryScan } from "./scan-objects.ts";
import { scanRepository } from "./scan-repository.ts";
import { scanStaged } from "./scan-staged.ts";

/** What was searched for stored keys, and the outcome. Its texts contain no key and no terminal controls. */
export interface LeakScan {
  readonly leaks: readonly Leak[];
  /** The parts that were searched completely, for display. */
  readonly searched: readonly string[];
  /** What was not searched and why, a sentence each. With any gap, nothing is known to be clean. */
  readonly gaps: readonly string[];
  /** The number of keys searched for. */
  readonly keys: number;
  /** Whether the folder is in a repository. */
  readonly inRepository: boolean;
}

/**
 * Searches this folder's repository (files, staged changes, all that git keeps) and the histories of
 * shells and tools for the stored keys of all profiles. Reads no key: masks and fingerprints suffice, so
 * it works with a locked keychain and never asks.
 *
 * @param options.staged - only what the next commit would contain: quick, for a pre-commit hook
 * @throws Cancelled when the user stops it
 */
export async function scanForLeaks(deps: Deps, { staged }: { readonly staged: boolean }): Promise<LeakScan> {
  const { wanted, gaps: unknown } = storedKeys(deps);
  const patterns = new LeakPatterns(wanted);
  const gaps = [
    ...unknown,
    ...patterns.skipped.map(({ profile }) => `Profile ${profile}: its key is too short to be searched for.`),
  ];
  // Counted by mask: profiles may share a key, and salted fingerprints do not show it.
  const masks = (some: readonly WantedKey[]) => new Set(some.map(({ mask }) => mask));
  const keys = masks(wanted).size - masks(patterns.skipped).size;
  if (keys === 0) return { leaks: [], searched: [], gaps, keys, inRepository: false };

  const at = deps.processContext();
  const git = new Git(at);
  // A hook's environment names the repository and the index of the commit.
  const asking = { folder: at.cwd, named: true, signal: deps.signal };
  const found = await findRepository(git, asking);
  const [ofRepository, histories] = await Promise.all([
    scanFound(found, { git, asking, patterns, below: "", seen: new Set() }, staged),
    staged ? [] : scanHistories(at, patterns, deps.signal),
  ]);
  deps.signal.throwIfAborted();
  const parts = [...ofRepository, ...histories];
  const shown = (text: string): string => showName(patterns.mask(text));
  return {
    leaks: withoutRepeats(parts.flatMap((part) => part.leaks.map((leak) => withShownPath(leak, shown)))),
    searched: parts.flatMap((part) => (part.gaps.length === 0 ? [shown(part.part)] : [])),
    gaps: [...gaps, ...parts.flatMap((part) => part.gaps.map((gap) => shown(`${part.part}: ${gap}.`)))],
    keys,
    inRepository: found.state !== "none",
  };
}

async function scanFound(
  found: RepositoryAnswer,
  scan: RepositoryScan,
  staged: boolean,
): Promise<readonly PartScan[]> {
  if (found.state === "refused") return [{ part: "this repository", leaks: [], gaps: [found.reason] }];
  if (found.state === "there") {
    return staged ? [await scanStaged(scan)] : await scanRepository(scan, found.repository);
  }
  const nowhere = { part: "staged changes", leaks: [], gaps: ["this folder is in no git repository"] };
  return staged ? [nowhere] : [];
}

async function scanHistories(
  at: ReturnType<Deps["processContext"]>,
  patterns: LeakPatterns,
  signal: AbortSignal,
): Promise<readonly PartScan[]> {
  const { files, gaps } = await historyFiles(at);
  const toScan = files.map((path) => ({ path, shown: path }));
  const scan = await scanFiles("shell-history", toScan, patterns, signal);
  return [{ part: "histories of shells and tools", leaks: scan.leaks, gaps: [...gaps, ...scan.gaps] }];
}

function withShownPath(leak: Leak, shown: (text: string) => string): Leak {
  const { place } = leak;
  if (place.path === undefined) return leak;
  return { ...leak, place: { ...place, path: shown(place.path) } };
}

/** Two profiles, or both ends of a rotation, may hold the same key. */
function withoutRepeats(leaks: readonly Leak[]): readonly Leak[] {
  return [
    ...new Map(leaks.map((leak) => [JSON.stringify([leak.wanted.mask, leak.place]), leak] as const)).values(),
  ];
}

/** Every stored key: those in use, and both of a rotation under way. */
function storedKeys({ profiles, journal }: Deps): {
  readonly wanted: readonly WantedKey[];
  readonly gaps: readonly string[];
} {
  const wanted: WantedKey[] = [];
  const gaps: string[] = [];
  for (const listed of profiles.list()) {
    if ("profile" in listed) {
      const { key, fingerprint } = listed.profile;
      wanted.push({ profile: listed.name, mask: key, fingerprint });
    } else {
      gaps.push(`Profile ${listed.name}: its key was not searched for. ${listed.damaged}`);
    }
  }
  for (const listed of journal.list()) {
    if ("record" in listed) {
      for (const { mask, fingerprint } of [listed.record.oldKey, listed.record.newKey]) {
        wanted.push({ profile: listed.name, mask, fingerprint });
      }
    } else {
      gaps.push(`Profile ${listed.name}: the keys of its rotation were not searched for. ${listed.damaged}`);
    }
  }
  return { wanted, gaps };
}
