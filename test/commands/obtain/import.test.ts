import { execFileSync } from "node:child_process";
import { chmodSync, lstatSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Flags } from "../../../src/cli/flags.ts";
import { importKey } from "../../../src/commands/obtain/import.ts";
import { MistralKeyError } from "../../../src/errors.ts";
import { ApiKey } from "../../../src/keys/api-key.ts";
import { defaultProfile } from "../../../src/keys/profile-name.ts";
import { StandInStore } from "../../onboarding/stand-in-store.ts";
import {
  chosenKey,
  otherKey,
  type PlantedHome,
  plantedFiles,
  plantHome,
} from "../../plaintext/planted-home.ts";
import { openTestDeps, type TestDeps, type TestDepsOptions } from "../../support/deps.ts";
import { type LoopbackMistralApi, startMistralApi } from "../../support/mistral-api.ts";
import { answer } from "../../support/scripted-prompts.ts";

const mask = "test...Key0";
const address = { profile: defaultProfile, slot: "current" } as const;

let planted: PlantedHome;
let api: LoopbackMistralApi;
let deps: TestDeps;

beforeEach(async () => {
  planted = plantHome();
  api = await startMistralApi({ keys: [chosenKey, otherKey] });
});

afterEach(async () => {
  expect(deps.script.aloud).toEqual([]);
  deps.close();
  planted.remove();
  await api.stop();
});

function open(options: TestDepsOptions = {}): TestDeps {
  const { home, project } = planted;
  // Without a session bus there is no keychain to read.
  const env = { PATH: process.env.PATH ?? "", ...options.env };
  const processContext = { home, cwd: project, env, ...options.processContext };
  return openTestDeps({
    serverUrl: api.url,
    store: new StandInStore("keychain"),
    ...options,
    processContext,
  });
}

function run(flags: Record<string, unknown> = {}): Promise<number> {
  return importKey({ args: [], flags: new Flags({ ...flags, serverUrl: api.url }) }, deps);
}

test.skipIf(process.platform === "win32").each(["removed", "replaced", "erased"])(
  "the copies stay when the key is %s while the user is asked about them",
  async (what) => {
    const meanwhile = async () => {
      const known = deps.profiles.read(defaultProfile);
      if (known === undefined) throw new Error("Nothing was stored.");
      if (what === "replaced") await deps.secrets.set(address, ApiKey.of(otherKey));
      if (what === "erased") await deps.secrets.delete(address);
      if (what === "removed") deps.profiles.remove(defaultProfile);
    };
    const asked = { ...answer.confirm(true, /project.\.env\?/), meanwhile };
    deps = open({ answers: [answer.choose("do not know"), asked] });
    const before = planted.read("project/.env");
    await expect(run({ key: mask })).rejects.toMatchObject({
      kind: "usage",
      message: expect.stringContaining("So the copies that are left stay in place"),
    });
    expect(planted.read("project/.env")).toBe(before);
    expect(before).toContain(chosenKey);
  },
);

test.skipIf(process.platform === "win32")(
  "a person who stops before anything is stored is told so, and how to continue",
  async () => {
    deps = open({ answers: [answer.stop(/Check these 2 keys/)] });
    await expect(run({ profile: "work" })).rejects.toMatchObject({
      kind: "cancelled",
      message: "Stopped; nothing more was stored.",
      hint: "To continue: mistral-key import -p work",
    });
    expect(api.requests).toEqual([]);
  },
);

