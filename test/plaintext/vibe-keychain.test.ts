import { execFileSync } from "node:child_process";
import { afterEach, expect, test } from "vitest";
import { readVibeEntry } from "../../src/plaintext/vibe-keychain.ts";
import { startBentSecretService } from "../stores/keychain/bent-secret-service.ts";
import { type Keyring, type KeyringState, startKeyring } from "../support/keyring.ts";
import { describeWithKeyring } from "../support/keyring-suite.ts";
import { chosenKey } from "./planted-home.ts";

let keyring: Keyring | undefined;

afterEach(async () => {
  await keyring?.stop();
  keyring = undefined;
});

async function start(state: KeyringState): Promise<Keyring> {
  keyring = await startKeyring({ state });
  return keyring;
}

function storeAsVibe({ env }: Keyring, secret: string): void {
  // The attributes that Python's keyring writes.
  const attributes = ["application", "Python keyring library", "service", "ai.mistral.vibe"];
  execFileSync(
    "secret-tool",
    ["store", "--label", "made by a test", ...attributes, "username", "MISTRAL_API_KEY"],
    {
      input: secret,
      env: { ...process.env, ...env },
    },
  );
}

function read(env: Readonly<Record<string, string | undefined>>) {
  return readVibeEntry(
    { platform: "linux", home: "/", cwd: "/", env },
    { signal: new AbortController().signal },
  );
}

describeWithKeyring("Mistral Vibe's keychain entry", () => {
  test("is read from an unlocked keychain", async () => {
    const { env } = await start("unlocked");
    storeAsVibe(keyring as Keyring, chosenKey);

    const entry = await read({ ...process.env, ...env });

    expect(entry.state === "found" && entry.key.reveal()).toBe(chosenKey);
  });

  test("is absent where Vibe has stored nothing", async () => {
    const { env } = await start("unlocked");

    expect(await read({ ...process.env, ...env })).toEqual({ state: "absent" });
  });

  test("stays closed, and nobody is asked anything, while the keychain is locked", async () => {
    const ring = await start("unlocked");
    storeAsVibe(ring, chosenKey);
    await ring.lock();

    expect(await read({ ...process.env, ...ring.env })).toEqual({
      state: "unread",
      reason: "the keychain is locked",
    });
  });

  test("a keychain that does not answer is given up soon", async () => {
    const { env } = await start("frozen");
    const started = Date.now();

    expect(await read({ ...process.env, ...env })).toMatchObject({ state: "unread" });

    expect(Date.now() - started).toBeLessThan(5000);
  });

  test("stays unread, with the reason, where the program that reads it is not installed", async () => {
    const { env } = await start("unlocked");
    storeAsVibe(keyring as Keyring, chosenKey);

    expect(await read({ ...process.env, ...env, PATH: "/nowhere" })).toMatchObject({
      state: "unread",
      reason: expect.stringContaining("secret-tool"),
    });
  });

  test("stays unread where the keychain does not give it out", async () => {
    const ring = await start("no-service");
    const service = await startBentSecretService(ring.env.DBUS_SESSION_BUS_ADDRESS, {
      secret: chosenKey,
      errors: { GetSecrets: "org.freedesktop.DBus.Error.AccessDenied" },
    });
    const entry = await read({ ...process.env, ...ring.env });
    service.stop();

    expect(entry).toEqual({ state: "unread", reason: "the keychain does not give it out" });
  });
});

test("no keychain is no entry", async () => {
  expect(await read({})).toEqual({ state: "absent" });
});
