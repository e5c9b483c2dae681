import crypto from "node:crypto";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { getMistralKey, MistralKeyError } from "../../src/index.ts";
import { ApiKey } from "../../src/keys/api-key.ts";
import { type ProfileName, parseProfileName } from "../../src/keys/profile-name.ts";
import { profileOf } from "../../src/profiles/known-key.ts";
import { ProfileFolder } from "../../src/profiles/profile-folder.ts";
import { openUnlocked, passphrase } from "../stores/encrypted-file/encrypted-file-setup.ts";

const oldKey = ApiKey.of("testOld0".repeat(4));
const newKey = ApiKey.of("testNew0".repeat(4));
const variables = [
  "MISTRAL_API_KEY",
  "MISTRAL_KEY_HOME",
  "MISTRAL_KEY_PROFILE",
  "MISTRAL_KEY_STORE",
  "MISTRAL_KEY_PASSPHRASE",
  "MISTRAL_KEY_PASSPHRASE_FILE",
];

let home = "";
let before: Record<string, string | undefined> = {};
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "mistral-key-library-"));
  before = Object.fromEntries(variables.map((name) => [name, process.env[name]]));
  for (const name of variables) delete process.env[name];
  process.env.MISTRAL_KEY_HOME = home;
});
afterEach(() => {
  for (const name of variables) {
    if (before[name] === undefined) delete process.env[name];
    else process.env[name] = before[name];
  }
  rmSync(home, { recursive: true, force: true });
});

const file = () => openUnlocked({ home }).store;

async function keep(key: ApiKey, profile: ProfileName = parseProfileName("default")): Promise<void> {
  await file().set({ profile, slot: "current" }, key);
  const known = { name: profile, key, store: "file", endpoint: { region: "global" } } as const;
  new ProfileFolder(home).write(profileOf(known, new Date()));
}

it("hands out no Admin API key", async () => {
  const profile = parseProfileName("default");
  process.env.MISTRAL_KEY_PASSPHRASE = passphrase;
  await keep(oldKey);
  await file().set({ profile, slot: "admin" }, newKey);
  await file().delete({ profile, slot: "current" });
  await expect(getMistralKey()).rejects.toMatchObject({ kind: "no-key" });
  await expect(getMistralKey({ profile: "default/admin" })).rejects.toMatchObject({ kind: "usage" });
});

describe("getMistralKey, with a key in the environment", () => {
  it("returns that one and looks nowhere else", async () => {
    process.env.MISTRAL_API_KEY = "from-the-environment";
    process.env.MISTRAL_KEY_HOME = "/nonexistent";
    expect(await getMistralKey()).toBe("from-the-environment");
    expect(await getMistralKey({ profile: "work" })).toBe("from-the-environment");
  });

  it("strips what Docker and Windows leave around it", async () => {
    process.env.MISTRAL_API_KEY = `"${oldKey.reveal()}"\r`;
    expect(await getMistralKey()).toBe(oldKey.reveal());
  });

  it("says what is wrong with a value that cannot be a key, without showing it", async () => {
    process.env.MISTRAL_API_KEY = `two ${"words".repeat(8)}`;
    const failure = await getMistralKey().catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: "MistralKeyError", kind: "usage" });
    expect(String(failure)).not.toContain("words");
  });

  it("does not take an empty variable for a key", async () => {
    process.env.MISTRAL_API_KEY = " \n";
    process.env.MISTRAL_KEY_STORE = "file";
    // On a server the variable that is missing says more than the key that is not stored.
    const message = 'No key is stored for profile "default". MISTRAL_API_KEY is not set, either.';
    await expect(getMistralKey()).rejects.toMatchObject({ kind: "no-key", message });
  });
});