// On Windows there are other places, and fewer.
describe.skipIf(process.platform === "win32")("a home folder with the key in twelve places", () => {
  test("all of them are found, the key is stored, the copies are removed, everything else stays byte for byte", async () => {
    const modes = new Map(plantedFiles.map(({ path }) => [path, statSync(planted.path(path)).mode]));
    deps = open();

    const code = await run({ key: mask, clean: "all", expires: "90d" });

    expect(deps.stderr()).toContain("stored in");
    expect((await deps.secrets.get(address))?.reveal()).toBe(chosenKey);
    for (const { path, after } of plantedFiles) expect(planted.read(path), path).toBe(after);
    for (const [path, mode] of modes) expect(statSync(planted.path(path)).mode, path).toBe(mode);
    expect(lstatSync(planted.path(".zshrc")).isSymbolicLink()).toBe(true);
    // One line of .profile does more than set the key and is left to the person.
    expect(deps.stderr()).toMatch(/Please change ~.\.profile:4 by\s+hand/);
    expect(code).toBe(9);
    expect(deps.stdout() + deps.stderr()).not.toContain(chosenKey);
    expect(deps.stdout() + deps.stderr()).not.toContain(otherKey);
  });

  test("the report for audits names each place and whether git would commit it, and holds no key", async () => {
    deps = open({ env: { MISTRAL_API_KEY: chosenKey } });

    expect(await run({ list: true, json: true })).toBe(0);

    expect(JSON.stringify(deps.document())).not.toContain(chosenKey);
    const place = (file: string, line: number, kind: string, git: string | null) => ({
      path: planted.path(file),
      line,
      kind,
      git,
    });
    expect(deps.document()).toEqual({
      found: [
        {
          key: mask,
          stored: false,
          places: expect.toSatisfy((places: unknown[]) => {
            const expected = [
              { path: null, line: null, kind: "environment", git: null, variable: "MISTRAL_API_KEY" },
              place(".vibe/.env", 1, "vibe", null),
              place(".config/io.datasette.llm/keys.json", 3, "llm", null),
              place(".local/share/opencode/auth.json", 5, "opencode", null),
              place(".continue/config.yaml", 6, "continue", null),
              place(".continue/config.yaml", 8, "continue", null),
              place(".mistralcode/config.json", 1, "mistral-code", null),
              place(".aider.conf.yml", 4, "aider", null),
              place("project/.env", 3, "dotenv", "tracked"),
              place("project/.env.local", 1, "dotenv", "ignored"),
              place(".bashrc", 4, "shell", null),
              place(".profile", 2, "shell", null),
              place(".profile", 3, "shell", null),
              place(".profile", 4, "shell", null),
              place(".zshrc", 3, "shell", null),
              place(".config/fish/config.fish", 2, "shell", null),
            ];
            expect(places).toEqual(expected);
            return true;
          }),
        },
        { key: "spar...eKy1", stored: false, places: [place("project/.env.local", 3, "dotenv", "ignored")] },
      ],
      unread: [],
    });
    expect(await deps.secrets.get(address)).toBeUndefined();
    for (const { path, before } of plantedFiles) expect(planted.read(path), path).toBe(before);
  });

  test.each([
    [["fish"], "run: set -e MISTRAL_API_KEY"],
    [["zsh"], "run: unset MISTRAL_API_KEY"],
    [["nu"], "remove it there"],
  ])("how to unset the variable is said in the words of the shell: %j", async (ancestors, words) => {
    deps = open({ env: { MISTRAL_API_KEY: chosenKey }, ancestors });

    await run({ key: mask, yes: true, clean: "none", verify: false });

    expect(deps.stderr().replace(/\s+/g, " ")).toContain(
      `MISTRAL_API_KEY is still set in this shell: close it, or ${words}`,
    );
  });

  test.each([
    ["nowhere else", [], true],
    ["in a start-up file, too", plantedFiles.filter(({ path }) => path === ".bashrc"), false],
  ])("of a variable that is %s, it is said whether a file still sets it", async (_where, files, isSaid) => {
    planted.remove();
    planted = plantHome(files);
    deps = open({ env: { MISTRAL_API_KEY: chosenKey } });

    await run({ key: mask, clean: "files" });

    const said = deps.stderr().replace(/\s+/g, " ");
    expect(said.includes("a file sets it that import does not know")).toBe(isSaid);
    // A new window of tmux or of an editor gets the variables that tmux or the editor was started with.
    expect(said.includes("(tmux, an editor, your desktop session) may have kept it")).toBe(isSaid);
  });

  test("every variable that still holds the key is named", async () => {
    deps = open({ env: { MISTRAL_API_KEY: chosenKey, LLM_MISTRAL_KEY: chosenKey }, ancestors: ["zsh"] });

    await run({ key: mask, clean: "none" });

    const said = deps.stderr().replace(/\s+/g, " ");
    expect(said).toContain(
      "MISTRAL_API_KEY is still set in this shell: close it, or run: unset MISTRAL_API_KEY",
    );
    expect(said).toContain(
      "LLM_MISTRAL_KEY is still set in this shell: close it, or run: unset LLM_MISTRAL_KEY",
    );
  });

  test("of a variable that Windows keeps for the account, it is said how to delete it there", async () => {
    deps = open({ env: { MISTRAL_API_KEY: chosenKey }, processContext: { platform: "win32" } });

    await run({ key: mask, yes: true, clean: "none", verify: false });

    const said = deps.stderr().replace(/\s+/g, " ");
    expect(said).toContain("run: Remove-Item Env:MISTRAL_API_KEY (in cmd.exe: set MISTRAL_API_KEY=)");
    expect(said).toContain("it may be one of your account's variables");
    expect(deps.stderr()).toContain(
      `powershell -Command "[Environment]::SetEnvironmentVariable('MISTRAL_API_KEY', '', 'User')"`,
    );
  });

  test("a path in other capital letters is the same one on Windows, and only there", async () => {
    deps = open();
    await expect(run({ from: "~/.VIBE/.env" })).rejects.toMatchObject({ kind: "usage" });
    deps.close();
    deps = open({ processContext: { platform: "win32" } });
    expect(await run({ from: "~/.VIBE/.env", clean: "none" })).toBe(0);
  });

  test("a person picks the key, sees each change and decides about tools one by one", async () => {
    deps = open({
      answers: [
        answer.confirm(false, /Check these 2 keys/),
        answer.choose(mask, /which key/i),
        answer.choose("do not know"),
        answer.confirm(true, /project.\.env\?/),
        answer.confirm(false, /\.env\.local/),
        answer.confirm(true, /\.bashrc/),
        answer.confirm(true, /\.profile/),
        answer.confirm(true, /\.zshrc/),
        answer.confirm(true, /config\.fish/),
        answer.enter(/Mistral Vibe/),
        answer.confirm(true, /llm/),
        answer.enter(/opencode/),
        answer.enter(/Continue/),
        answer.enter(/Mistral Code/),
        answer.enter(/aider/),
        answer.choose("No", /Deliver it/),
      ],
    });

    expect(await run()).toBe(9);

    const afterwards = (path: string) => plantedFiles.find((file) => file.path === path)?.after;
    for (const path of ["project/.env", ".bashrc", ".config/io.datasette.llm/keys.json"]) {
      expect(planted.read(path), path).toBe(afterwards(path));
    }
    for (const path of ["project/.env.local", ".vibe/.env", ".aider.conf.yml"])
      expect(planted.read(path), path).toContain(chosenKey);
    expect(deps.stderr()).toContain("mistral-key run --as LLM_MISTRAL_KEY -- llm");
    expect(deps.stderr()).toContain(`   3 - MISTRAL_API_KEY="${mask}" # paid by me`);
    // The usual comment fits its line; a longer one continues below.
    expect(deps.stderr()).toContain(
      "       + # MISTRAL_API_KEY: moved to the keychain; use: mistral-key run -- CMD\n",
    );
    expect(deps.stderr()).toContain(
      "       + : # LLM_MISTRAL_KEY: moved to the keychain; use:\n       mistral-key run --as LLM_MISTRAL_KEY -- CMD\n",
    );
    expect(deps.stderr()).not.toContain(chosenKey);
  });
});

