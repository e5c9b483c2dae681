import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, sep } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { ProcessContext } from "../../src/files/process-context.ts";
import { type Discovery, type FoundInFile, findKeys } from "../../src/plaintext/find-keys.ts";
import { llmKeys, platform } from "../support/platform.ts";
import { chosenKey, otherKey } from "./planted-home.ts";

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "find-keys-"));
});

afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

function write(file: string, content: string | Buffer): void {
  mkdirSync(dirname(join(home, file)), { recursive: true });
  writeFileSync(join(home, file), content);
}

async function find(options: Partial<ProcessContext> = {}): Promise<Discovery> {
  const env = { PATH: process.env.PATH, HOME: home };
  return await findKeys({ platform, home, cwd: home, env, ...options });
}

function filesIn({ found }: Discovery): readonly string[] {
  return found
    .flatMap(({ places }) => places)
    .filter((place): place is FoundInFile => "file" in place)
    .map(({ file }) => relative(home, file.path).split(sep).join("/"));
}

const line = `MISTRAL_API_KEY=${chosenKey}\n`;

test("equal keys are one key with several places, different keys are separate", async () => {
  write(".env", line);
  write(".bashrc", `export ${line}`);
  write(".profile", `export MISTRAL_API_KEY=${otherKey}\n`);

  const { found } = await find({ env: { MISTRAL_API_KEY: chosenKey } });

  expect(found.map(({ key, places }) => [key.reveal(), places.map(({ kind }) => kind)])).toEqual([
    [chosenKey, ["environment", "dotenv", "shell"]],
    [otherKey, ["shell"]],
  ]);
});

test("a variable counts with what Docker and Windows leave around its value", async () => {
  const { found } = await find({
    env: { MISTRAL_API_KEY: `"${chosenKey}"\r`, LLM_MISTRAL_KEY: ` ${chosenKey}` },
  });

  expect(found.map(({ key, places }) => [key.reveal(), places.length])).toEqual([[chosenKey, 2]]);
});

test("dotenv files count from this folder up to the top of the repository, and no further", async () => {
  mkdirSync(join(home, "repo/.git"), { recursive: true });
  write("above/.env", line);
  write("repo/.env.production", line);
  write("repo/app/.envrc", `export ${line}`);
  write("repo/app/node_modules/dependency/.env", line);
  write("repo/other/.env", line);

  expect(filesIn(await find({ cwd: join(home, "repo/app") }))).toEqual([
    "repo/app/.envrc",
    "repo/.env.production",
  ]);
});

test("without a repository only this folder counts", async () => {
  write("a/.env", line);
  write("a/b/.env", line);

  expect(filesIn(await find({ cwd: join(home, "a/b") }))).toEqual(["a/b/.env"]);
});

test("a file with two names is found once", async () => {
  write("dotfiles/bashrc", `export ${line}`);
  symlinkSync("dotfiles/bashrc", join(home, ".bashrc"));
  symlinkSync("dotfiles/bashrc", join(home, ".bash_profile"));

  expect(filesIn(await find())).toEqual([".bashrc"]);
});

test("follows the variables that move a tool's files", async () => {
  write("v/.env", line);
  write("l/keys.json", JSON.stringify({ mistral: chosenKey }));
  write("d/opencode/auth.json", JSON.stringify({ mistral: { type: "api", key: chosenKey } }));
  write("k/.env", line);
  write("c/fish/config.fish", `set -gx MISTRAL_API_KEY ${chosenKey}\n`);
  const moved = {
    VIBE_HOME: "v",
    LLM_USER_PATH: "l",
    XDG_DATA_HOME: "d",
    XDG_CONFIG_HOME: "c",
    CONTINUE_GLOBAL_DIR: "k",
  };
  const env = Object.fromEntries(Object.entries(moved).map(([name, folder]) => [name, join(home, folder)]));

  expect(filesIn(await find({ env }))).toEqual([
    "v/.env",
    "l/keys.json",
    "d/opencode/auth.json",
    "k/.env",
    "c/fish/config.fish",
  ]);
});

