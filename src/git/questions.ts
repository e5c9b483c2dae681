/** A question to git. Only {@link questions} are ever asked. */
export interface Question {
  readonly args: readonly string[];
  /** The exit codes of an answer; 0 when absent. */
  readonly codes?: readonly number[];
  /** How long git may be silent before it is stopped, in milliseconds; 15 s when absent. */
  readonly silenceMs?: number;
}

/** In a subfolder, git lists only that one, unless a non-literal pathspec starts it at the top. */
const ofAllFolders = ["--no-literal-pathspecs", "ls-files", "-z", "--full-name"];

/**
 * All that git does for this program: it reads, and answers in bytes. Plumbing commands ignore the
 * configuration of `git log` and `git diff`; none starts a pager, hook, editor, filter, text converter,
 * external diff or signature check.
 */
export const questions = {
  /**
   * Lines: whether it is bare, whether this folder is inside the git folder, whether it is shallow, the
   * git folder, the shared git folder, the relative path up to the top of the work tree.
   */
  repository: {
    args: [
      "rev-parse",
      "--is-bare-repository",
      "--is-inside-git-dir",
      "--is-shallow-repository",
      "--git-dir",
      "--git-common-dir",
      "--show-cdup",
    ],
  },
  /** The newest commit's id; exit code 1 before the first. */
  newestCommit: { args: ["rev-parse", "--verify", "--quiet", "HEAD^{commit}"], codes: [0, 1] },
  /** The index entries: mode, id, stage, path. */
  index: { args: [...ofAllFolders, "--stage", "--", ":(top)"] },
  /** The untracked files that the next `git add` would take. */
  others: { args: [...ofAllFolders, "--others", "--exclude-standard", "--", ":(top)"], silenceMs: 60_000 },
  /** Which of some files git tracks, in any case; append `:(icase,literal)` and each name. */
  tracked: { args: ["--no-literal-pathspecs", "ls-files", "-z", "--cached", "--"] },
  /** Which of the files on stdin git ignores; exit code 1 for none. It refuses literal pathspecs. */
  ignored: { args: ["--no-literal-pathspecs", "check-ignore", "-z", "--stdin"], codes: [0, 1] },
  /** What the next commit would change. */
  staged: {
    args: [
      "diff-index",
      "--cached",
      "--raw",
      "-z",
      "--no-abbrev",
      "--no-renames",
      "--diff-filter=ACMT",
      "HEAD",
    ],
  },
  /** The objects whose ids are on stdin. */
  objects: { args: ["cat-file", "--batch", "--buffer"] },
  /** Every object, reachable or not. */
  allObjects: {
    args: ["cat-file", "--batch-all-objects", "--batch", "--buffer", "--unordered"],
  },
  /** A line `?id` for each reachable object that is missing. */
  missing: {
    args: ["rev-list", "--objects", "--all", "--reflog", "--missing=print", "--quiet"],
    // It prints nothing before the end.
    silenceMs: 1_800_000,
  },
  /** The ids of all commits that a branch, tag, stash or reflog reaches, newest first. */
  commits: { args: ["rev-list", "--all", "--reflog"] },
  /** The changes made by the commits whose ids are on stdin. */
  changes: {
    args: ["diff-tree", "--stdin", "-r", "-m", "--root", "--raw", "-z", "--no-abbrev", "--no-renames"],
  },
} satisfies Record<string, Question>;

/** The arguments before every question. */
export const before: readonly string[] = [
  "--no-pager",
  "--literal-pathspecs",
  "--no-optional-locks",
  "--no-replace-objects",
  // Repository settings that could still start a program or change an answer.
  ...[
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.untrackedCache=false",
    "diff.ignoreSubmodules=none",
    "gc.auto=0",
    "maintenance.auto=false",
  ].flatMap((setting) => ["-c", setting]),
];

/** Git variables of the user's own that may stay: where git looks, and settings from `git -c`. */
const inherited =
  /^GIT_(?:CEILING_DIRECTORIES|DISCOVERY_ACROSS_FILESYSTEM|CONFIG_(?:GLOBAL|SYSTEM|NOSYSTEM|PARAMETERS|COUNT|KEY_\d+|VALUE_\d+))$/;

/** Those that tie git to one repository, as in its hooks: `GIT_INDEX_FILE` in `git commit FILE`. */
const ofOneRepository =
  /^GIT_(?:DIR|COMMON_DIR|WORK_TREE|INDEX_FILE|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|SHALLOW_FILE)$/;

/**
 * Git's variables besides those of every helper; `undefined` removes one. A partial clone would fetch
 * missing objects on demand: every way is closed, before git 2.45 (without `GIT_NO_LAZY_FETCH`) by
 * allowing no protocol.
 */
export function gitVariables(
  env: Readonly<Record<string, string | undefined>>,
  named: boolean,
): Readonly<Record<string, string | undefined>> {
  const dropped = Object.keys(env).filter(
    (name) => /^GIT_/i.test(name) && !inherited.test(name) && !(named && ofOneRepository.test(name)),
  );
  return {
    ...Object.fromEntries(dropped.map((name) => [name, undefined])),
    GIT_NO_LAZY_FETCH: "1",
    GIT_ALLOW_PROTOCOL: "none",
    GIT_TERMINAL_PROMPT: "0",
    GIT_OPTIONAL_LOCKS: "0",
    LC_ALL: "C",
  };
}
