import { relative } from "node:path";
import type { GitState } from "../../git/git-state.ts";
import type { FoundInFile } from "../../plaintext/find-keys.ts";
import { type Check, type Finding, localLimitMs } from "../check.ts";

/** A dotenv file that holds a key. */
export interface DotenvFind {
  /** As seen from here. */
  readonly path: string;
  readonly mask: string;
  readonly git: GitState;
}

const wordsForGit: Record<GitState, string> = {
  tracked: "is in git already",
  "not-ignored": "would be committed by git",
  ignored: "is ignored by git",
  none: "is in no git repository",
  unknown: "may or may not be committed, git did not say",
};

/** Judges the dotenv files that hold a key. */
function judgeDotenv(finds: readonly DotenvFind[]): Finding {
  if (finds.length === 0) return { state: "ok", message: "No .env file here holds a Mistral key." };
  const said = finds.map(({ path, mask, git }) => `${path} holds ${mask} and ${wordsForGit[git]}.`).join(" ");
  const tracked = finds.find(({ git }) => git === "tracked");
  const committable = finds.find(({ git }) => git === "not-ignored");
  if (tracked !== undefined) {
    return {
      state: "fail",
      kind: "unfinished",
      message: said,
      hint: `Make a new key (mistral-key rotate), since the old one is in git's history; then take it out: git rm --cached ${tracked.path}`,
    };
  }
  if (committable !== undefined) {
    return {
      state: "fail",
      kind: "unfinished",
      message: said,
      hint: `Add it to .gitignore, or take the key out of it: mistral-key import`,
    };
  }
  return { state: "warn", message: said, hint: "Store it and take the plaintext out: mistral-key import" };
}

/** Whether a dotenv file here holds a key, and whether git would commit it. */
export const dotenvCheck: Check = {
  id: "dotenv",
  title: ".env files",
  limitMs: 2 * localLimitMs,
  look: async ({ surroundings }) => {
    const { findKeys } = await import("../../plaintext/find-keys.ts");
    const { found } = await findKeys(surroundings, async () => ({ state: "absent" }));
    const finds = found.flatMap(({ key, places }) =>
      places
        .filter((place): place is FoundInFile => place.kind === "dotenv")
        .map(({ file, git }) => ({ path: relative(surroundings.cwd, file.path), mask: key.mask, git })),
    );
    return judgeDotenv(finds);
  },
};
