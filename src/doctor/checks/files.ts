import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { exitCodes } from "../../exit-codes.ts";
import { commandFor, ownCommand, shellWord } from "../../hints.ts";
import { dayOf, formatDay } from "../../keys/expiry.ts";
import { showName } from "../../outside-text.ts";
import { describeChoice } from "../../profiles/choose-profile.ts";
import { bothWays } from "../../rotation/unfinished.ts";
import { isReadableByOthers } from "../../stores/encrypted-file/passphrase.ts";
import { type Check, type CheckResult, count, localLimitMs } from "../check.ts";

/** A file or folder of the program, and what is not as the program made it. */
interface Exposure {
  readonly path: string;
  readonly problem: "is a link" | "belongs to another user" | "open to others";
}

/** Whether the program's files are this person's own and closed to others. */
export const permissionsCheck: Check = {
  id: "permissions",
  title: "Permissions",
  limitMs: localLimitMs,
  run: async ({ folder, processContext, deps }) => {
    if (processContext.platform === "win32")
      return { state: "skipped", message: "Windows keeps this folder to you by itself." };
    const paths = filesOf(folder);
    if (paths.length === 0) return { state: "ok", message: "Nothing is kept on this disk yet." };
    const exposures = paths.flatMap(exposureOf);
    const passphraseFile = deps.env.MISTRAL_KEY_PASSPHRASE_FILE;
    if (passphraseFile && (await isReadableByOthers(passphraseFile).catch(() => false))) {
      exposures.push({ path: passphraseFile, problem: "open to others" });
    }
    return judgeExposures(exposures, folder);
  },
};

function judgeExposures(exposures: readonly Exposure[], folder: string): CheckResult {
  const refused = exposures.find(({ problem }) => problem !== "open to others");
  if (refused !== undefined) {
    return {
      state: "fail",
      code: exitCodes.store,
      message: `${showName(refused.path)} ${refused.problem}, so it is not used.`,
      hint: "Move it away if you know what it is.",
    };
  }
  const [first, ...others] = exposures.map(({ path }) => path);
  if (first === undefined)
    return { state: "ok", message: `What is kept in ${showName(folder)} is yours alone.` };
  const open = [first, ...others];
  const toClose = open.every((path) => path.startsWith(folder)) ? [folder] : open;
  return {
    state: "warn",
    message: `Others on this machine can open ${showName(first)}${others.length === 0 ? "" : ` and ${others.length} more`}.`,
    hint: `chmod -R go= ${toClose.map(shellWord).join(" ")}`,
  };
}

/** The folders that hold the program's files, and the files. The folder above them is the person's to arrange. */
function filesOf(folder: string): string[] {
  return ["profiles", "rotations", "keys", "drafts", "state"]
    .map((name) => join(folder, name))
    .flatMap((path) => {
      const stats = lstatSync(path, { throwIfNoEntry: false });
      if (stats === undefined) return [];
      return stats.isDirectory() ? [path, ...readdirSync(path).map((name) => join(path, name))] : [path];
    });
}

function exposureOf(path: string): Exposure[] {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return [];
  if (stats.isSymbolicLink()) return [{ path, problem: "is a link" }];
  if (process.geteuid !== undefined && stats.uid !== process.geteuid())
    return [{ path, problem: "belongs to another user" }];
  return (stats.mode & 0o077) === 0 ? [] : [{ path, problem: "open to others" }];
}

/** Whether every profile can be read, and which one is used here. */
export const profilesCheck: Check = {
  id: "profiles",
  title: "Profiles",
  limitMs: localLimitMs,
  run: async ({ deps, choice }) => {
    const rows = deps.profiles.list();
    const damaged = rows.flatMap((row) => ("damaged" in row ? [row.damaged] : []));
    if (damaged.length > 0) {
      return {
        state: "fail",
        code: exitCodes.store,
        message: damaged.join(" "),
        hint: `The key itself is not in this file. Restore it from a backup, or delete it; this writes it anew: ${ownCommand("verify")}`,
      };
    }
    if (rows.length === 0) return { state: "ok", message: "There are none yet." };
    const message = `${count(rows.length, "profile")}, each readable. ${describeChoice(choice)}`;
    return { state: "ok", message };
  },
};

/** Whether a rotation was left unfinished. */
export const rotationsCheck: Check = {
  id: "rotations",
  title: "Rotations",
  limitMs: localLimitMs,
  run: async ({ deps }) => {
    const rows = deps.journal.list();
    const damaged = rows.flatMap((row) => ("damaged" in row ? [row] : []));
    const [worst] = damaged;
    if (worst !== undefined) {
      return {
        state: "fail",
        code: exitCodes.store,
        message: damaged.map((row) => row.damaged).join(" "),
        hint: bothWays(worst.profile),
      };
    }
    const [first, ...others] = rows.flatMap((row) => ("record" in row ? [row.record] : []));
    if (first === undefined) return { state: "ok", message: "None is unfinished." };
    const since = formatDay(dayOf(new Date(first.startedAt)));
    const more =
      others.length === 0 ? "" : ` So are those of ${others.map(({ profile }) => profile).join(", ")}.`;
    return {
      state: "fail",
      code: exitCodes.unfinished,
      message: `The rotation of profile "${first.profile}" is unfinished since ${since}; its old key ${first.oldKey.mask} may still be alive.${more}`,
      hint: `To finish it: ${commandFor(first.profile, "rotate --finish")}\nOr to go back to the old key: ${commandFor(first.profile, "rotate --abort")}`,
    };
  },
};
