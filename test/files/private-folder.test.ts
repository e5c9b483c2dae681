import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  existsSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { explainFileError } from "../../src/files/file-errors.ts";
import { PrivateFolder } from "../../src/files/private-folder.ts";
import { diskCalls, withDisk } from "../support/disk.ts";

const isRoot = process.getuid?.() === 0;
const posix = process.platform !== "win32";
const refused = expect.objectContaining({ kind: "store-denied" });

let home: string;
let folder: PrivateFolder;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "private-folder-"));
  folder = new PrivateFolder(join(home, "app", "things"));
});

afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

describe("a private folder", () => {
  it("does not exist before something is written", () => {
    expect(folder.read("a.json")).toBeUndefined();
    expect(folder.names()).toEqual([]);
    expect(folder.names()).toEqual([]);
    expect(folder.remove("a.json")).toBe(false);
    expect(existsSync(folder.path)).toBe(false);
  });

  it("reads what was written, and what replaced it", () => {
    folder.write("a.json", "one");
    folder.write("a.json", "two, longer than one");
    expect(folder.read("a.json")).toBe("two, longer than one");
    expect(readdirSync(folder.path)).toEqual(["a.json"]);
  });

  it.runIf(posix)("lets nobody else read, whatever the umask and the folder were", () => {
    mkdirSync(folder.path, { recursive: true });
    chmodSync(folder.path, 0o755);
    const umask = process.umask(0);
    try {
      folder.write("a.json", "one");
      folder.create("b.json", "two");
    } finally {
      process.umask(umask);
    }
    expect(statSync(folder.path).mode & 0o777).toBe(0o700);
    for (const file of ["a.json", "b.json"]) expect(statSync(folder.pathOf(file)).mode & 0o777).toBe(0o600);
  });

  it.runIf(posix)(
    "makes the folder above for this person alone, and leaves one that is there as it is",
    () => {
      folder.write("a.json", "one");
      expect(statSync(join(home, "app")).mode & 0o777).toBe(0o700);
      chmodSync(join(home, "app"), 0o755);
      folder.write("a.json", "two");
      expect(statSync(join(home, "app")).mode & 0o777).toBe(0o755);
    },
  );

  it.runIf(posix)("makes a file private again that no longer was", () => {
    folder.write("a.json", "one");
    chmodSync(folder.pathOf("a.json"), 0o644);
    folder.write("a.json", "two");
    expect(statSync(folder.pathOf("a.json")).mode & 0o777).toBe(0o600);
  });

  it("makes a file only where there is none", () => {
    expect(folder.create("a.json", "one")).toBe(true);
    expect(folder.create("a.json", "two")).toBe(false);
    expect(folder.read("a.json")).toBe("one");
    expect(readdirSync(folder.path)).toEqual(["a.json"]);
  });

  it("keeps others away from what this run has claimed, until it lets go, ends or a minute has passed", async () => {
    expect(folder.claim("a.claim")).toBe(true);
    expect(folder.claim("a.claim")).toBe(false);
    const longAgo = new Date(Date.now() - 61_000);
    utimesSync(folder.pathOf("a.claim"), longAgo, longAgo);
    expect(folder.claim("a.claim")).toBe(true);
    folder.remove("a.claim");
    const ended = spawn(process.execPath, ["-e", ""]);
    await once(ended, "exit");
    folder.write("a.claim", `${ended.pid}\n`);
    expect(folder.claim("a.claim")).toBe(true);
    expect(folder.read("a.claim")).toBe(`${process.pid}\n`);
    // One that was cut off while it was written.
    folder.write("a.claim", "");
    expect(folder.claim("a.claim")).toBe(false);
  });

  it("removes a file and says whether there was one", () => {
    folder.write("a.json", "one");
    expect(folder.remove("a.json")).toBe(true);
    expect(folder.remove("a.json")).toBe(false);
    expect(folder.read("a.json")).toBeUndefined();
  });

  it.runIf(posix)("has every change on the disk when it returns, and never half a file", async () => {
    expect(await diskCalls(() => folder.prepare())).toEqual(["fsync app"]);
    const flushed = ["fsync temporary", "rename a.json", "fsync things"];
    expect(await diskCalls(() => folder.write("a.json", "one"))).toEqual(flushed);
    expect(await diskCalls(() => folder.write("a.json", "two"))).toEqual(flushed);
    const created = ["fsync temporary", "link b.json", "fsync things"];
    expect(await diskCalls(() => folder.create("b.json", "one"))).toEqual(created);
    expect(await diskCalls(() => folder.remove("a.json"))).toEqual(["fsync things"]);
  });

  it.each(["EPERM", "EISDIR", "ENOTSUP", "EACCES"])(
    "creates a file where a hard link fails with %s",
    async (code) => {
      const linkSync = () => {
        throw Object.assign(new Error("no links here"), { code });
      };
      const make = () => folder.create("a.json", "one");
      expect(await withDisk({ linkSync }, make)).toBe(true);
      expect(await withDisk({ linkSync }, make)).toBe(false);
      expect(readdirSync(folder.path)).toEqual(["a.json"]);
    },
  );

  it.runIf(!posix)("replaces a file once the program that has it open has closed it", async () => {
    folder.write("a.json", "one");
    const script = "fs.openSync(process.argv[1]); console.log(); setTimeout(() => {}, 300)";
    const holder = spawn(process.execPath, ["--eval", script, folder.pathOf("a.json")]);
    await once(holder.stdout, "data");
    folder.write("a.json", "two");
    expect(folder.read("a.json")).toBe("two");
  });

  it("removes with a file what a killed run has left, and nothing of one that still runs", () => {
    const { pid: ended } = spawnSync(process.execPath, ["--eval", ""]);
    const leftover = (id: number) => `.mistral-key.${id}.0.tmp`;
    folder.write("a.json", "one");
    for (const id of [ended, process.pid]) writeFileSync(folder.pathOf(leftover(id)), "two");
    // Of an earlier process with the same ID as one that runs now.
    writeFileSync(folder.pathOf(leftover(1)), "two");
    utimesSync(folder.pathOf(leftover(1)), 0, 0);
    folder.write("b.json", "old");
    utimesSync(folder.pathOf("b.json"), 0, 0);
    folder.remove("a.json");
    expect(readdirSync(folder.path).sort()).toEqual([leftover(process.pid), "b.json"]);
  });

  const failing = (code: string) => () => {
    throw Object.assign(new Error("refused"), { code });
  };

  it("removes a file where the folder cannot be listed", async () => {
    folder.write("a.json", "one");
    expect(await withDisk({ readdirSync: failing("EACCES") }, () => folder.remove("a.json"))).toBe(true);
  });

  it("never takes a file that it could not remove for one that is not there", async () => {
    folder.write("a.json", "one");
    const removing = withDisk({ rmSync: failing("EROFS") }, async () => folder.remove("a.json"));
    await expect(removing).rejects.toThrow(/read-only/);
  });

  it.runIf(posix)("is written where a folder cannot be flushed, as on some network disks", async () => {
    const flushing = (code: string) => (descriptor: number) => {
      if (fstatSync(descriptor).isDirectory()) failing(code)();
    };
    await withDisk({ fsyncSync: flushing("EINVAL") }, () => folder.write("a.json", "one"));
    expect(folder.read("a.json")).toBe("one");
    const broken = withDisk({ fsyncSync: flushing("EIO") }, async () => folder.write("a.json", "two"));
    await expect(broken).rejects.toThrow(refused);
  });
});

