import { relative } from "node:path";
import { exitCodes } from "../../exit-codes.ts";
import type { GitState } from "../../git/git-state.ts";
import { ownCommand, runCommand, shellWord } from "../../hints.ts";
import { readEnvironmentKey } from "../../keys/environment-key.ts";
import { matchesFingerprint } from "../../keys/fingerprint.ts";
import { showName } from "../../outside-text.ts";
import type { FoundInFile } from "../../plaintext/find-keys.ts";
import { describeApps, findAppKeys } from "../../status/app-keys.ts";
import { type Check, localLimitMs } from "../check.ts";

/** Whether `MISTRAL_API_KEY` hides the stored key. */
export const environmentCheck: Check = {
  id: "environment",
  title: "Environment",
  limitMs: localLimitMs,
  run: async ({ deps, known }) => {
    const inShell = readEnvironmentKey(deps.env);
    if (inShell.state === "absent")
      return { state: "ok", message: "MISTRAL_API_KEY is not set in this shell." };
    if (inShell.state === "unusable") {
      return {
        state: "warn",
        message: "MISTRAL_API_KEY in this shell holds something that cannot be a key.",
        hint:
          known === undefined
            ? "Unset it, and take it out of your shell's start-up files."
            : `Unset it, and start apps with: ${runCommand(known.name)}`,
      };
    }
    const { key, wrapped } = inShell;
    if (known === undefined) {
      return {
        state: "warn",
        message: `MISTRAL_API_KEY is set in this shell (${key.mask}), and no key is stored.`,
        hint: `Store it, and take it out of your shell's start-up files: ${ownCommand("import")}`,
      };
    }
    if (wrapped) {
      return {
        state: "warn",
        message:
          "MISTRAL_API_KEY in this shell has spaces, quotes or a newline around it. Mistral will refuse it from an app that does not take them off.",
        hint: `Unset it, and start apps with: ${runCommand(known.name)}`,
      };
    }
    if (matchesFingerprint(key, known.fingerprint)) {
      return { state: "ok", message: "MISTRAL_API_KEY in this shell is the same as the stored key." };
    }
    return {
      state: "warn",
      message: `MISTRAL_API_KEY in this shell (${key.mask}) is different from the stored key (${known.key}); apps started here use the one of the shell.`,
      hint: `Unset it, or start apps with: ${runCommand(known.name)}`,
    };
  },
};

/** Which key Mistral's SDK, Vibe and `llm` take here. A tool may rightly have a key of its own, so this warns of nothing. */
export const appsCheck: Check = {
  id: "apps",
  title: "Apps",
  limitMs: 2 * localLimitMs,
  run: async ({ deps, plaintext, processContext }) => {
    const apps = findAppKeys(deps.env, await plaintext(), deps.profiles.list());
    return { state: "ok", message: describeApps(apps, processContext).join(" ") };
  },
};

const wordsForGit: Record<GitState, string> = {
  tracked: "is in git already",
  "not-ignored": "would be committed by git",
  ignored: "is ignored by git",
  none: "is in no git repository",
  unknown: "may or may not be committed, git did not say",
};

/** Whether a dotenv file here holds a key, and whether git would commit it. */
export const dotenvCheck: Check = {
  id: "dotenv",
  title: ".env files",
  limitMs: 2 * localLimitMs,
  run: async ({ plaintext, processContext }) => {
    const { found } = await plaintext();
    const finds = found.flatMap(({ key, places }) =>
      places
        .filter((place): place is FoundInFile => place.kind === "dotenv")
        .map(({ file, git }) => ({
          path: relative(processContext.cwd, file.path),
          mask: key.mask,
          git,
        })),
    );
    if (finds.length === 0) return { state: "ok", message: "None here holds a Mistral key." };
    const message = finds
      .map(({ path, mask, git }) => `${showName(path)} holds ${mask} and ${wordsForGit[git]}.`)
      .join(" ");
    const tracked = finds.find(({ git }) => git === "tracked");
    if (tracked !== undefined) {
      return {
        state: "fail",
        code: exitCodes.unfinished,
        message,
        hint: `Make a new key, since the old one is in git's history: ${ownCommand("rotate")}\nThen take the file out: git rm --cached ${shellWord(tracked.path)}`,
      };
    }
    if (finds.some(({ git }) => git === "not-ignored")) {
      return {
        state: "fail",
        code: exitCodes.unfinished,
        message,
        hint: `Add it to .gitignore, or take the key out of it: ${ownCommand("import")}`,
      };
    }
    return { state: "warn", message, hint: `Store it and take the plaintext out: ${ownCommand("import")}` };
  },
};