describe("getMistralKey, with a stored key", () => {
  beforeEach(() => {
    process.env.MISTRAL_KEY_PASSPHRASE = passphrase;
  });

  it("finds it in the store that the profile remembers", async () => {
    await keep(oldKey);
    expect(await getMistralKey()).toBe(oldKey.reveal());
  });

  it("finds another profile's by name, or by the environment", async () => {
    await keep(oldKey);
    await keep(newKey, parseProfileName("work"));
    expect(await getMistralKey({ profile: "work" })).toBe(newKey.reveal());
    process.env.MISTRAL_KEY_PROFILE = "work";
    expect(await getMistralKey()).toBe(newKey.reveal());
    expect(await getMistralKey({ profile: "default" })).toBe(oldKey.reveal());
  });

  it("caches it, and notices at once that it was replaced or removed", async () => {
    await keep(oldKey);
    expect(await getMistralKey()).toBe(oldKey.reveal());
    // From here on only a cached key can be returned.
    delete process.env.MISTRAL_KEY_PASSPHRASE;
    expect(await getMistralKey()).toBe(oldKey.reveal());

    process.env.MISTRAL_KEY_PASSPHRASE = passphrase;
    await keep(newKey);
    expect(await getMistralKey()).toBe(newKey.reveal());

    const name = parseProfileName("default");
    new ProfileFolder(home).remove(name);
    await file().delete({ profile: name, slot: "current" });
    process.env.MISTRAL_KEY_STORE = "file";
    await expect(getMistralKey()).rejects.toMatchObject({ kind: "no-key" });
  });

  it("does not remember a key that the profile does not know, as in the middle of a rotation", async () => {
    await keep(oldKey);
    await file().set({ profile: parseProfileName("default"), slot: "current" }, newKey);
    expect(await getMistralKey()).toBe(newKey.reveal());
    await file().set({ profile: parseProfileName("default"), slot: "current" }, oldKey);
    expect(await getMistralKey()).toBe(oldKey.reveal());
  });

  it("shares one look into the store among calls at the same time", async () => {
    await keep(oldKey);
    const derivations = vi.spyOn(crypto, "scrypt");
    syncBuiltinESMExports();
    const all = await Promise.all(Array.from({ length: 20 }, () => getMistralKey()));
    expect(new Set(all)).toEqual(new Set([oldKey.reveal()]));
    expect(derivations).toHaveBeenCalledTimes(1);
    derivations.mockRestore();
    syncBuiltinESMExports();
  });

  it("draws no warning of a leak when many calls share a signal", async () => {
    await keep(oldKey);
    const { signal } = new AbortController();
    const warn = vi.spyOn(process, "emitWarning").mockReturnValue();
    await Promise.all(Array.from({ length: 20 }, () => getMistralKey({ signal })));
    expect(warn).not.toHaveBeenCalled();
    warn.mockRestore();
  });

  it("ends the wait of the one who stops waiting, and of nobody else", async () => {
    await keep(oldKey);
    const controller = new AbortController();
    const stopped = getMistralKey({ signal: controller.signal });
    const other = getMistralKey();
    controller.abort(new Error("enough"));
    await expect(stopped).rejects.toThrow("enough");
    expect(await other).toBe(oldKey.reveal());
    await expect(getMistralKey({ signal: AbortSignal.abort(new Error("never")) })).rejects.toThrow("never");
  });
});

describe("getMistralKey, when it cannot", () => {
  it.each([
    ["no key is stored", {}, "no-key"],
    ["there is no store of that name", { MISTRAL_KEY_STORE: "paper" }, "usage"],
    ["no profile can have that name", { MISTRAL_KEY_PROFILE: "../x" }, "usage"],
  ])("says so with a typed error and a next step: %s", async (_what, env, kind) => {
    Object.assign(process.env, { MISTRAL_KEY_STORE: "file", ...env });
    const error = await getMistralKey().catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(MistralKeyError);
    expect(error).toMatchObject({ kind, hint: expect.any(String) });
  });

  it("says that the passphrase is missing or wrong, and asks again the next time", async () => {
    await keep(oldKey);
    await expect(getMistralKey()).rejects.toMatchObject({
      kind: "store-locked",
      // In a terminal, too, an app asks nobody.
      hint: expect.stringMatching(/ in a terminal, .* An app cannot: .* MISTRAL_API_KEY\.$/),
    });
    process.env.MISTRAL_KEY_PASSPHRASE = "not the passphrase";
    await expect(getMistralKey()).rejects.toMatchObject({ kind: "wrong-passphrase" });
    process.env.MISTRAL_KEY_PASSPHRASE = passphrase;
    expect(await getMistralKey()).toBe(oldKey.reveal());
  });

  it("says that a profile is damaged", async () => {
    await keep(oldKey);
    const path = join(home, "profiles", "default.json");
    chmodSync(path, 0o600);
    writeFileSync(path, "{");
    await expect(getMistralKey()).rejects.toMatchObject({ kind: "store-damaged" });
  });

  it.each(["work", null, { profile: null }, { profile: 3 }])(
    "does not take %j for options",
    async (given) => {
      process.env.MISTRAL_API_KEY = "x";
      await expect(getMistralKey(given as unknown as object)).rejects.toMatchObject({ kind: "usage" });
    },
  );
});