describe.runIf(posix)("a private folder that somebody has tampered with", () => {
  it("refuses a link in the place of a file, and does not touch what it leads to", () => {
    const target = join(home, "target");
    writeFileSync(target, "mine");
    folder.write("a.json", "one");
    symlinkSync(target, folder.pathOf("l.json"));
    expect(() => folder.read("l.json")).toThrow(refused);
    expect(() => folder.write("l.json", "new")).toThrow(refused);
    expect(folder.create("l.json", "new")).toBe(false);
    expect(statSync(target).size).toBe(4);
    expect(lstatSync(folder.pathOf("l.json")).isSymbolicLink()).toBe(true);
  });

  it("refuses a link in the place of the folder", () => {
    const elsewhere = join(home, "elsewhere");
    mkdirSync(elsewhere);
    mkdirSync(join(home, "app"));
    symlinkSync(elsewhere, folder.path);
    expect(() => folder.read("a.json")).toThrow(refused);
    expect(() => folder.write("a.json", "one")).toThrow(refused);
    expect(readdirSync(elsewhere)).toEqual([]);
  });

  it("refuses a folder in the place of a file", () => {
    folder.write("a.json", "one");
    mkdirSync(folder.pathOf("d.json"));
    expect(() => folder.read("d.json")).toThrow(refused);
    expect(() => folder.write("d.json", "new")).toThrow(refused);
  });

  it.runIf(isRoot)("refuses a file and a folder of another user", () => {
    folder.write("a.json", "one");
    chownSync(folder.pathOf("a.json"), 12345, 12345);
    const advised = {
      message: expect.stringMatching(/another user/),
      hint: expect.stringMatching(/as that user/),
    };
    expect(() => folder.read("a.json")).toThrow(expect.objectContaining(advised));
    chownSync(folder.path, 12345, 12345);
    expect(() => folder.names()).toThrow(expect.objectContaining(advised));
    expect(() => folder.write("b.json", "two")).toThrow(/another user/);
  });

  it.skipIf(isRoot)("says which path may not be written", () => {
    folder.write("a.json", "one");
    chmodSync(folder.path, 0o500);
    expect(() => folder.write("a.json", "two")).toThrow(/a\.json could not be written: permission denied/);
    chmodSync(folder.path, 0o700);
    expect(folder.read("a.json")).toBe("one");
  });

  it("says so when a file stands in the way of the folder", () => {
    writeFileSync(join(home, "app"), "");
    expect(() => folder.write("a.json", "one")).toThrow(expect.objectContaining({ kind: "store-denied" }));
  });
});

