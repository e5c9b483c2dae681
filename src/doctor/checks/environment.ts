import { relative } from "node:path";
import { exitCodes } from "../../exit-codes.ts";
import { commandFor, gitCommand, ownCommand } from "../../hints.ts";
import { showName } from "../../outside-text.ts";
import type { FoundInFile } from "../../plaintext/find-keys.ts";
import { noteOn } from "../../plaintext/place-words.ts";
import { profilesWith } from "../../profiles/known-key.ts";
import { joined, type Profile } from "../../profiles/profile.ts";
import { describeApps } from "../../status/app-keys.ts";
import { describeEnvironment } from "../../status/print-notices.ts";
import { survey } from "../../status/survey.ts";
import { fileOfTarget } from "../../targets/tool-files.ts";
import type { Check } from "../check.ts";

/** Whether `MISTRAL_API_KEY` hides the stored key. */
export const environmentCheck: Check = {
  id: "environment",
  title: "Environment",
  run: async ({ deps, choice }) => {
    const { state, ...said } = describeEnvironment(survey(deps, choice, undefined));
    return { state: state === "absent" ? "ok" : state, ...said };
  },
};

/** Which key Mistral's SDK, Vibe and `llm` use here. A tool may have its own key, so this never warns. */
export const appsCheck: Check = {
  id: "apps",
  title: "Apps",
  run: async ({ deps, plaintext, processContext }) => {
    return { state: "ok", message: describeApps(deps, await plaintext(), processContext).join(" ") };
  },
};

/** Whether a dotenv file here holds a key, and whether git would commit it. */
export const dotenvCheck: Check = {
  id: "dotenv",
  title: ".env files",
  run: async ({ deps, plaintext, processContext }) => {
    const { found, unread } = await plaintext();
    const missed = unread
      .filter(({ kind }) => kind === "dotenv")
      .map(
        ({ where, reason }) => `${showName(relative(processContext.cwd, where))} was not read: ${reason}.`,
      );
    const finds = found.flatMap(({ key, places }) => {
      const owners = profilesWith(key, deps.profiles);
      const known = owners.flatMap(({ targets }) => targets);
      const targets = new Set(known.map(({ target }) => fileOfTarget(target, processContext)));
      return places
        .filter((place): place is FoundInFile => place.kind === "dotenv")
        .map((place) => ({
          path: relative(processContext.cwd, place.file.path),
          realPath: place.file.realPath,
          mask: key.mask,
          owner: owners[0],
          git: place.git,
          isTarget: targets.has(place.file.realPath),
          note: joined([targets.has(place.file.realPath) ? "a target of push" : "", noteOn(place)]),
        }));
    });
    if (finds.length + missed.length === 0) return { state: "ok", message: "None here holds a Mistral key." };
    const held = finds.map(
      ({ path, mask, note }) => `${showName(path)} holds ${mask}${note && ` (${note})`}.`,
    );
    const message = [...held, ...missed].join(" ");
    if (finds.every(({ isTarget, git }) => isTarget && (git === "ignored" || git === "none")))
      return { state: missed.length === 0 ? "ok" : "warn", message };
    const tracked = finds.find(({ git }) => git === "tracked");
    const mayCommit = finds.some(({ git }) => git === "not-ignored" || git === "unknown");
    const hint =
      tracked === undefined
        ? `${mayCommit ? "Add it to .gitignore, or remove" : "To remove"} the key from the file: ${ownCommand("import")}`
        : `${replacing(tracked)}\nThen remove the file from git: ${gitCommand("rm --cached", tracked.realPath)}`;
    return tracked !== undefined || finds.some(({ git }) => git === "not-ignored")
      ? { state: "fail", code: exitCodes.unfinished, message, hint }
      : { state: "warn", message, hint };
  },
};

/** Of a key that no profile has, a rotation would replace another one. */
function replacing({ owner, mask }: { readonly owner: Profile | undefined; readonly mask: string }): string {
  return owner === undefined
    ? `Delete ${mask} at Mistral, since git may have kept it: ${ownCommand("open keys")}`
    : `Make a new key, since git may have kept the old one: ${commandFor(owner.name, "rotate")}`;
}
