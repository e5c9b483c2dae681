import { spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  closeSync,
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createMissing, replaceFile } from "../../src/files/replace-file.ts";
import { readTextFile, type TextFile } from "../../src/files/text-file.ts";
import { diskCalls, withDisk } from "../support/disk.ts";

const posix = process.platform !== "win32";
const content = Buffer.from("new\n");

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "replace-file-"));
  path = join(folder, "file");
  writeFileSync(path, "old\n");
  // Whatever the umask is.
  chmodSync(path, 0o640);
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function read(): Promise<TextFile> {
  const reading = await readTextFile(path);
  if (reading.state !== "read") throw new Error("The file cannot be read.");
  return reading.file;
}

function fail(): never {
  throw Object.assign(new Error("The quota is used up."), { code: "EDQUOT" });
}

/** Nothing was changed, and nothing is left of the attempt. */
function expectUntouched(names: readonly string[] = ["file"]): void {
  expect(readFileSync(path, "utf8")).toBe("old\n");
  expect(readdirSync(folder).sort()).toEqual(names);
}

describe("replacing a file", () => {
  it("writes the new content, with the old mode or another, and returns the mode", async () => {
    expect(await replaceFile(await read(), content)).toEqual({
      outcome: "replaced",
      mode: statSync(path).mode & 0o7777,
    });
    expect(readFileSync(path)).toEqual(content);
    expect(readdirSync(folder)).toEqual(["file"]);
    if (!posix) return;
    expect(statSync(path).mode & 0o7777).toBe(0o640);
    expect(await replaceFile(await read(), content, { mode: 0o600 })).toEqual({
      outcome: "replaced",
      mode: 0o600,
    });
  });

  it.runIf(posix)("has the new content on the disk before it takes the old one's place", async () => {
    const file = await read();
    const calls = await diskCalls(() => replaceFile(file, content));
    expect(calls).toEqual(["fsync temporary", "rename file", `fsync ${basename(folder)}`]);
  });

  it.runIf(posix)("keeps its group", async (context) => {
    const [group] =
      process.geteuid?.() === 0
        ? [12345]
        : (process.getgroups?.() ?? []).filter((id) => id !== process.getegid?.());
    if (group === undefined) return context.skip("this user is in one group only");
    chownSync(path, statSync(path).uid, group);
    expect(await replaceFile(await read(), content)).toMatchObject({ outcome: "replaced" });
    expect(statSync(path)).toMatchObject({ gid: group });
  });

  it.runIf(posix)("keeps the link that leads to it", async () => {
    const real = join(folder, "real");
    rmSync(path);
    writeFileSync(real, "old\n");
    symlinkSync(real, path);
    expect(await replaceFile(await read(), content)).toMatchObject({ outcome: "replaced" });
    expect(readFileSync(real)).toEqual(content);
    expect(readdirSync(folder).sort()).toEqual(["file", "real"]);
  });

  it("leaves alone a file that was changed since it was read", async () => {
    const file = await read();
    writeFileSync(path, "old\n");
    chmodSync(path, 0o600);
    writeFileSync(path, "other\n");
    expect(await replaceFile(file, content)).toMatchObject({ outcome: "untouched" });
    expect(readFileSync(path, "utf8")).toBe("other\n");
  });

  it.runIf(posix)("leaves alone a file whose mode was changed since it was read", async () => {
    const file = await read();
    chmodSync(path, 0o600);
    expect(await replaceFile(file, content)).toMatchObject({ outcome: "untouched" });
    expectUntouched();
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it("leaves alone what has replaced it, even with the same content, and creates none when it is gone", async () => {
    const file = await read();
    writeFileSync(join(folder, "new"), "old\n", { mode: 0o640 });
    renameSync(join(folder, "new"), path);
    expect(await replaceFile(file, content)).toMatchObject({ outcome: "untouched" });
    expectUntouched();
    rmSync(path);
    expect(await replaceFile(file, content)).toMatchObject({ outcome: "untouched" });
    expect(readdirSync(folder)).toEqual([]);
  });

  it.runIf(posix)("follows no link that meanwhile leads elsewhere", async () => {
    for (const name of ["real", "elsewhere"]) writeFileSync(join(folder, name), "old\n");
    rmSync(path);
    symlinkSync("real", path);
    const file = await read();
    rmSync(path);
    symlinkSync("elsewhere", path);
    expect(await replaceFile(file, content)).toMatchObject({ outcome: "untouched" });
    expectUntouched(["elsewhere", "file", "real"]);
  });

  it.runIf(posix)("leaves alone a file that is read-only, or has another name", async () => {
    chmodSync(path, 0o400);
    expect(await replaceFile(await read(), content)).toMatchObject({ reason: "it is read-only" });
    chmodSync(path, 0o600);
    linkSync(path, join(folder, "other"));
    expect(await replaceFile(await read(), content)).toMatchObject({ outcome: "untouched" });
    expectUntouched(["file", "other"]);
  });

  it("leaves alone another user's file, even as root", async (context) => {
    if (process.geteuid?.() !== 0) return context.skip("only root can give a file away");
    chownSync(path, 65534, 65534);
    chmodSync(path, 0o666);
    expect(await replaceFile(await read(), content, { mode: 0o600 })).toEqual({
      outcome: "untouched",
      reason: "it belongs to another user",
    });
    expectUntouched();
  });

  it("removes what a killed run has left beside it, and nothing of one that still runs", async () => {
    const { pid: ended } = spawnSync(process.execPath, ["--eval", ""]);
    const leftover = (id: number) => join(folder, `.mistral-key.${id}.${"0".repeat(16)}.tmp`);
    for (const id of [ended, process.pid]) writeFileSync(leftover(id), "half a key");
    // Of an earlier process with the same ID as one that runs now.
    writeFileSync(leftover(1), "half a key");
    utimesSync(leftover(1), 0, 0);
    await replaceFile(await read(), content);
    expect(readdirSync(folder).map((name) => join(folder, name))).toEqual([leftover(process.pid), path]);
  });
});

describe("creating a file that was not there", () => {
  it("returns the mode, with which only its owner may read it", () => {
    const made = join(folder, "made");
    expect(createMissing(made, content)).toEqual({
      outcome: "replaced",
      mode: statSync(made).mode & 0o7777,
    });
    expect(readFileSync(made)).toEqual(content);
    if (posix) expect(statSync(made).mode & 0o7777).toBe(0o600);
  });

  it.each([
    ["complete", {}],
    ["in part", { fsyncSync: fail }],
  ])("leaves none that was written %s where closing it fails, as on a network disk", async (_, disk) => {
    // The imported one is changed with the disk.
    const reallyClose = closeSync;
    const close: typeof closeSync = (descriptor) => {
      reallyClose(descriptor);
      fail();
    };
    const making = () => createMissing(join(folder, "made"), content);
    expect(await withDisk({ ...disk, closeSync: close }, making)).toEqual({
      outcome: "untouched",
      reason: "the system answered EDQUOT",
    });
    expectUntouched();
  });

  it("leaves one alone that something else has made meanwhile", () => {
    expect(createMissing(path, content)).toEqual({
      outcome: "untouched",
      reason: "something else made it meanwhile",
    });
    expectUntouched();
  });
});
