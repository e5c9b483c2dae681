import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import promises from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, relative, sep } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { historyFiles } from "../../src/leaks/histories.ts";

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "histories-"));
});

afterEach(() => rmSync(home, { recursive: true, force: true }));

function plant(...files: readonly string[]): void {
  for (const file of files) {
    mkdirSync(dirname(join(home, file)), { recursive: true });
    writeFileSync(join(home, file), "");
  }
}

async function found(env: Readonly<Record<string, string>> = {}): Promise<readonly string[]> {
  const { files } = await historyFiles({ home, env, platform: "linux", cwd: home });
  return files.map((file) => relative(home, file).split(sep).join("/"));
}

const usual = [
  ".bash_history",
  ".zsh_history",
  ".histfile",
  ".sh_history",
  ".python_history",
  ".node_repl_history",
  ".psql_history",
  ".mysql_history",
  ".sqlite_history",
  ".rediscli_history",
  ".Rhistory",
  ".lesshst",
  ".viminfo",
  ".zsh_sessions/1.history",
  ".bash_history.d/2026-11.log",
  ".claude/history.jsonl",
  ".vibe/vibehistory",
  ".ipython/profile_default/history.sqlite",
  ".config/nushell/history.txt",
  ".config/nushell/history.sqlite3",
  ".local/share/fish/fish_history",
  ".local/share/atuin/history.db",
  ".local/share/xonsh/history_json/xonsh-1.json",
  ".local/share/powershell/PSReadLine/ConsoleHost_history.txt",
  ".local/state/bash/history",
  ".local/state/elvish/db.bolt",
  ".local/state/lesshst",
  ".local/state/nvim/shada/main.shada",
  "Library/Application Support/nushell/history.txt",
];

test.each(usual)("%s is one by default", async (file) => {
  plant(file, "notes.txt", ".config/app/settings.json", ".profile");
  expect(await found()).toEqual([file]);
});

test("the folders of the XDG specification are where their variables say", async () => {
  plant("data/fish/fish_history", "state/bash/history", "config/nushell/history.txt");
  const env = {
    XDG_DATA_HOME: join(home, "data"),
    XDG_STATE_HOME: join(home, "state"),
    XDG_CONFIG_HOME: join(home, "config"),
  };
  expect(await found(env)).toEqual(
    expect.arrayContaining(["data/fish/fish_history", "state/bash/history", "config/nushell/history.txt"]),
  );
  expect(await found()).not.toContain("state/bash/history");
});

test("those of Windows are where its variables say", async () => {
  const files = [
    "Local/clink/clink_history",
    "Local/elvish/db.bolt",
    "Roaming/Microsoft/Windows/PowerShell/PSReadLine/ConsoleHost_history.txt",
    "Roaming/nushell/history.txt",
  ];
  plant(...files);
  expect(await found()).toEqual([]);
  const env = { APPDATA: join(home, "Roaming"), LOCALAPPDATA: join(home, "Local") };
  expect([...(await found(env))].sort()).toEqual(files);
});

test("a folder of the specification may be a link", async () => {
  plant("dots/config/nushell/history.txt", "dots/cache/app/history", "data/fish/fish_history");
  symlinkSync("dots/config", join(home, ".config"));
  symlinkSync("dots/cache", join(home, ".cache"));
  mkdirSync(join(home, ".local"));
  symlinkSync("../data", join(home, ".local/share"));
  expect(await found()).toEqual([
    ".cache/app/history",
    ".config/nushell/history.txt",
    ".local/share/fish/fish_history",
  ]);
});

test("a folder of the home folder or of the specification's may hold it behind a link", async () => {
  plant("dots/zsh/.zsh_history", "dots/fish/fish_history", ".local/share/empty");
  symlinkSync("dots/zsh", join(home, ".zsh"));
  symlinkSync("../../dots/fish", join(home, ".local/share/fish"));
  expect(await found()).toEqual([".zsh/.zsh_history", ".local/share/fish/fish_history"]);
});

test("a variable names further ones", async () => {
  expect(
    await found({
      HISTFILE: join(home, "my-own"),
      PSQL_HISTORY: join(home, "psql"),
      LESSHISTFILE: "-",
      HISTSIZE: "1000",
    }),
  ).toEqual(expect.arrayContaining(["my-own", "psql"]));
});

test("a link to one is one, and a link in a circle does no harm", async () => {
  plant("elsewhere");
  symlinkSync("elsewhere", join(home, ".bash_history"));
  mkdirSync(join(home, ".config"));
  symlinkSync(".", join(home, ".config/circle"));
  expect(await found()).toContain(".bash_history");
});

test("a folder that counts for two reasons is listed once", async () => {
  plant(".config/app/history", ".cache/history");
  const listing = vi.spyOn(promises, "readdir");
  syncBuiltinESMExports();
  await found({ XDG_CONFIG_HOME: `${join(home, ".config")}/` });
  const listed = listing.mock.calls.map(([path]) => String(path));
  listing.mockRestore();
  syncBuiltinESMExports();
  expect(listed.filter((path) => path === join(home, ".config"))).toEqual([join(home, ".config")]);
});
