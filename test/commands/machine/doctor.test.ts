import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { Flags } from "../../../src/cli/flags.ts";
import { doctor } from "../../../src/commands/machine/doctor.ts";
import type { doctorDocument } from "../../../src/doctor/report.ts";
import { MistralKeyError } from "../../../src/errors.ts";
import { ApiKey } from "../../../src/keys/api-key.ts";
import { dayAfter } from "../../../src/keys/expiry.ts";
import { fingerprintOf } from "../../../src/keys/fingerprint.ts";
import { defaultProfile, parseProfileName } from "../../../src/keys/profile-name.ts";
import { profileOf } from "../../../src/profiles/known-key.ts";
import { EncryptedFileStore } from "../../../src/stores/encrypted-file/encrypted-file.ts";
import type { StoreKind } from "../../../src/stores/secret-store.ts";
import { StandInStore } from "../../onboarding/stand-in-store.ts";
import { openTestDeps, type TestDeps } from "../../support/deps.ts";
import { type LoopbackMistralApi, startMistralApi } from "../../support/mistral-api.ts";

const key = ApiKey.of("testKey0".repeat(4));
const otherKey = ApiKey.of("testKey1".repeat(4));
const address = { profile: defaultProfile, slot: "current" } as const;
const passphrase = "correct horse battery staple";

const profile = profileOf(
  { name: defaultProfile, key, store: "keychain", endpoint: { region: "global" } },
  new Date("2026-09-01T10:00:00.000Z"),
);

const windows = process.platform === "win32";
const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

interface Bed {
  readonly deps: TestDeps;
  readonly api: LoopbackMistralApi;
  readonly home: string;
  readonly cwd: string;
  readonly keychain: StandInStore;
}

interface Plant {
  readonly env?: Readonly<Record<string, string>>;
  readonly keychain?: MistralKeyError;
  /** How many milliseconds its clock is ahead. */
  readonly aheadMs?: number;
  readonly flags?: Readonly<Record<string, unknown>>;
  /** Where the key of the profile is; nothing is stored where `null`. */
  readonly store?: StoreKind | null;
  /** Puts a fault into the machine. */
  readonly plant?: (bed: Bed) => unknown;
}

/** A machine on which nothing is wrong, apart from what is planted. */
async function examine(planted: Plant = {}) {
  const { store = "keychain", flags = {} } = planted;
  const home = mkdtempSync(join(tmpdir(), "mistral-key-doctor-"));
  const cwd = join(home, "project");
  const folder = join(home, "program");
  mkdirSync(cwd);
  const api = await startMistralApi({ keys: [key.reveal()] });
  const env = {
    MISTRAL_KEY_HOME: folder,
    MISTRAL_KEY_SERVER_URL: api.url,
    PATH: process.env.PATH ?? "",
    ...planted.env,
  };
  const keychain = new StandInStore("keychain", planted.keychain === undefined ? [] : [planted.keychain]);
  const opened = openTestDeps({
    home: folder,
    env,
    processContext: { cwd, home },
    store: keychain,
    now: new Date(Date.now() + (planted.aheadMs ?? 0)),
  });
  // The encrypted file is the real one, and nobody can be asked for its passphrase.
  const file = new EncryptedFileStore({ folder, env, signal: opened.signal });
  const deps: TestDeps = { ...opened, store: async (kind) => (kind === "file" ? file : opened.store(kind)) };
  cleanUps.push(
    () => rmSync(home, { recursive: true, force: true }),
    () => api.stop(),
    () => deps.close(),
  );
  if (store !== null) {
    deps.profiles.write({ ...profile, store });
    if (store === "keychain") await keychain.set(address, key);
    if (store === "file") {
      const writer = new EncryptedFileStore({
        folder,
        env: { MISTRAL_KEY_PASSPHRASE: passphrase },
        signal: deps.signal,
      });
      await writer.set(address, key);
    }
  }
  await planted.plant?.({ deps, api, home, cwd, keychain });
  const input = { args: [], flags: new Flags({ json: true, ...flags }) };
  const code = await doctor(input, deps);
  const output = deps.stdout() + deps.stderr();
  for (const secret of [key, otherKey]) expect(output).not.toContain(secret.reveal());
  return { code, output, api };
}

async function diagnose(planted: Plant = {}) {
  const { code, output, api } = await examine(planted);
  const document: ReturnType<typeof doctorDocument> = JSON.parse(output);
  const of = (id: string) => document.checks.find((check) => check.id === id);
  const states = (state: string) =>
    document.checks.filter((check) => check.state === state).map(({ id }) => id);
  return { code, document, of, states, api };
}