describe("a private folder in a bad place", () => {
  it.runIf(process.platform === "linux")("is given up at once when no folder can be created", () => {
    const impossible = new PrivateFolder("/proc/mistral-key/things");
    expect(impossible.read("a.json")).toBeUndefined();
    expect(impossible.names()).toEqual([]);
    expect(() => impossible.write("a.json", "one")).toThrow(refused);
    expect(() => impossible.create("a.json", "one")).toThrow(refused);
  });

  // Windows says that there is nothing below a file.
  it.runIf(posix)("is refused below a file", () => {
    writeFileSync(join(home, "file"), "");
    const below = new PrivateFolder(join(home, "file", "things"));
    expect(() => below.read("a.json")).toThrow(refused);
    expect(() => below.write("a.json", "one")).toThrow(refused);
  });

  it.runIf(posix)("is refused below a dangling link", () => {
    symlinkSync(join(home, "nowhere"), join(home, "link"));
    expect(() => new PrivateFolder(join(home, "link", "things")).write("a.json", "one")).toThrow(refused);
  });
});

describe("a private folder on a disk without hard links that fills up", () => {
  it("keeps no part of a new file, which would count as there", async () => {
    folder.prepare();
    let files = 0;
    const disk = {
      linkSync: () => {
        throw Object.assign(new Error("no links"), { code: "EPERM" });
      },
      fsyncSync: () => {
        files += 1;
        if (files > 1) throw Object.assign(new Error("no room"), { code: "ENOSPC" });
      },
    };
    await expect(withDisk(disk, async () => folder.create("a.json", "one"))).rejects.toThrow(/disk is full/);
    expect(folder.names()).toEqual([]);
  });
});

describe("errors of the file system", () => {
  it.each([
    ["ENOSPC", /disk is full/],
    ["EROFS", /read-only/],
    ["EACCES", posix ? /permission denied/ : /access is denied, or another program has it open/],
    ["ESTALE", /cannot be reached/],
    ["EOVERFLOW", /EOVERFLOW/],
  ])("explains %s with the path and what to do", (code, words) => {
    const failure = explainFileError("/home/ada/x.json", "written", Object.assign(new Error("no"), { code }));
    expect(failure.kind).toBe("store-denied");
    expect(failure.message).toMatch(words);
    expect(failure.message).toContain("/home/ada/x.json");
    expect(failure.hint).toBeTruthy();
  });
});
