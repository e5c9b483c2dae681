import type { Deps } from "../deps.ts";
import { Cancelled } from "../errors.ts";
import type { Surroundings } from "../files/surroundings.ts";
import { Git, type GitOptions } from "../git/git.ts";
import { scanHistory } from "./git-history.ts";
import type { Leak, PartScan, ScanLimits } from "./leak.ts";
import { LeakPatterns, type WantedKey } from "./leak-pattern.ts";
import { scanFiles } from "./scan-files.ts";
import { scanStaged, scanWorkTree, topOf } from "./scan-repository.ts";
import { shellHistories } from "./shell-histories.ts";

/** What was searched for stored keys, and what came of it. */
export interface LeakScan {
  readonly leaks: readonly Leak[];
  /** The parts that were searched, for people. */
  readonly searched: readonly string[];
  /** What was not searched and why, a sentence each. */
  readonly notes: readonly string[];
  /** How many keys were looked for. */
  readonly keys: number;
}

/** What to scan. */
export interface ScanRequest {
  /** Only what the next commit would contain: quick, for a pre-commit hook. */
  readonly staged: boolean;
  readonly limits?: Partial<ScanLimits>;
}

const defaultLimits: ScanLimits = {
  commits: 20_000,
  bytes: 2_000_000_000,
  blob: 4 * 2 ** 20,
  duration: 30_000,
  leaks: 1000,
};

/**
 * Looks for the stored keys of all profiles in this folder's repository (its files, what is staged,
 * its history) and in the histories of shells. It reads no key: masks and fingerprints are enough,
 * so it works with a locked keychain and never asks.
 *
 * @throws Cancelled when the person stops it
 */
export async function scanForLeaks(
  deps: Pick<Deps, "profiles" | "journal" | "signal">,
  at: Surroundings,
  request: ScanRequest,
): Promise<LeakScan> {
  const limits = { ...defaultLimits, ...request.limits };
  const { wanted, notes: damaged } = storedKeys(deps);
  const patterns = new LeakPatterns(wanted);
  const notes = [
    ...damaged,
    ...patterns.skipped.map(({ profile }) => `Profile ${profile}: its key is too short to be searched for.`),
  ];
  // Profiles may share a key, and their fingerprints do not tell, since each has its own salt.
  const masks = (some: readonly WantedKey[]) => new Set(some.map(({ mask }) => mask));
  const keys = masks(wanted).size - masks(patterns.skipped).size;
  if (keys === 0) return { leaks: [], searched: [], notes, keys };

  const signal = AbortSignal.any([deps.signal, AbortSignal.timeout(limits.duration)]);
  const git = new Git(at);
  const parts = request.staged
    ? await scanStagedOnly(git, at, patterns)
    : await scanEverything(git, at, patterns, limits, signal);
  if (deps.signal.aborted) throw new Cancelled();
  return {
    leaks: withoutRepeats(parts.flatMap(({ scan }) => scan.leaks)),
    searched: parts.flatMap(({ name }) => name),
    notes: [...notes, ...parts.flatMap(({ scan }) => scan.notes)],
    keys,
  };
}

interface Part {
  /** For people; empty when it was not there. */
  readonly name: readonly string[];
  readonly scan: PartScan;
}

async function scanStagedOnly(git: Git, at: Surroundings, patterns: LeakPatterns): Promise<readonly Part[]> {
  // A hook is told which index the commit is made from.
  const where = { folder: at.cwd, asHook: true };
  const top = await topOf(git, where);
  return top === undefined
    ? [noRepository]
    : [{ name: ["staged changes"], scan: await scanStaged(git, where, patterns) }];
}

async function scanEverything(
  git: Git,
  at: Surroundings,
  patterns: LeakPatterns,
  limits: ScanLimits,
  signal: AbortSignal,
): Promise<readonly Part[]> {
  const top = await topOf(git, { folder: at.cwd });
  const histories = scanHistories(at, patterns, signal);
  if (top === undefined) return [noRepository, await histories];
  const where: GitOptions = { folder: top };
  const [files, staged, history, shells] = await Promise.all([
    scanWorkTree(git, where, patterns, signal),
    scanStaged(git, where, patterns),
    scanHistory(git, where, patterns, limits, signal),
    histories,
  ]);
  return [
    { name: ["files of this repository"], scan: files },
    { name: ["staged changes"], scan: staged },
    { name: ["git history"], scan: history },
    shells,
  ];
}

const noRepository: Part = {
  name: [],
  scan: { leaks: [], notes: ["This folder is in no git repository, or git is not installed."] },
};

async function scanHistories(at: Surroundings, patterns: LeakPatterns, signal: AbortSignal): Promise<Part> {
  const files = shellHistories(at).map((path) => ({
    path,
    followLinks: true,
    place: (line: number) => ({ kind: "shell-history" as const, path, line }),
  }));
  const { leaks, unread } = await scanFiles(files, patterns, signal);
  const notes = unread === 0 ? [] : [`Shell history: ${unread} files could not be read.`];
  return { name: ["shell history"], scan: { leaks, notes } };
}

/** Two profiles, or the two ends of a rotation, may hold the same key. */
function withoutRepeats(leaks: readonly Leak[]): readonly Leak[] {
  return [
    ...new Map(leaks.map((leak) => [JSON.stringify([leak.wanted.mask, leak.place]), leak] as const)).values(),
  ];
}

/** Every key that a store holds: those in use, and both of a rotation under way. */
function storedKeys({ profiles, journal }: Pick<Deps, "profiles" | "journal">): {
  readonly wanted: readonly WantedKey[];
  readonly notes: readonly string[];
} {
  const wanted: WantedKey[] = [];
  const notes: string[] = [];
  for (const listed of profiles.list()) {
    if ("damaged" in listed) {
      notes.push(`Profile ${listed.name} cannot be read, so its key was not searched for.`);
      continue;
    }
    const { name, key, fingerprint } = listed.profile;
    wanted.push({ profile: name, mask: key, fingerprint });
    const rotation = readRotation(journal, name);
    for (const other of rotation === undefined ? [] : [rotation.oldKey, rotation.newKey]) {
      wanted.push({ profile: name, mask: other.mask, fingerprint: other.fingerprint });
    }
  }
  return { wanted, notes };
}

function readRotation(
  journal: Deps["journal"],
  name: WantedKey["profile"],
): ReturnType<Deps["journal"]["read"]> {
  try {
    return journal.read(name);
  } catch {
    // A damaged journal is reported where rotations are.
    return undefined;
  }
}