// What is loaded when it is first needed is loaded by then: checks have time limits, and a machine may be busy.
beforeAll(() => examine());

/** What others may do with a file is not asked on Windows. */
const unasked = windows ? ["permissions"] : [];

describe("doctor on a machine where nothing is wrong", () => {
  it("has no objection to a key that expires later, or to a last check that Mistral failed to answer", async () => {
    const { states } = await diagnose({
      plant: ({ deps }) =>
        deps.profiles.write({
          ...profile,
          expiresAt: dayAfter(15, deps.now()),
          lastVerifiedAt: "2026-09-03T10:00:00.000Z",
          lastDiagnosis: "server-error",
        }),
    });
    expect(states("warn")).toEqual([]);
  });

  it("takes no target of a profile for a stray key, and says that it is one", async () => {
    const { of, states } = await diagnose({
      plant: ({ deps, home, cwd }) => {
        for (const folder of [home, cwd])
          writeFileSync(join(folder, ".env"), `MISTRAL_API_KEY=${key.reveal()}\n`, { mode: 0o600 });
        const targets = [`dotenv:${join(cwd, ".env")}`, "aider"].map((target) => ({ target, since: null }));
        deps.profiles.write({ ...profile, targets });
      },
    });
    expect(states("warn")).toEqual([]);
    expect(of("dotenv")).toMatchObject({
      state: "ok",
      message: `.env holds ${key.mask} (a target of push). ${join("..", ".env")} holds ${key.mask} (a target of push).`,
    });
  });

  describe.skipIf(windows)("whose .env file and a target of push are one file", () => {
    it.each([
      ["a link to the target", "shared.env", join("project", ".env"), "a target of push, a link"],
      ["what the target is a link to", join("project", ".env"), "shared.env", "a target of push"],
    ])("takes it for the target: %s", async (_what, real, link, note) => {
      const { of } = await diagnose({
        plant: ({ deps, home }) => {
          writeFileSync(join(home, real), `MISTRAL_API_KEY=${key.reveal()}\n`, { mode: 0o600 });
          symlinkSync(join(home, real), join(home, link));
          const target = `dotenv:${join(home, "shared.env")}`;
          deps.profiles.write({ ...profile, targets: [{ target, since: null }] });
        },
      });
      expect(of("dotenv")).toMatchObject({ state: "ok", message: `.env holds ${key.mask} (${note}).` });
    });
  });

  it("finds nothing, exits 0, and has tried the key", async () => {
    const { code, document, states, of, api } = await diagnose();
    expect(document.ok).toBe(true);
    expect(code).toBe(0);
    expect(states("fail")).toEqual([]);
    expect(states("warn")).toEqual([]);
    expect(states("skipped")).toEqual([...unasked, "dns", "tls"]);
    expect(of("mistral")?.message).toBe("Mistral accepts this key, and a model answered.");
    // The network is tried without the key.
    expect(api.requests[0]).toMatchObject({ path: "/v1/models", key: undefined });
    expect(api.requests.some(({ path, key }) => path === "/v1/chat/completions" && key !== undefined)).toBe(
      true,
    );
  });

  it("changes nothing, and does not note what Mistral said", async () => {
    let read = () => "";
    let before = "";
    await diagnose({
      plant: ({ deps, api }) => {
        api.keys.revoke(key.reveal());
        read = () => readFileSync(join(deps.home, "profiles", "default.json"), "utf8");
        before = read();
      },
    });
    expect(read()).toBe(before);
  });

  it("leaves the network alone with --offline", async () => {
    const { code, states, api } = await diagnose({ flags: { offline: true } });
    expect(code).toBe(0);
    expect(states("skipped")).toEqual([...unasked, "dns", "tls", "api", "clock", "mistral"]);
    expect(api.requests).toEqual([]);
  });

  it("is content with an encrypted file and no keychain at all", async () => {
    const { code, of } = await diagnose({
      store: "file",
      keychain: new MistralKeyError("store-absent", "There is no session bus."),
      env: { MISTRAL_KEY_PASSPHRASE: passphrase },
    });
    expect(of("keychain")).toMatchObject({ state: "ok", message: expect.stringContaining("Not needed") });
    expect(of("key")).toMatchObject({ state: "ok", message: expect.stringContaining("encrypted file") });
    expect(code).toBe(0);
  });

  it("says so when no key is stored yet, and reports no fault", async () => {
    const { code, of } = await diagnose({ store: null });
    expect(of("key")).toMatchObject({ state: "warn", hint: expect.stringContaining("mistral-key init") });
    expect(code).toBe(0);
  });
});

