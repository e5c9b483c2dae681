import { lstatSync, readdirSync, type Stats, statSync } from "node:fs";
import { isAbsolute, join, relative } from "node:path";
import { unlessDamaged } from "../../errors.ts";
import { exitCodes } from "../../exit-codes.ts";
import { refuse, refuseForeign } from "../../files/file-errors.ts";
import { isForeign } from "../../files/owner.ts";
import { commandFor, shellWord } from "../../hints.ts";
import { showName } from "../../outside-text.ts";
import { describeChoice } from "../../profiles/choose-profile.ts";
import { bothWays, goingBack } from "../../rotation/unfinished.ts";
import { describeRotation, isNewKeyRefused } from "../../status/print-notices.ts";
import { type Check, count } from "../check.ts";

/** Whether the program's files belong to this user and are closed to others. */
export const permissionsCheck: Check = {
  id: "permissions",
  title: "Permissions",
  run: async ({ folder, processContext, deps }) => {
    if (processContext.platform === "win32") {
      const way = relative(processContext.home, folder);
      const message =
        way.startsWith("..") || isAbsolute(way)
          ? `On Windows, ${showName(folder)} can be read by whoever can read the folder it is in; who that is was not checked.`
          : "Windows itself keeps this folder private to you, like your other files.";
      return { state: "skipped", message };
    }
    const files = filesOf(folder);
    const foreign = files.find(({ stats }) => stats.isSymbolicLink() || isForeign(stats.uid));
    if (foreign !== undefined) {
      const { path, stats } = foreign;
      throw isForeign(stats.uid) ? refuseForeign(path) : refuse(path, "it is a link");
    }
    const open = files.filter(({ stats }) => (stats.mode & 0o077) !== 0).map(({ path }) => path);
    // Whoever may write it can move the folders in it away.
    if (((statSync(folder, { throwIfNoEntry: false })?.mode ?? 0) & 0o022) !== 0) open.unshift(folder);
    const hints = open.length > 0 ? [`chmod -R go= ${shellWord(folder)}`] : [];
    const passphrase = deps.env.MISTRAL_KEY_PASSPHRASE_FILE;
    const others = passphrase && readersOf(passphrase);
    if (others) {
      open.push(passphrase);
      const closing = `chmod ${others}= ${shellWord(passphrase)}`;
      hints.push(others === "o" ? `Once you can read it through its group: ${closing}` : closing);
    }
    const [first, ...more] = open;
    if (first === undefined) {
      return { state: "ok", message: `Only you can read what is in ${showName(folder)}.` };
    }
    const beside = more.length === 0 ? "" : ` and ${more.length} more`;
    return {
      state: "warn",
      message: `Others on this machine can open ${showName(first)}${beside}.`,
      hint: hints.join("\n"),
    };
  },
};

/** The folders with the program's files, and the files. Who may look into their parent is up to the user. */
function filesOf(folder: string): readonly { readonly path: string; readonly stats: Stats }[] {
  // Another run may remove one meanwhile.
  const at = (path: string) => {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    return stats === undefined ? [] : [{ path, stats }];
  };
  return ["profiles", "rotations", "keys", "drafts", "state"]
    .flatMap((name) => at(join(folder, name)))
    .flatMap((one) => {
      const inside = one.stats.isDirectory() ? readdirSync(one.path) : [];
      return [one, ...inside.flatMap((name) => at(join(one.path, name)))];
    });
}

/**
 * Who else may read a passphrase file, in the words of `chmod`; `undefined` if nobody. Exempts those of container
 * runtimes and systemd, which control access themselves, and the group of another user's file, through which this
 * user may read it.
 */
function readersOf(path: string): "go" | "o" | undefined {
  if (/^\/(?:var\/)?run\/(?:secrets|credentials)\//.test(path)) return undefined;
  try {
    const stats = statSync(path);
    const [who, mask] = isForeign(stats.uid) ? (["o", 0o007] as const) : (["go", 0o077] as const);
    return stats.isFile() && (stats.mode & mask) !== 0 ? who : undefined;
  } catch {
    return undefined;
  }
}

/** Whether every profile can be read, and which one is used here. */
export const profilesCheck: Check = {
  id: "profiles",
  title: "Profiles",
  run: async ({ deps, choice }) => {
    const rows = deps.profiles.list();
    const damaged = rows.filter((row) => "damaged" in row);
    if (damaged.length > 0) {
      return {
        state: "fail",
        code: exitCodes.store,
        message: damaged.map((row) => row.damaged).join(" "),
        hint: `The key itself is not in this file. What to do about it: ${damaged.map(({ name }) => commandFor(name, "verify")).join("\n")}`,
      };
    }
    if (rows.length === 0) return { state: "ok", message: "There are none yet." };
    const message = `${count(rows.length, "profile")} can be read. ${describeChoice(choice)}`;
    return { state: "ok", message };
  },
};

/** Whether a rotation was left unfinished. */
export const rotationsCheck: Check = {
  id: "rotations",
  title: "Rotations",
  run: async ({ deps }) => {
    const rows = deps.journal.list().map((rotation) => ({
      rotation,
      profile: unlessDamaged(() => deps.profiles.read(rotation.name)),
    }));
    if (rows.length === 0) return { state: "ok", message: "None is unfinished." };
    const message = rows.map(({ rotation, profile }) => describeRotation(rotation, profile)).join(" ");
    const code = rows.some(({ rotation }) => "damaged" in rotation) ? exitCodes.store : exitCodes.unfinished;
    const ways = rows.map(({ rotation, profile }) =>
      isNewKeyRefused(rotation, profile) ? goingBack(rotation.name) : bothWays(rotation.name),
    );
    return { state: "fail", code, message, hint: ways.join("\n") };
  },
};
