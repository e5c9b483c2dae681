import { execFileSync, spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { MistralKeyError } from "../../../src/errors.ts";
import { shellWord } from "../../../src/hints.ts";
import { ApiKey } from "../../../src/keys/api-key.ts";
import { parseProfileName } from "../../../src/keys/profile-name.ts";
import { writeDotenv } from "../../../src/shell/dotenv/write-dotenv.ts";
import { fullDisk, withDisk } from "../../support/disk.ts";

const key = ApiKey.of("testKey0".repeat(4));
const work = parseProfileName("work");
let folder = "";
const at = (name: string) => join(folder, name);
const write = (path: string, env: NodeJS.ProcessEnv = process.env, mayIgnore?: () => Promise<boolean>) =>
  writeDotenv(
    { path, name: "MISTRAL_API_KEY", key, profile: work, mayIgnore },
    { cwd: folder, home: folder, platform: process.platform, env: { ...env, HOME: folder } },
  );
const writeOnWindows = (path: string) =>
  writeDotenv(
    { path, name: "MISTRAL_API_KEY", key, profile: work },
    { cwd: folder, home: folder, platform: "win32", env: process.env },
  );
const modeOf = (name: string) => statSync(at(name)).mode & 0o777;
const git = (...args: string[]) =>
  execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...args], {
    cwd: folder,
    stdio: "pipe",
  });

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "mistral-key-dotenv-")));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(process.platform === "win32")("writeDotenv", () => {
  it("creates a file that only its owner may read", async () => {
    expect(await write(".env")).toMatchObject({ outcome: "created" });
    expect(readFileSync(at(".env"), "utf8")).toBe(`MISTRAL_API_KEY=${key.reveal()}\n`);
    expect(modeOf(".env")).toBe(0o600);
  });

  it.each(["NUL", "con.env"])("makes no file that Windows could not open again: %s", async (name) => {
    await expect(writeOnWindows(name)).rejects.toMatchObject({ kind: "usage" });
    expect(readdirSync(folder)).toEqual([]);
    expect(await write(name)).toMatchObject({ outcome: "created" });
  });

  it("says that it has replaced another value, also where the last one was the key", async () => {
    const lines = (value: string) => `MISTRAL_API_KEY=${value}\nMISTRAL_API_KEY=${key.reveal()}\n`;
    writeFileSync(at(".env"), lines("another"), { mode: 0o600 });
    expect(await write(".env")).toMatchObject({ outcome: "changed", replaced: true });
    expect(readFileSync(at(".env"), "utf8")).toBe(lines(key.reveal()));
  });

  it("leaves no part of a key in a new file when the disk is full", async () => {
    await expect(withDisk(fullDisk, () => write(".env"))).rejects.toMatchObject({
      kind: "usage",
      message: expect.stringContaining("disk is full"),
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  it("removes what a killed run has left, even when the key is there already", async () => {
    await write(".env");
    const { pid: ended } = spawnSync(process.execPath, ["--eval", ""]);
    writeFileSync(at(`.mistral-key.${ended}.${"0".repeat(16)}.tmp`), key.reveal());
    expect(await write(".env")).toMatchObject({ outcome: "unchanged" });
    expect(readdirSync(folder)).toEqual([".env"]);
  });

  it("keeps every other byte, the mark at the beginning too, and takes the file from others", async () => {
    const before = "\xef\xbb\xbf# mine\r\nA=\xff\r\nMISTRAL_API_KEY=old # here\r\n";
    writeFileSync(at(".env"), before, "latin1");
    chmodSync(at(".env"), 0o664);
    expect(await write(".env")).toMatchObject({ outcome: "changed" });
    expect(readFileSync(at(".env"), "latin1")).toBe(before.replace("old", key.reveal()));
    expect(modeOf(".env")).toBe(0o600);
    expect(readdirSync(folder)).toEqual([".env"]);
  });

  it("changes nothing when the key is there already, but the mode", async () => {
    writeFileSync(at(".env"), `MISTRAL_API_KEY=${key.reveal()}\n`, { mode: 0o600 });
    const { ino } = statSync(at(".env"));
    expect(await write(".env")).toMatchObject({ outcome: "unchanged" });
    expect(statSync(at(".env")).ino).toBe(ino);
    chmodSync(at(".env"), 0o644);
    expect(await write(".env")).toMatchObject({ outcome: "changed" });
    expect(modeOf(".env")).toBe(0o600);
  });

  it("writes through a link and leaves the link", async () => {
    mkdirSync(at("real"));
    writeFileSync(at("real/env"), "A=1\n");
    symlinkSync("real/env", at(".env"));
    expect(await write(".env")).toMatchObject({ outcome: "changed" });
    expect(lstatSync(at(".env")).isSymbolicLink()).toBe(true);
    expect(readFileSync(at("real/env"), "utf8")).toContain(key.reveal());
  });

  it.each([
    ["a folder", (path: string) => mkdirSync(path), "it is a folder"],
    ["a link to a folder", (path: string) => symlinkSync(folder, path), "it is a folder"],
    ["a link that leads nowhere", (path: string) => symlinkSync("/no/such/file", path), "leads nowhere"],
    ["a device", (path: string) => symlinkSync("/dev/null", path), "not an ordinary file"],
    ["a read-only file", (path: string) => writeFileSync(path, "A=1\n", { mode: 0o400 }), "read-only"],
    ["a binary file", (path: string) => writeFileSync(path, Buffer.from([0, 1, 2])), "not in UTF-8"],
    [
      "a file with another name",
      (path: string) => {
        writeFileSync(path, "A=1\n");
        linkSync(path, `${path}.other`);
      },
      "other names",
    ],
  ])("refuses %s, and says why", async (_what, make, reason) => {
    make(at(".env"));
    const before = lstatSync(at(".env"));
    await expect(write(".env")).rejects.toMatchObject({
      kind: "usage",
      message: expect.stringContaining(reason),
    });
    expect(lstatSync(at(".env")).ino).toBe(before.ino);
  });

  it.runIf(process.platform === "linux")(
    "refuses what a link of /proc leads to, as /dev/stdout does",
    async () => {
      const child = spawn("cat", { stdio: ["pipe", "ignore", "ignore"] });
      symlinkSync(`/proc/${child.pid}/fd/0`, at(".env"));
      await expect(write(".env")).rejects.toMatchObject({
        message: expect.stringContaining("it is not an ordinary file"),
      });
      child.stdin.end();
    },
  );

  it("returns the resulting mode of the file", async () => {
    writeFileSync(at(".env"), `MISTRAL_API_KEY=${key.reveal()}\n`, { mode: 0o400 });
    expect(await write(".env")).toEqual({ outcome: "unchanged", mode: 0o400 });
    chmodSync(at(".env"), 0o644);
    expect(await write(".env")).toEqual({ outcome: "changed", mode: 0o600, replaced: false });
  });

  it.skipIf(process.geteuid?.() !== 0)("refuses a file of another user, for root too", async () => {
    for (const content of ["A=1\n", `MISTRAL_API_KEY=${key.reveal()}\n`]) {
      writeFileSync(at(".env"), content);
      chmodSync(at(".env"), 0o666);
      chownSync(at(".env"), 1000, 1000);
      await expect(write(".env")).rejects.toMatchObject({
        message: expect.stringContaining("it belongs to another user"),
      });
      expect(readFileSync(at(".env"), "utf8")).toBe(content);
      expect(statSync(at(".env"))).toMatchObject({ uid: 1000, mode: 0o100666 });
    }
  });

  it("refuses a folder that is not there", async () => {
    await expect(write("no/such/.env")).rejects.toMatchObject({
      message: expect.stringContaining("its folder is not there"),
      hint: expect.stringContaining("mistral-key run -p work -- CMD"),
    });
    writeFileSync(at("file"), "");
    // Windows tells the two not apart.
    await expect(write("file/.env")).rejects.toMatchObject({
      kind: "usage",
      message: expect.stringMatching(/its folder is not there|a folder on the way to it is a file/),
    });
  });

  describe("in a git repository", () => {
    beforeEach(() => {
      git("init", "-q");
    });

    it("refuses a file that git tracks", async () => {
      writeFileSync(at(".env"), "A=1\n");
      git("add", ".env");
      writeFileSync(at(".gitignore"), ".env\n");
      await expect(write(".env")).rejects.toMatchObject({
        message: expect.stringContaining("Git tracks .env"),
      });
      expect(readFileSync(at(".env"), "utf8")).toBe("A=1\n");
    });

    it.each(["app/its .env", "link"])("says how to remove %s from git, in any folder", async (name) => {
      mkdirSync(at("app"));
      writeFileSync(at("app/its .env"), "A=1\n");
      symlinkSync("app/its .env", at("link"));
      git("add", "app");
      writeFileSync(at(".gitignore"), "its .env\n");
      const hint = await write(name).catch((error: MistralKeyError) => error.hint);
      execFileSync("sh", ["-c", /: (git .+)$/.exec(String(hint))?.[1] ?? "false"], {
        cwd: "/",
        stdio: "pipe",
      });
      expect(await write(name)).toMatchObject({ outcome: "changed" });
    });

    it("refuses a file that git does not ignore, and makes none", async () => {
      await expect(write(".env")).rejects.toMatchObject({
        kind: "usage",
        message: expect.stringContaining("does not ignore"),
        hint: expect.stringContaining(".gitignore"),
      });
      expect(existsSync(at(".env"))).toBe(false);
    });

    it("has git ignore the file, and nothing else, when that is allowed", async () => {
      mkdirSync(at("app"));
      writeFileSync(at(".gitignore"), "node_modules");
      const written = await write("app/[odd] .env ", process.env, async () => true);
      expect(written).toMatchObject({ outcome: "created", ignored: "/app/\\[odd\\] .env\\ " });
      expect(readFileSync(at(".gitignore"), "utf8")).toBe("node_modules\n/app/\\[odd\\] .env\\ \n");
      writeFileSync(at("app/o .env"), "");
      expect(String(git("status", "--porcelain", "-uall"))).toBe('?? .gitignore\n?? "app/o .env"\n');
    });

    it("refuses the file when that is not allowed, or does not help", async () => {
      await expect(write(".env", process.env, async () => false)).rejects.toMatchObject({ kind: "usage" });
      expect(existsSync(at(".gitignore"))).toBe(false);
      mkdirSync(at("app"));
      writeFileSync(at("app/.gitignore"), "!.env\n");
      await expect(write("app/.env", process.env, async () => true)).rejects.toMatchObject({
        message: expect.stringContaining("does not ignore"),
        hint: `/app/.env is in .gitignore now, but another rule wins. To see it: git -C ${shellWord(at("app"))} check-ignore -v .env`,
      });
      expect(existsSync(at("app/.env"))).toBe(false);
    });

    it("writes no line through a .gitignore that is a link", async () => {
      writeFileSync(at("elsewhere"), "mine\n");
      symlinkSync("elsewhere", at(".gitignore"));
      await expect(write(".env", process.env, async () => true)).rejects.toMatchObject({
        message: ".gitignore was not written: git does not read one that is a link.",
        hint: expect.stringContaining("Put a file in its place"),
      });
      expect(readFileSync(at("elsewhere"), "utf8")).toBe("mine\n");
      expect(existsSync(at(".env"))).toBe(false);
    });

    it("does not say that nothing was changed when .gitignore was", async () => {
      writeFileSync(at(".env"), "A=1\n", { mode: 0o400 });
      await expect(write(".env", process.env, async () => true)).rejects.toMatchObject({
        message: ".env was not written: it is read-only.",
        hint: expect.not.stringContaining("Nothing"),
      });
      expect(readFileSync(at(".gitignore"), "utf8")).toBe("/.env\n");
    });

    it("writes a file that git ignores, in a folder below too", async () => {
      writeFileSync(at(".gitignore"), ".env\n");
      mkdirSync(at("app"));
      expect(await write("app/.env")).toMatchObject({ outcome: "created" });
      expect(await write(".env")).toMatchObject({ outcome: "created" });
    });

    it("asks about the target of a link, not about the link", async () => {
      writeFileSync(at(".gitignore"), ".env\n");
      writeFileSync(at("settings"), "A=1\n");
      symlinkSync("settings", at(".env"));
      await expect(write(".env")).rejects.toMatchObject({
        message: expect.stringContaining("does not ignore"),
      });
    });

    it("refuses when git cannot be asked", async () => {
      writeFileSync(at(".gitignore"), ".env\n");
      await expect(write(".env", { PATH: "/nonexistent" })).rejects.toMatchObject({
        message: expect.stringContaining("could not say"),
        hint: expect.stringContaining(`: git -C ${shellWord(folder)} check-ignore -v .env`),
      });
    });
  });
});