it("says nothing about the key of a profile that it cannot read, and does not advise another key", async () => {
  const { code, of } = await diagnose({
    plant: ({ deps }) => writeFileSync(join(deps.home, "profiles", "default.json"), "{", { mode: 0o600 }),
  });
  expect(of("profiles")).toMatchObject({
    state: "fail",
    hint: expect.stringContaining("What to do about it: mistral-key verify"),
  });
  for (const id of ["key", "targets"]) {
    expect(of(id)).toMatchObject({ state: "skipped", message: expect.stringContaining("cannot be read") });
  }
  expect(code).toBe(7);
});

const locked = new MistralKeyError("store-locked", "The login keyring is locked.", {
  hint: "Unlock it in Passwords and Keys.",
});

/** One fault, and how doctor must report it. */
interface Fault extends Plant {
  readonly fault: string;
  readonly id: string;
  readonly state: "fail" | "warn";
  readonly code: number;
  readonly says: RegExp;
  readonly advises?: RegExp;
}

const faults: readonly Fault[] = [
  {
    fault: "a locked keychain",
    keychain: locked,
    id: "keychain",
    state: "fail",
    code: 7,
    says: /login keyring is locked/,
    advises: /^Unlock it in Passwords and Keys\.$/,
  },
  {
    fault: "a variable that names another store than the profile does",
    env: { MISTRAL_KEY_STORE: "file" },
    id: "key",
    state: "fail",
    code: 3,
    says: /^The key of profile "default" is not kept in an encrypted file\.$/,
    advises: /unset MISTRAL_KEY_STORE/,
  },
  {
    fault: "a key that is gone from the keychain",
    plant: ({ keychain }) => keychain.delete(address),
    id: "key",
    state: "fail",
    code: 3,
    says: /not in .* any more/,
    advises: /mistral-key init/,
  },
  {
    fault: "a key that is in another desktop's keychain",
    plant: async ({ deps, keychain }) => {
      deps.profiles.write({ ...profile, storeName: "GNOME Keyring" });
      await keychain.delete(address);
    },
    id: "key",
    state: "fail",
    code: 3,
    says: /is not in memory: it was kept in GNOME Keyring\.$/,
    advises: /mistral-key init/,
  },
  {
    fault: "a key whose profile is gone",
    store: null,
    plant: ({ keychain }) => keychain.set(address, key),
    id: "key",
    state: "warn",
    code: 0,
    says: /^The key test\.\.\.Key0 of profile "default" is in .*nothing else is known about it\.$/,
    advises: /^To check and list it: mistral-key verify$/,
  },
  {
    fault: "a key in the encrypted file whose profile is gone",
    store: "file",
    plant: ({ deps }) => rmSync(join(deps.home, "profiles", "default.json")),
    id: "key",
    state: "warn",
    code: 0,
    says: /^A key of profile "default" is in an encrypted file/,
    advises: /^To check and list it: mistral-key verify --store file$/,
  },
  {
    fault: "another key in the keychain than the profile describes",
    flags: { offline: true },
    plant: ({ keychain }) => keychain.set(address, otherKey),
    id: "key",
    state: "warn",
    code: 0,
    says: /There is a different key/,
    advises: /mistral-key verify/,
  },
  {
    fault: "a key whose last day is past",
    plant: ({ deps }) => deps.profiles.write({ ...profile, expiresAt: "2026-01-02" }),
    id: "key",
    state: "warn",
    code: 0,
    flags: { offline: true },
    says: /is in .*\. It was to expire on 2 Jan 2026, as you entered it\.$/,
    advises: /^Replace it: mistral-key rotate$/,
  },
  {
    fault: "a key that expires in a fortnight",
    plant: ({ deps }) => deps.profiles.write({ ...profile, expiresAt: dayAfter(14, deps.now()) }),
    id: "key",
    state: "warn",
    code: 0,
    says: /It expires in 14 days/,
    advises: /^Replace it: mistral-key rotate$/,
  },
  {
    fault: "a key that Mistral refused, of another profile than the default",
    store: null,
    env: { MISTRAL_KEY_PROFILE: "work" },
    plant: async ({ deps, keychain }) => {
      const name = parseProfileName("work");
      await keychain.set({ profile: name, slot: "current" }, key);
      deps.profiles.write({
        ...profile,
        name,
        lastVerifiedAt: "2026-09-03T10:00:00.000Z",
        lastDiagnosis: "invalid-key",
      });
    },
    id: "key",
    state: "warn",
    code: 0,
    flags: { offline: true },
    says: /Mistral refused it at the last check, on 3 Sep 2026\.$/,
    advises: /^To check it again: mistral-key verify -p work$/,
  },
  {
    fault: "a key that has expired, in an encrypted file that cannot be read here",
    store: "file",
    plant: ({ deps }) =>
      deps.profiles.write({
        ...profile,
        store: "file",
        expiresAt: "2026-01-02",
        lastVerifiedAt: "2026-01-03T10:00:00.000Z",
        lastDiagnosis: "expired",
      }),
    id: "key",
    state: "warn",
    code: 0,
    flags: { offline: true },
    says: /was to expire on 2 Jan 2026.* refused it at the last check, on 3 Jan 2026/,
    advises: /^Replace it: mistral-key rotate\nTo check it again: mistral-key verify$/,
  },
  {
    fault: "a copy that a killed move to an encrypted file has left",
    store: "file",
    env: { MISTRAL_KEY_PASSPHRASE: passphrase },
    plant: ({ keychain }) => keychain.set(address, key),
    id: "key",
    state: "warn",
    code: 0,
    says: /is in an encrypted file\. A key of this profile is also in keychain\.$/,
    advises: /^To erase that one: mistral-key remove --store keychain$/,
  },
  {
    fault: "a copy that a killed move to the keychain has left",
    plant: async ({ deps }) => {
      const env = { MISTRAL_KEY_PASSPHRASE: passphrase };
      await new EncryptedFileStore({ folder: deps.home, env, signal: deps.signal }).set(address, key);
    },
    id: "key",
    state: "warn",
    code: 0,
    says: /is in keychain\. A key of this profile is also in an encrypted file\.$/,
    advises: /^To erase that one: mistral-key remove --store file$/,
  },
  {
    fault: "a dotenv file that Windows PowerShell wrote in UTF-16",
    plant: ({ cwd }) => writeFileSync(join(cwd, ".env"), `MISTRAL_API_KEY=${key.reveal()}`, "utf16le"),
    id: "dotenv",
    state: "warn",
    code: 0,
    says: /^\.env was not read: it is not in UTF-8\.$/,
  },
  {
    fault: "a folder that others can open",
    plant: ({ deps }) => chmodSync(join(deps.home, "profiles"), 0o755),
    id: "permissions",
    state: "warn",
    code: 0,
    says: /Others on this machine can open .*profiles/,
    advises: /chmod -R go= /,
  },
  {
    fault: "a folder that others can move the program's folders out of",
    plant: ({ deps }) => chmodSync(deps.home, 0o777),
    id: "permissions",
    state: "warn",
    code: 0,
    says: /^Others on this machine can open (?!.*profiles)/,
    advises: /chmod -R go= /,
  },
  {
    fault: "a file that the group can read",
    plant: ({ deps }) => chmodSync(join(deps.home, "profiles", "default.json"), 0o640),
    id: "permissions",
    state: "warn",
    code: 0,
    says: /Others on this machine can open .*default\.json/,
    advises: /chmod -R go= /,
  },
  {
    fault: "a passphrase file that all can read",
    env: { MISTRAL_KEY_PASSPHRASE_FILE: "/etc/hosts" },
    id: "permissions",
    state: "warn",
    code: 0,
    says: /Others on this machine can open \/etc\/hosts/,
    // Root's group may be how another user reads it.
    advises: /chmod g?o= \/etc\/hosts/,
  },
  {
    fault: "a link in place of the keys folder",
    plant: ({ deps, cwd }) => symlinkSync(cwd, join(deps.home, "keys")),
    id: "permissions",
    state: "fail",
    code: 7,
    says: /keys is not used, because it is a link/,
    advises: /Move it away/,
  },
  {
    fault: "a damaged profile",
    plant: ({ deps }) => writeFileSync(join(deps.home, "profiles", "work.json"), "{", { mode: 0o600 }),
    id: "profiles",
    state: "fail",
    code: 7,
    says: /work\.json is damaged/,
    advises: /mistral-key verify -p work$/,
  },
  {
    fault: "a profile of a newer version, which is not to be deleted",
    plant: ({ deps }) => {
      const newer = JSON.stringify({ ...profile, name: "work", version: 3 });
      writeFileSync(join(deps.home, "profiles", "work.json"), newer, { mode: 0o600 });
    },
    id: "profiles",
    state: "fail",
    code: 7,
    says: /work\.json cannot be read: it was written by a newer mistral-key/,
    advises: /^(?!.*delete).*mistral-key verify -p work$/,
  },
  {
    fault: "two damaged profiles",
    plant: ({ deps }) => {
      for (const name of ["home", "work"])
        writeFileSync(join(deps.home, "profiles", `${name}.json`), "{", { mode: 0o600 });
    },
    id: "profiles",
    state: "fail",
    code: 7,
    says: /home\.json is damaged.*work\.json is damaged/,
    advises: /mistral-key verify -p home\nmistral-key verify -p work$/,
  },
  {
    fault: "two damaged records of rotations",
    plant: ({ deps }) => {
      mkdirSync(join(deps.home, "rotations"), { mode: 0o700 });
      for (const name of ["home", "work"])
        writeFileSync(join(deps.home, "rotations", `${name}.json`), "{", { mode: 0o600 });
    },
    id: "rotations",
    state: "fail",
    code: 7,
    says: /home\.json is damaged.*work\.json is damaged/,
    advises: /rotate --finish -p home\n.*\n.*rotate --finish -p work\n/,
  },
  {
    fault: "a rotation that was left unfinished",
    plant: ({ deps }) =>
      deps.journal.begin({
        version: 1,
        profile: defaultProfile,
        startedAt: "2026-08-20T10:00:00.000Z",
        oldKey: { mask: otherKey.mask, name: null, fingerprint: fingerprintOf(otherKey) },
        newKey: { mask: key.mask, fingerprint: fingerprintOf(key) },
        before: profile,
        after: profile,
        targets: [],
      }),
    id: "rotations",
    state: "fail",
    code: 9,
    says: /begun on 20 Aug 2026, is not finished/,
    advises: /rotate --finish/,
  },
  {
    fault: "a place that has another key",
    plant: ({ deps, home }) => {
      writeFileSync(join(home, "same.env"), `MISTRAL_API_KEY=${key.reveal()}\n`);
      writeFileSync(join(home, "old.env"), `MISTRAL_API_KEY=${otherKey.reveal()}\n`);
      const targets = ["same.env", "old.env", "gone.env"].map((name) => ({
        target: `dotenv:${join(home, name)}`,
        since: null,
      }));
      deps.profiles.write({ ...profile, targets });
    },
    id: "targets",
    state: "fail",
    code: 9,
    says: /same\.env has the key\. .*old\.env has another key\. .*gone\.env has no key any more\./,
    advises: /^Check first .* mistral-key verify\n.*mistral-key push$/,
  },
  {
    fault: "a place that has no key any more",
    plant: ({ deps, home }) => {
      const target = `dotenv:${join(home, "gone.env")}`;
      deps.profiles.write({ ...profile, targets: [{ target, since: null }] });
    },
    id: "targets",
    state: "fail",
    code: 9,
    says: /gone\.env has no key any more\./,
    advises: /mistral-key push/,
  },
  {
    fault: "a damaged record of a rotation",
    plant: ({ deps }) => {
      mkdirSync(join(deps.home, "rotations"), { mode: 0o700 });
      writeFileSync(join(deps.home, "rotations", "default.json"), "{", { mode: 0o600 });
    },
    id: "rotations",
    state: "fail",
    code: 7,
    says: /default\.json is damaged/,
    advises: /rotate --finish/,
  },
  {
    fault: "another key in the environment",
    env: { MISTRAL_API_KEY: otherKey.reveal() },
    id: "environment",
    state: "warn",
    code: 0,
    says: /is another key, .*in place of the one of profile/,
    advises: /mistral-key run/,
  },
  {
    fault: "a key in a .env file that git would commit",
    plant: ({ cwd }) => {
      execFileSync("git", ["init", "--quiet", cwd]);
      writeFileSync(join(cwd, ".env"), `MISTRAL_API_KEY=${otherKey.reveal()}\n`);
    },
    id: "dotenv",
    state: "fail",
    code: 9,
    says: /\.env holds test\.\.\.Key1 \(git would commit it\)/,
    advises: /\.gitignore/,
  },
  {
    fault: "a key in a .env file that git ignores",
    plant: ({ cwd }) => {
      execFileSync("git", ["init", "--quiet", cwd]);
      writeFileSync(join(cwd, ".gitignore"), ".env\n");
      writeFileSync(join(cwd, ".env"), `MISTRAL_API_KEY=${otherKey.reveal()}\n`);
    },
    id: "dotenv",
    state: "warn",
    code: 0,
    says: /\.env holds test\.\.\.Key1 \(ignored by git\)/,
    advises: /^To remove the key from the file: /,
  },
  {
    fault: "a key in a .env file beside a target of push",
    plant: ({ deps, cwd }) => {
      for (const name of [".env", ".env.local"])
        writeFileSync(join(cwd, name), `MISTRAL_API_KEY=${key.reveal()}\n`);
      deps.profiles.write({ ...profile, targets: [{ target: `dotenv:${join(cwd, ".env")}`, since: null }] });
    },
    id: "dotenv",
    state: "warn",
    code: 0,
    says: /^\.env holds test\.\.\.Key0 \(a target of push\)\. \.env\.local holds test\.\.\.Key0\.$/,
    advises: /mistral-key import/,
  },
  {
    fault: "another key in a target of push",
    plant: ({ deps, cwd }) => {
      const lines = `MISTRAL_API_KEY=${key.reveal()}\nOLD_MISTRAL_API_KEY=${otherKey.reveal()}\n`;
      writeFileSync(join(cwd, ".env"), lines);
      deps.profiles.write({ ...profile, targets: [{ target: `dotenv:${join(cwd, ".env")}`, since: null }] });
    },
    id: "dotenv",
    state: "warn",
    code: 0,
    says: /^\.env holds test\.\.\.Key0 \(a target of push\)\. \.env holds test\.\.\.Key1\.$/,
    advises: /mistral-key import/,
  },
  {
    fault: "a target of push that git would commit",
    plant: ({ deps, cwd }) => {
      execFileSync("git", ["init", "--quiet", cwd]);
      writeFileSync(join(cwd, ".env"), `MISTRAL_API_KEY=${key.reveal()}\n`);
      deps.profiles.write({ ...profile, targets: [{ target: `dotenv:${join(cwd, ".env")}`, since: null }] });
    },
    id: "dotenv",
    state: "fail",
    code: 9,
    says: /\.env holds test\.\.\.Key0 \(a target of push, git would commit it\)/,
    advises: /\.gitignore/,
  },
  {
    fault: "a key in a .env file that is in git already",
    plant: ({ cwd }) => {
      execFileSync("git", ["init", "--quiet", cwd]);
      writeFileSync(join(cwd, ".env"), `MISTRAL_API_KEY=${otherKey.reveal()}\n`);
      execFileSync("git", ["-C", cwd, "add", "--force", ".env"]);
    },
    id: "dotenv",
    state: "fail",
    code: 9,
    says: /\(in git\)/,
    advises: /^Delete test\.\.\.Key1 at Mistral, .*: mistral-key open keys\n.*: git -C .+ rm --cached \.env$/,
  },
  {
    fault: "a key in a file of another repository that .env is a link to",
    plant: ({ home, cwd }) => {
      execFileSync("git", ["init", "--quiet", join(home, "dotfiles")]);
      writeFileSync(join(home, "dotfiles", "env"), `MISTRAL_API_KEY=${otherKey.reveal()}\n`);
      execFileSync("git", ["-C", join(home, "dotfiles"), "add", "env"]);
      symlinkSync(join(home, "dotfiles", "env"), join(cwd, ".env"));
    },
    id: "dotenv",
    state: "fail",
    code: 9,
    says: /\(in git, a link\)/,
    advises: /: git -C \S+[/\\]dotfiles"? rm --cached env$/,
  },
  {
    fault: "a key of another profile in a .env file that is in git already",
    plant: ({ deps, cwd }) => {
      execFileSync("git", ["init", "--quiet", cwd]);
      writeFileSync(join(cwd, ".env"), `MISTRAL_API_KEY=${otherKey.reveal()}\n`);
      execFileSync("git", ["-C", cwd, "add", "--force", ".env"]);
      deps.profiles.write({
        ...profile,
        name: parseProfileName("work"),
        key: otherKey.mask,
        fingerprint: fingerprintOf(otherKey),
      });
    },
    id: "dotenv",
    state: "fail",
    code: 9,
    says: /\(in git\)/,
    advises: /^Make a new key, .*: mistral-key rotate -p work\n/,
  },
  {
    fault: "a browser that is not there",
    env: { BROWSER: "no-such-browser --new-tab" },
    id: "browser",
    state: "warn",
    code: 0,
    says: /no-such-browser, which is not on the PATH/,
    advises: /BROWSER/,
  },
  {
    fault: "a proxy that is no address",
    env: { HTTPS_PROXY: "socks5://user:secret@127.0.0.1:1080" },
    flags: { offline: true, serverUrl: "https://api.example" },
    id: "proxy",
    state: "fail",
    code: 2,
    says: /^HTTPS_PROXY is not the address/,
    advises: /http:\/\/PROXY:PORT/,
  },
  {
    fault: "a certificate file that is not there",
    env: { NODE_EXTRA_CA_CERTS: "/no/such/company-ca.pem" },
    id: "certificates",
    state: "fail",
    code: 2,
    says: /no file with certificates \(PEM\), so Node\.js ignores it/,
    advises: /NODE_EXTRA_CA_CERTS/,
  },
  {
    fault: "certificates that are not checked",
    env: { NODE_TLS_REJECT_UNAUTHORIZED: "0" },
    id: "certificates",
    state: "fail",
    code: 2,
    says: /anybody in between can read your key/,
    advises: /Unset it/,
  },
  {
    fault: "an API that refuses connections",
    plant: ({ api }) => api.stop(),
    id: "api",
    state: "fail",
    code: 5,
    says: /connection to .* failed \(ECONNREFUSED\)/,
    advises: /server/,
  },
  {
    fault: "an API that fails itself",
    plant: ({ api }) => api.behave("server-error"),
    id: "api",
    state: "fail",
    code: 5,
    says: /Mistral itself failed \(HTTP 5/,
    advises: /Try again/,
  },
  {
    fault: "a clock that is an hour fast",
    aheadMs: 3_600_000,
    id: "clock",
    state: "fail",
    code: 2,
    says: /60 minutes fast/,
    advises: /Set the clock/,
  },
  {
    fault: "a key that was revoked at Mistral",
    plant: ({ api }) => api.keys.revoke(key.reveal()),
    id: "mistral",
    state: "fail",
    code: 4,
    says: /^Mistral does not accept this key, test\.\.\.Key0\. .*One of these may be why:\nThe server at/,
    advises: /mistral-key open keys/,
  },
  {
    fault: "a key whose workspace has no plan",
    plant: ({ api }) => api.behave("no-plan"),
    id: "mistral",
    state: "fail",
    code: 6,
    says: /no active plan/,
    advises: /mistral-key open subscription/,
  },
  {
    fault: "a limit that is reached before any call is served",
    plant: ({ api }) => api.behave("rate-limited", { on: ["models"] }),
    id: "mistral",
    state: "warn",
    code: 0,
    says: /limit/,
    advises: /./,
  },
  {
    fault: "a limit that is reached for a while",
    plant: ({ api }) => api.behave("rate-limited", { on: ["completion"] }),
    id: "mistral",
    state: "warn",
    code: 0,
    says: /limit/,
    advises: /./,
  },
  {
    fault: "a .env file with a hostile name",
    plant: ({ cwd }) =>
      writeFileSync(join(cwd, ".env\x1b]0;PWN\x07"), `MISTRAL_API_KEY=${otherKey.reveal()}\n`),
    id: "dotenv",
    state: "warn",
    code: 0,
    says: /\.env\\x1b\]0;PWN\\x07 holds test\.\.\.Key1/,
    advises: /mistral-key import/,
  },
  {
    fault: "a damaged encrypted file",
    store: "file",
    plant: ({ deps }) => writeFileSync(join(deps.home, "keys", "default.age"), "age-encryption.org/v1\n"),
    id: "key",
    state: "fail",
    code: 7,
    says: /default\.age cannot be used/,
    advises: /restore that/,
  },
  {
    fault: "a wrong passphrase in the environment",
    store: "file",
    env: { MISTRAL_KEY_PASSPHRASE: "not the one" },
    id: "key",
    state: "fail",
    code: 7,
    says: /does not open .*default\.age/,
    advises: /MISTRAL_KEY_PASSPHRASE/,
  },
  {
    fault: "a passphrase file that is not there",
    store: "file",
    env: { MISTRAL_KEY_PASSPHRASE_FILE: "/no/such/passphrase" },
    id: "key",
    state: "fail",
    code: 7,
    says: /is not there/,
    advises: /MISTRAL_KEY_PASSPHRASE_FILE/,
  },
];

