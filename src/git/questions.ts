/** A question to git: one of {@link questions}, and nothing else is ever asked. */
export interface Question {
  readonly args: readonly string[];
  /** The exit codes of an answer; 0 where absent. */
  readonly codes?: readonly number[];
  /** How long git may be silent before it is ended, in milliseconds; 15 s where absent. */
  readonly silenceMs?: number;
}

/** From a subfolder, git lists that one unless it is told to begin at the top, with a pathspec that is not literal. */
const ofAllFolders = ["--no-literal-pathspecs", "ls-files", "-z", "--full-name"];

/**
 * All that git does for this program: it reads, and answers in bytes. These are plumbing commands,
 * which leave out the configuration of `git log` and `git diff`; none of them starts a pager, a hook,
 * an editor, a filter, a text converter, an external diff or a check of a signature.
 */
export const questions = {
  /**
   * Lines: whether the repository is bare, whether this folder is inside the repository's own one,
   * whether it is shallow, its own folder, the one it shares, the way up to the top of the work tree.
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
  /** The id of the newest commit; 1 before the first. */
  newestCommit: { args: ["rev-parse", "--verify", "--quiet", "HEAD^{commit}"], codes: [0, 1] },
  /** What the index holds: mode, id, stage, path. */
  index: { args: [...ofAllFolders, "--stage", "--", ":(top)"] },
  /** The files that the next `git add` would take besides. */
  others: { args: [...ofAllFolders, "--others", "--exclude-standard", "--", ":(top)"], silenceMs: 60_000 },
  /** Those of some files that git has, in whatever case; `:(icase,literal)` and their names come behind. */
  tracked: { args: ["--no-literal-pathspecs", "ls-files", "-z", "--cached", "--"] },
  /** Those of some files, given on stdin, that git ignores; 1 when it ignores none. It refuses literal pathspecs. */
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
  /** The objects whose ids are given on stdin. */
  objects: { args: ["cat-file", "--batch", "--buffer"] },
  /** Every object there is, whether something leads to it or not. */
  allObjects: {
    args: ["cat-file", "--batch-all-objects", "--batch", "--buffer", "--unordered"],
  },
  /** A line `?id` for each object that something leads to and that is not there. */
  missing: {
    args: ["rev-list", "--objects", "--all", "--reflog", "--missing=print", "--quiet"],
    // It says nothing before the end.
    silenceMs: 1_800_000,
  },
  /** The ids of all commits that a branch, a tag, a stash or a reflog leads to, the newest first. */
  commits: { args: ["rev-list", "--all", "--reflog"] },
  /** What the commits whose ids are given on stdin have changed. */
  changes: {
    args: ["diff-tree", "--stdin", "-r", "-m", "--root", "--raw", "-z", "--no-abbrev", "--no-renames"],
  },
} satisfies Record<string, Question>;

/** What goes before every question. */
export const before: readonly string[] = [
  "--no-pager",
  "--literal-pathspecs",
  "--no-optional-locks",
  "--no-replace-objects",
  // Options of the repository's own configuration that would start a program, or change an answer, all the same.
  ...[
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.untrackedCache=false",
    "diff.ignoreSubmodules=none",
    "gc.auto=0",
    "maintenance.auto=false",
  ].flatMap((setting) => ["-c", setting]),
];

/** Variables of git that may stay, all of them the person's own: where git looks, and what it was told with `git -c`. */
const inherited =
  /^GIT_(?:CEILING_DIRECTORIES|DISCOVERY_ACROSS_FILESYSTEM|CONFIG_(?:GLOBAL|SYSTEM|NOSYSTEM|PARAMETERS|COUNT|KEY_\d+|VALUE_\d+))$/;

/** Those that tie git to one repository, as it ties its hooks: `GIT_INDEX_FILE` of `git commit FILE`, say. */
const ofOneRepository =
  /^GIT_(?:DIR|COMMON_DIR|WORK_TREE|INDEX_FILE|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|SHALLOW_FILE)$/;

/**
 * The variables that git gets besides those of every helper; `undefined` takes one away. A clone
 * that holds only part of its objects would fetch the others when asked for them: every way to do so
 * is closed, in git before 2.45 (which has no `GIT_NO_LAZY_FETCH`) by allowing no protocol.
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
