import { resolve, sep } from "node:path";
import type { Asking, Git } from "./git.ts";
import { repositoryAbove } from "./git-state.ts";
import { questions } from "./questions.ts";

/** A repository, as a search needs to know it. Paths are absolute. */
export interface Repository {
  readonly shallow: boolean;
  /** Git's own folders: usually `.git`, and a linked work tree's if it lies elsewhere. */
  readonly ownFolders: readonly string[];
  readonly workTree:
    | { readonly state: "there"; readonly top: string }
    /** A bare repository has none. */
    | { readonly state: "none" }
    | { readonly state: "refused"; readonly reason: string };
}

/** Git's answer about the repository that a folder is in. */
export type RepositoryAnswer =
  | { readonly state: "there"; readonly repository: Repository }
  | { readonly state: "none" }
  /** There is one, or something like it, but git does not read it. */
  | { readonly state: "refused"; readonly reason: string };

/** Finds the repository that a folder is in, or that the environment names. */
export async function findRepository(git: Git, asking: Asking): Promise<RepositoryAnswer> {
  const { folder } = asking;
  const answer = await git.ask(questions.repository, asking);
  if (answer.state === "failed") {
    const foundNone = /^git (?:is not installed|says: not a git repository \(or any)/.test(answer.reason);
    return foundNone && repositoryAbove(folder) === undefined
      ? { state: "none" }
      : { state: "refused", reason: answer.reason };
  }
  const [bare, inside, shallow, own = "", common = "", up = "", ...more] = answer.bytes
    .toString()
    .split("\n");
  if (more.join("") !== "") return { state: "refused", reason: "its path has a line break in it" };
  const ownFolders = [...new Set([common, own].map((path) => resolve(folder, path)))];
  return {
    state: "there",
    repository: {
      shallow: shallow === "true",
      ownFolders: ownFolders.filter((path) => !ownFolders.some((other) => path.startsWith(`${other}${sep}`))),
      workTree: workTreeOf(bare === "true", inside === "true", resolve(folder, up)),
    },
  };
}

function workTreeOf(bare: boolean, inside: boolean, top: string): Repository["workTree"] {
  if (bare && inside) return { state: "none" };
  if (bare) return { state: "refused", reason: "git treats the repository as bare (core.bare)" };
  if (inside)
    return { state: "refused", reason: "this folder is git's own; run this in a folder of your own files" };
  return { state: "there", top };
}