/** What Windows does not have: modes, and names with control characters. */
const posixOnly = ({ id, fault }: Fault) => id === "permissions" || /hostile name|is a link to/.test(fault);

describe("doctor names", () => {
  it.each(windows ? faults.filter((fault) => !posixOnly(fault)) : faults)(
    "$fault",
    async ({ id, state, code, says, advises, ...planted }) => {
      const found = await diagnose(planted);
      const check = found.of(id);
      expect(check?.state).toBe(state);
      expect(check?.message).toMatch(says);
      expect(check?.hint ?? "").toMatch(advises ?? /^$/);
      expect(found.code).toBe(code);
      expect(found.document.ok).toBe(code === 0);
      expect(JSON.stringify(found.document)).not.toMatch(/secret|not the one/);
    },
  );

  it.skipIf(windows)(
    "a cluster without the key, and advises to look which one it is before another delivery",
    async () => {
      const programs = mkdtempSync(join(tmpdir(), "mistral-key-doctor-"));
      cleanUps.push(() => rmSync(programs, { recursive: true, force: true }));
      writeFileSync(join(programs, "kubectl"), "#!/bin/sh\n", { mode: 0o755 });
      const { of } = await diagnose({
        env: { PATH: `${programs}:${process.env.PATH}` },
        plant: ({ deps }) =>
          deps.profiles.write({ ...profile, targets: [{ target: "kubernetes:prod/mistral", since: null }] }),
      });
      expect(of("targets")).toMatchObject({
        state: "fail",
        message: "kubernetes:prod/mistral has no key any more.",
        hint: expect.stringMatching(
          /use the cluster and the account of the first push\.\n.*mistral-key push$/,
        ),
      });
    },
  );

  it.runIf(process.geteuid?.() === 0)("a key of another user, and advises to be that user", async () => {
    const { of } = await diagnose({
      plant: ({ deps }) => {
        mkdirSync(join(deps.home, "keys"));
        chownSync(join(deps.home, "keys"), 12345, 12345);
      },
    });
    expect(of("permissions")).toMatchObject({
      message: expect.stringMatching(/keys is not used, because it belongs to another user/),
      hint: expect.stringMatching(/as that user/),
    });
  });

  it.runIf(process.geteuid?.() === 0)(
    "no fault in a passphrase file of another user that is read through its group",
    async () => {
      const path = join(mkdtempSync(join(tmpdir(), "mistral-key-doctor-")), "passphrase");
      cleanUps.push(() => rmSync(dirname(path), { recursive: true, force: true }));
      writeFileSync(path, passphrase, { mode: 0o640 });
      chownSync(path, 12345, 0);
      const examine = async () =>
        (await diagnose({ env: { MISTRAL_KEY_PASSPHRASE_FILE: path } })).of("permissions");
      expect((await examine())?.state).toBe("ok");
      chmodSync(path, 0o644);
      expect(await examine()).toMatchObject({
        state: "warn",
        hint: `Once you can read it through its group: chmod o= ${path}`,
      });
    },
  );

  it.skipIf(windows)("nine faults at once, and exits with the code of the first", async () => {
    const found = await diagnose({
      keychain: locked,
      aheadMs: -7_200_000,
      env: {
        MISTRAL_API_KEY: otherKey.reveal(),
        BROWSER: "no-such-browser",
        NODE_EXTRA_CA_CERTS: "/no/such/company-ca.pem",
      },
      plant: (bed) => {
        for (const fault of ["a folder that others can open", "a damaged profile"]) plantOf(fault)(bed);
        for (const fault of [
          "a rotation that was left unfinished",
          "a key in a .env file that git would commit",
        ])
          plantOf(fault)(bed);
      },
    });
    expect([...found.states("fail"), ...found.states("warn")].sort()).toEqual(
      [
        "browser",
        "certificates",
        "clock",
        "dotenv",
        "environment",
        "keychain",
        "permissions",
        "profiles",
        "rotations",
      ].sort(),
    );
    expect(found.code).toBe(7);
  });
});