test("finds the keys of llm where macOS and Windows keep them", async () => {
  write("Library/Application Support/io.datasette.llm/keys.json", JSON.stringify({ mistral: chosenKey }));
  write("AppData/Roaming/io.datasette.llm/keys.json", JSON.stringify({ mistral: otherKey }));

  expect(filesIn(await find({ platform: "darwin" }))).toHaveLength(1);
  expect(filesIn(await find({ platform: "win32" }))).toEqual(["AppData/Roaming/io.datasette.llm/keys.json"]);
});

test("finds the profiles of PowerShell", async () => {
  const set = `$env:MISTRAL_API_KEY = "${chosenKey}"\r\n`;
  const onWindows = [
    "Documents/PowerShell/profile.ps1",
    "OneDrive/Documents/WindowsPowerShell/Microsoft.PowerShell_profile.ps1",
  ];
  for (const file of [".config/powershell/profile.ps1", ...onWindows]) write(file, set);

  expect(filesIn(await find({ platform: "linux" }))).toEqual([".config/powershell/profile.ps1"]);
  expect(filesIn(await find({ platform: "win32" }))).toEqual(onWindows);
});

test.runIf(process.platform !== "win32")(
  "a pipe, a device, a folder, a dangling link and a large file hold nothing up",
  async () => {
    execFileSync("mkfifo", [join(home, ".env")]);
    symlinkSync("/dev/zero", join(home, ".bashrc"));
    mkdirSync(join(home, ".zshrc"));
    symlinkSync("nowhere", join(home, ".profile"));
    symlinkSync(".zshenv", join(home, ".zshenv"));
    write(".zprofile", `${line}${"# filling\n".repeat(120_000)}`);
    write(".env.utf16", Buffer.from(`\ufeff${line}`, "utf16le"));

    const { found, unread } = await find();

    expect(found).toEqual([]);
    const reasons = unread.map(({ where, reason }) => [where.slice(home.length + 1), reason]);
    expect(Object.fromEntries(reasons)).toEqual({
      ".env": "it is not an ordinary file",
      ".env.utf16": "it is not in UTF-8",
      ".bashrc": "it is not an ordinary file",
      ".zshenv": "it is a link that leads nowhere or is not followed here",
      ".zprofile": "it is too large",
    });
  },
);

test.runIf(process.platform !== "win32" && process.getuid?.() !== 0)(
  "an unreadable file is reported",
  async () => {
    write(".bashrc", line);
    chmodSync(join(home, ".bashrc"), 0);

    expect((await find()).unread).toMatchObject([{ reason: "permission denied" }]);
  },
);

test("a damaged file of a tool is reported and the rest is searched", async () => {
  write(llmKeys, `{"mistral": "${chosenKey}"`);
  write(".aider.conf.yml", "a: [");
  write(".env", line);

  const discovery = await find();

  expect(filesIn(discovery)).toEqual([".env"]);
  expect(discovery.unread.map(({ kind, reason }) => [kind, reason])).toEqual([
    ["llm", "it is not valid JSON"],
    ["aider", "it is not valid YAML"],
  ]);
});

test("reports what git would do with each file", async () => {
  const git = (...args: string[]) => execFileSync("git", args, { cwd: home, stdio: "ignore" });
  git("init", "-q");
  write(".gitignore", ".env.ignored\n");
  const strange = process.platform === "win32" ? ".env.-strange name" : ".env.-strange name\n";
  for (const file of [".env", ".env.ignored", ".env.new", strange]) write(file, line);
  git("add", ".env");
  // A hook's variables must not point it at another repository.
  const env = { PATH: process.env.PATH, HOME: home, GIT_DIR: "/nowhere", GIT_INDEX_FILE: "/nowhere" };

  const { found } = await find({ env });

  const states = found.flatMap(({ places }) =>
    places.map((place) => "file" in place && [place.file.path.slice(home.length + 1), place.git]),
  );
  expect(Object.fromEntries(states.filter((state) => state !== false))).toEqual({
    ".env": "tracked",
    ".env.ignored": "ignored",
    ".env.new": "not-ignored",
    [strange]: "not-ignored",
  });
});

test("without git, only that question stays open", async () => {
  mkdirSync(join(home, ".git"));
  write(".env", line);

  const { found } = await find({ env: { PATH: join(home, "nothing") } });

  expect(found[0]?.places).toMatchObject([{ kind: "dotenv", git: "unknown" }]);
});
