import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { isReadableByOthers } from "../../stores/encrypted-file/passphrase.ts";
import { type Check, type Finding, localLimitMs } from "../check.ts";

/** A file or folder of the program, and what is not as the program made it. */
export interface Exposure {
  readonly path: string;
  readonly problem: "link" | "foreign" | "open-to-others";
}

/** Judges what was found. */
export function judgePermissions(exposures: readonly Exposure[], folder: string): Finding {
  const of = (problem: Exposure["problem"]) => exposures.filter((exposure) => exposure.problem === problem);
  const [first] = [...of("link"), ...of("foreign")];
  if (first !== undefined) {
    const what = first.problem === "link" ? "is a link" : "belongs to another user";
    return {
      state: "fail",
      kind: "store-denied",
      message: `${first.path} ${what}, so it is not used.`,
      hint: "Move it away if you know what it is.",
    };
  }
  const open = of("open-to-others").map(({ path }) => path);
  if (open.length > 0) {
    return {
      state: "warn",
      message: `Others on this machine can open ${listed(open)}.`,
      hint: `chmod -R go= ${open.every((path) => path.startsWith(folder)) ? folder : open.join(" ")}`,
    };
  }
  return { state: "ok", message: `What is kept in ${folder} is yours alone.` };
}

/** Whether the program's files are this person's own and closed to others. */
export const permissionsCheck: Check = {
  id: "permissions",
  title: "Permissions",
  limitMs: localLimitMs,
  look: async ({ folder, surroundings, deps }) => {
    if (surroundings.platform === "win32")
      return { state: "skipped", message: "Windows keeps this folder to you by itself." };
    const paths = filesOf(folder);
    if (paths.length === 0) return { state: "ok", message: "Nothing is kept on this disk yet." };
    const exposures = paths.flatMap(exposureOf);
    const passphraseFile = deps.env.MISTRAL_KEY_PASSPHRASE_FILE;
    if (passphraseFile && (await isReadableByOthers(passphraseFile).catch(() => false))) {
      exposures.push({ path: passphraseFile, problem: "open-to-others" });
    }
    return judgePermissions(exposures, folder);
  },
};

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
  if (stats.isSymbolicLink()) return [{ path, problem: "link" }];
  if (process.geteuid !== undefined && stats.uid !== process.geteuid()) return [{ path, problem: "foreign" }];
  return (stats.mode & 0o077) === 0 ? [] : [{ path, problem: "open-to-others" }];
}

function listed(paths: readonly string[]): string {
  const [first = "", ...others] = paths;
  return others.length === 0 ? first : `${first} and ${others.length} more`;
}