test("says how to finish when the key has replaced another, which is kept", async () => {
  deps = open();
  await deps.secrets.set(address, ApiKey.of(otherKey));

  expect(await run({ key: mask, clean: "none", yes: true })).toBe(9);

  expect(deps.stderr()).toContain("mistral-key rotate --finish");
});

test("a place that the key was just removed from is not offered again", async () => {
  planted.remove();
  planted = plantHome(plantedFiles.filter(({ path }) => path === ".vibe/.env"));
  deps = open({ answers: [answer.choose("do not know"), answer.confirm(true, /Mistral Vibe/)] });

  expect(await run()).toBe(0);

  expect(planted.read(".vibe/.env")).not.toContain(chosenKey);
});

test("says that the key comes back to a file it is delivered to, and how to stop that", async () => {
  deps = open();
  const target = `dotenv:${planted.path("project/.env.local")}`;
  await run({ key: mask });
  const profile = deps.profiles.read(defaultProfile);
  if (profile === undefined) throw new Error("No key was stored.");
  deps.profiles.write({
    ...profile,
    targets: ["aider", target].map((one) => ({ target: one, since: null })),
  });
  deps = deps.next();
  writeFileSync(planted.path(".env"), `MISTRAL_API_KEY=${chosenKey}\n`);

  expect(await run({ key: mask, clean: "files" })).toBe(9);

  const said = deps.stderr().replace(/\s+/g, " ").replace(/["']/g, "");
  expect(said).toContain(`${target} gets the key again with the next push or rotation.`);
  expect(said).toContain(`mistral-key push --forget ${target}`);
  expect(said).toContain("aider gets the key again with the next push or rotation.");
  expect(planted.read("project/.env")).not.toContain(chosenKey);
  expect(planted.read(".vibe/.env")).toContain(chosenKey);
});

test.skipIf(process.platform === "win32").each([
  ["a link to the target", "shared.env", "project/.env"],
  ["what the target is a link to", "project/.env", "shared.env"],
])("says so where the cleaned file is %s, too", async (_what, real, link) => {
  planted.remove();
  planted = plantHome([]);
  writeFileSync(planted.path(real), `MISTRAL_API_KEY=${chosenKey}\n`);
  symlinkSync(planted.path(real), planted.path(link));
  deps = open();
  await run({ key: mask });
  const profile = deps.profiles.read(defaultProfile);
  if (profile === undefined) throw new Error("No key was stored.");
  const target = `dotenv:${planted.path("shared.env")}`;
  deps.profiles.write({ ...profile, targets: [{ target, since: null }] });
  deps = deps.next();

  expect(await run({ key: mask, clean: "files" })).toBe(0);

  expect(planted.read("shared.env")).not.toContain(chosenKey);
  expect(deps.stderr().replace(/\s+/g, " ")).toContain("gets the key again with the next push or rotation.");
});

test("a copy that has to be removed by hand is not reported as removed", async () => {
  planted.remove();
  planted = plantHome([]);
  writeFileSync(planted.path("project/.env"), `MISTRAL_API_KEY=${chosenKey} && echo done\n`);
  deps = open();

  expect(await run({ key: mask, clean: "all", json: true })).toBe(9);

  expect(deps.document()).toMatchObject({ places: [{ state: "failed" }] });
  expect(deps.stderr()).toMatch(/Please change .*by\s+hand/);
  expect(deps.stderr()).not.toContain("removed from");
});

test.skipIf(process.platform === "win32")(
  "names the folders of files that git tracks, to search the history of each",
  async () => {
    planted.remove();
    planted = plantHome(plantedFiles.filter(({ path }) => /^project.\.env$|^dotfiles/.test(path)));
    const git = (...args: string[]) => execFileSync("git", ["-C", planted.path("dotfiles"), ...args]);
    git("init", "--quiet");
    git("add", "zshrc");
    deps = open();

    expect(await run({ key: mask, clean: "files" })).toBe(0);

    const said = deps.stderr().replace(/\s+/g, " ");
    expect(said).toMatch(/run this in \S*project and in \S*dotfiles: mistral-key doctor --scan/);
  },
);

test("the comment in a cleaned file names the encrypted file when that keeps the key", async () => {
  planted.remove();
  planted = plantHome(plantedFiles.filter(({ path }) => path === "project/.env"));
  deps = open({ store: new StandInStore("file") });

  await run({ key: mask, clean: "files" });

  expect(planted.read("project/.env")).toContain("moved to an encrypted file;");
});

test("a file that is not cleaned is not said to get the key again", async () => {
  deps = open();
  await run({ key: mask });
  const profile = deps.profiles.read(defaultProfile);
  if (profile === undefined) throw new Error("No key was stored.");
  const target = `dotenv:${planted.path("elsewhere.env")}`;
  deps.profiles.write({ ...profile, targets: [{ target, since: null }] });
  deps = deps.next();

  await run({ key: mask, clean: "files" });

  expect(planted.read("project/.env")).not.toContain(chosenKey);
  expect(deps.stderr()).not.toContain("gets the key again");
});

test("one copy that is left is counted, too", async () => {
  planted.remove();
  planted = plantHome(plantedFiles.filter(({ path }) => path === ".vibe/.env"));
  deps = open();
  expect(await run({ key: mask })).toBe(0);
  expect(deps.stderr()).toContain("1 plaintext copy was left in place");
});

test("a copy that could not be removed is reported as still there", async () => {
  planted.remove();
  planted = plantHome(plantedFiles.filter(({ path }) => path === ".vibe/.env"));
  chmodSync(planted.path(".vibe/.env"), 0o400);
  deps = open();

  expect(await run({ key: mask, clean: "all", json: true })).toBe(9);

  expect(deps.document()).toMatchObject({ places: [{ state: "failed", reason: "it is read-only" }] });
  expect(deps.stderr()).toContain("The key is still in it.");
  expect(planted.read(".vibe/.env")).toContain(chosenKey);
});

test.skipIf(process.platform === "win32")(
  "the report for people is the answer on stdout, and fits a narrow terminal",
  async () => {
    deps = open({ columns: 40 });

    expect(await run({ list: true })).toBe(0);

    expect(deps.stdout()).toContain("Found 2 Mistral keys in 16 places.");
    expect(deps.stderr().replace(/\s+/g, " ")).toContain("To store or remove them: mistral-key import");
    expect(deps.stdout()).toContain("    ~/project/.env:3\n      in git\n");
    expect(deps.stdout() + deps.stderr()).not.toContain(chosenKey);
  },
);

test("a key that Mistral refuses is not stored and its copies stay", async () => {
  api.keys.revoke(chosenKey);
  deps = open();

  expect(await run({ key: mask, clean: "all" })).toBe(4);

  expect(await deps.secrets.get(address)).toBeUndefined();
  for (const { path, before } of plantedFiles) expect(planted.read(path), path).toBe(before);
});

test("copies stay when nobody says what to do with them", async () => {
  deps = open();

  expect(await run({ key: mask })).toBe(0);

  expect((await deps.secrets.get(address))?.reveal()).toBe(chosenKey);
  for (const { path, before } of plantedFiles) expect(planted.read(path), path).toBe(before);
  expect(deps.stderr()).toContain("mistral-key import --list");
});

test("keeping the key nowhere is no choice, since import would have nothing to do with it", async () => {
  const absent = new MistralKeyError("store-absent", "There is no keychain.");
  deps = open({ store: new StandInStore("keychain", [absent]), answers: [answer.choose("Nowhere")] });
  await expect(run({ key: mask, clean: "all", expires: "90d" })).rejects.toThrow(
    /No "Nowhere" among: In an encrypted file \|/,
  );
  for (const { path, before } of plantedFiles) expect(planted.read(path), path).toBe(before);
});

test("a key that is stored already is not asked about again; its copies are removed", async () => {
  deps = open();
  await run({ key: mask });
  const requests = api.requests.length;
  deps = deps.next();

  const expires = "2027-02-21";
  expect(await run({ from: "~/.vibe/.env", clean: "all", expires, json: true })).toBe(9);

  expect(deps.profiles.read(defaultProfile)?.expiresAt).toBe(expires);
  expect(api.requests.length).toBe(requests);
  expect(planted.read(".vibe/.env")).not.toContain(chosenKey);
  expect(deps.document()).toMatchObject({ profile: "default", key: mask, stored: true });
  const { places } = deps.document() as { places: readonly { path: string; line: number }[] };
  expect(new Set(places.map(({ path, line }) => `${path}:${line}`)).size).toBe(places.length);
});

test.each([
  ["nothing", (store: TestDeps["secrets"]) => store.delete(address)],
  ["another key", (store: TestDeps["secrets"]) => store.set(address, ApiKey.of(otherKey))],
])(
  "a fingerprint alone does not count as stored: the copies stay while the store holds %s",
  async (_, change) => {
    deps = open();
    await run({ key: mask });
    await change(deps.secrets);
    api.keys.revoke(chosenKey);
    deps = deps.next();

    expect(await run({ key: mask, clean: "all" })).toBe(4);

    for (const { path, before } of plantedFiles) expect(planted.read(path), path).toBe(before);
  },
);

test("several keys and nobody to pick one: says which flag does", async () => {
  deps = open();

  await expect(run()).rejects.toMatchObject({
    kind: "usage",
    message: expect.stringContaining("is not a terminal"),
    hint: expect.stringContaining(`--key ${mask}`),
  });
  // Nobody has said that they may be sent there.
  expect(api.requests).toEqual([]);

  expect(await deps.secrets.get(address)).toBeUndefined();
});

test("a stored key is not replaced by another one unasked", async () => {
  deps = open();
  await run({ key: "spar...eKy1" });
  deps = deps.next();

  await expect(run({ key: mask, clean: "all" })).rejects.toMatchObject({ kind: "usage" });

  expect((await deps.secrets.get(address))?.reveal()).toBe(otherKey);
  expect(planted.read(".vibe/.env")).toContain(chosenKey);
});

test("a place that was not searched is not reported as clean", async () => {
  deps = open();

  await expect(run({ from: "app.js" })).rejects.toMatchObject({
    kind: "usage",
    message: "None of the keys found matches that.",
  });
});

test.each([{ from: "config/app.env" }, { key: "test...Key9" }])(
  "a key that was named and not found is not reported as stored, though the profile has one: %o",
  async (pick) => {
    planted.remove();
    planted = plantHome([]);
    deps = open({ env: { MISTRAL_API_KEY: chosenKey } });
    await run({ clean: "none" });
    const { home, project } = planted;
    const env = { PATH: process.env.PATH ?? "" };
    deps = deps.next({ processContext: { home, cwd: project, env } });
    expect(await run()).toBe(0);

    await expect(run({ ...pick, json: true })).rejects.toMatchObject({
      kind: "usage",
      message: "None of the keys found matches that.",
    });
  },
);

test("says where it has looked, since it looks into no folder below", async () => {
  planted.remove();
  const before = `MISTRAL_API_KEY=${chosenKey}\n`;
  planted = plantHome([{ path: "project/packages/api/.env", before, after: before }]);
  deps = open();

  expect(await run({ list: true })).toBe(0);

  expect(deps.stdout().replace(/\s+/g, " ")).toContain(
    "No Mistral key was found in the environment, this folder's dotenv files, or the files of shells and tools.",
  );
});

test("nothing in plaintext and nothing stored: exit 3 and the way to a key", async () => {
  planted.remove();
  planted = plantHome([]);
  deps = open();

  await expect(run()).rejects.toMatchObject({
    kind: "no-key",
    hint: expect.stringContaining("mistral-key init"),
  });
});