it("doctor works where the current folder has been deleted", async () => {
  const { code } = await diagnose({
    plant: ({ deps }) => {
      const at = deps.processContext();
      Object.assign(deps, {
        processContext: () => ({
          ...at,
          get cwd(): string {
            throw new MistralKeyError("usage", "The folder has been deleted.");
          },
        }),
      });
    },
  });
  expect(code).toBe(0);
});

describe("the report of doctor", () => {
  it("has a line for each check, what to do below it, and a summary", async () => {
    const { code, output } = await examine({
      keychain: locked,
      env: { MISTRAL_API_KEY: otherKey.reveal() },
      flags: { json: false, offline: true },
    });
    expect(code).toBe(7);
    expect(output).toContain(`✓ Node.js: ${process.version}\n`);
    expect(output).toMatch(/^✗ Keychain: The login keyring is locked\. \(locked\)\n {2}› Unlock it/m);
    expect(output).toMatch(/^! Environment: MISTRAL_API_KEY here/m);
    expect(output).toMatch(/^• DNS: Not checked \(--offline\)\.$/m);
    expect(output).toMatch(/\n1 thing to put right\.\n$/);
    for (const line of output.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  });

  it("lists possible reasons why a key is refused", async () => {
    const { output } = await examine({
      plant: ({ api }) => api.keys.revoke(key.reveal()),
      flags: { json: false },
    });
    expect(output.replace(/\n {4,}/g, " ")).toMatch(
      /^✗ Key at Mistral: .*\n?.*may be why:\n(?: {2}• .*\n){2,} {2}› /m,
    );
  });
});

function plantOf(name: string): (bed: Bed) => unknown {
  const plant = faults.find(({ fault }) => fault === name)?.plant;
  if (plant === undefined) throw new Error(`There is no fault called ${name}.`);
  return plant;
}
