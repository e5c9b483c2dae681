import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import keytar from "keytar";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { KeychainStore } from "../../../src/stores/keychain/keychain-store.ts";
import { type Keyring, startKeyring } from "../../support/keyring.ts";
import { describeWithKeyring } from "../../support/keyring-suite.ts";
import { addressOf as at, describeSecretStore, testKey } from "../secret-store-contract.ts";

const openStore = () =>
  new KeychainStore({ platform: process.platform, env: process.env, interactive: false });

describeWithKeyring("the keychain", () => {
  let keyring: Keyring;

  beforeAll(async () => {
    keyring = await startKeyring({ state: "unlocked" });
    // keytar reads the environment of the process, and stays with the first bus it finds.
    for (const [name, value] of Object.entries(keyring.env)) vi.stubEnv(name, value);
  });

  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  afterAll(async () => {
    vi.unstubAllEnvs();
    await keyring?.stop();
  });

  describeSecretStore("a GNOME Keyring", () => ({ open: openStore }));

  // Only who asks the person differs there, so the code around keytar can be tested here.
  describeSecretStore("a keychain that asks by itself, as on macOS", () => ({
    open: () => new KeychainStore({ platform: "darwin", env: process.env, interactive: true }),
  }));

  it("is known to be locked on a Mac over SSH, before a key is asked for", async () => {
    const folder = mkdtempSync(join(tmpdir(), "mistral-key-security-"));
    const open = (more: Record<string, string>) =>
      new KeychainStore({ platform: "darwin", env: { PATH: folder, ...more }, interactive: true });
    const answer = (code: number) => {
      const script = `#!/bin/sh\n[ "$*" = show-keychain-info ] && exit ${code}\n`;
      writeFileSync(join(folder, "security"), script, { mode: 0o755 });
    };
    const overSsh = { SSH_CONNECTION: "192.0.2.1 1 192.0.2.2 22" };
    answer(36);
    expect(await open(overSsh).findFailure()).toMatchObject({ kind: "store-locked" });
    expect(await open({}).findFailure()).toBeUndefined();
    // Another end says something else, or nothing: only a key that is asked for shows it.
    for (const code of [0, 1, 50]) {
      answer(code);
      expect(await open(overSsh).findFailure()).toBeUndefined();
    }
    rmSync(folder, { recursive: true });
    expect(await open(overSsh).findFailure()).toBeUndefined();
  });

  it("is known to be missing in a session of Windows without credentials, before a key is asked for", async () => {
    const open = () => new KeychainStore({ platform: "win32", env: process.env, interactive: true });
    expect(await open().findFailure()).toBeUndefined();
    const words = "A specified logon session does not exist. It may already have been terminated.";
    vi.spyOn(keytar, "getPassword").mockRejectedValueOnce(new Error(words));
    expect(await open().findFailure()).toMatchObject({ kind: "store-absent" });
  });

  it("knows the keychain by its own name once it has asked", async () => {
    const store = openStore();
    await store.findFailure();
    expect(store.describe()).toBe("GNOME Keyring");
  });

  it("stores where secret-tool finds it: service mistral-key, the profile as account", async () => {
    await openStore().set(at("tool"), testKey("A"));
    await openStore().set(at("tool", "next"), testKey("B"));
    expect(await keyring.lookup("tool")).toBe(testKey("A").reveal());
    expect(await keyring.lookup("tool/next")).toBe(testKey("B").reveal());
  });

  it("reads, replaces and erases what secret-tool has stored", async () => {
    await keyring.store("foreign", testKey("A").reveal());
    expect((await openStore().get(at("foreign")))?.reveal()).toBe(testKey("A").reveal());

    await keyring.store("foreign-2", testKey("A").reveal());
    await openStore().set(at("foreign-2"), testKey("B"));
    expect(await keyring.lookup("foreign-2")).toBe(testKey("B").reveal());
    // The replaced key is gone, too: there is no second item that keytar cannot see.
    await keytar.deletePassword("mistral-key", "foreign-2");
    expect(await keyring.lookup("foreign-2")).toBeUndefined();

    await keyring.store("foreign-3", testKey("A").reveal());
    expect(await openStore().delete(at("foreign-3"))).toBe(true);
    expect(await keyring.lookup("foreign-3")).toBeUndefined();
  });

  it("of two items that a key has, reads the one that keytar would", async () => {
    for (const profile of ["double-1", "double-2", "double-3"]) {
      await keyring.store(profile, testKey("A").reveal());
      await keytar.setPassword("mistral-key", profile, testKey("B").reveal());
      const read = (await openStore().get(at(profile)))?.reveal();
      // GNOME Keyring (42) has once lost the item that was written last.
      expect(read).toBe(await keytar.getPassword("mistral-key", profile));
    }
  });

  it("takes off the newline that was stored with a key by hand", async () => {
    await keyring.store("echoed", `${testKey("A").reveal()}\n`);
    expect((await openStore().get(at("echoed")))?.reveal()).toBe(testKey("A").reveal());
  });

  it.each([
    ["nothing but a newline", "\n"],
    ["several lines", "testKey0\ntestKey0"],
    ["bytes that are no text", Buffer.from("fffe6162", "hex")],
    ["letters that no request can carry", "ключ".repeat(8)],
  ])(
    "says that an entry of %s is unreadable instead of returning it as a key, and can erase it",
    async (_, text) => {
      await keyring.store("blank", text);
      await expect(openStore().get(at("blank"))).rejects.toMatchObject({
        kind: "store-damaged",
        message: expect.stringContaining("holds an entry"),
        hint: expect.stringMatching(/^Put a key in its place: mistral-key init -p blank\n/),
      });
      expect(await openStore().inspect(at("blank"))).toMatchObject({
        state: "unusable",
        failure: { kind: "store-damaged" },
      });
      expect(await openStore().delete(at("blank"))).toBe(true);
    },
  );

  it("reads a key once per run, and knows what the run itself has written and erased", async () => {
    const store = openStore();
    await store.set(at("once"), testKey("A"));
    await keyring.store("once", testKey("B").reveal());
    expect((await store.get(at("once")))?.reveal()).toBe(testKey("A").reveal());
    expect((await openStore().get(at("once")))?.reveal()).toBe(testKey("B").reveal());
    await store.set(at("once"), testKey("C"));
    expect((await store.get(at("once")))?.reveal()).toBe(testKey("C").reveal());
    await store.delete(at("once"));
    expect(await store.get(at("once"))).toBeUndefined();
  });

  it("does not ask the person a second time for a key that it has read", async () => {
    await keyring.store("read-once", testKey("A").reveal());
    const store = openStore();
    expect((await store.get(at("read-once")))?.reveal()).toBe(testKey("A").reveal());
    await keyring.store("read-once", testKey("B").reveal());
    expect((await store.get(at("read-once")))?.reveal()).toBe(testKey("A").reveal());
  });

  const openAsking = (platform: "darwin" | "win32" = "darwin") =>
    new KeychainStore({ platform, env: process.env, interactive: true });
  const isUnknown = {
    kind: "store-unresponsive",
    message: expect.stringContaining("not known whether"),
  };

  it("forgets what it knew of a key when a write is not answered, and looks again", async () => {
    const store = openAsking();
    await store.set(at("unanswered"), testKey("A"));
    const write = keytar.setPassword;
    vi.spyOn(keytar, "setPassword").mockImplementationOnce(async (...args) => {
      await write(...args);
      throw new Error("Timeout was reached");
    });
    await expect(store.set(at("unanswered"), testKey("B"))).rejects.toMatchObject(isUnknown);
    expect((await store.get(at("unanswered")))?.reveal()).toBe(testKey("B").reveal());
  });

  it("does not say that a key is stored when another one comes back", async () => {
    const store = openAsking();
    vi.spyOn(keytar, "getPassword").mockResolvedValueOnce(testKey("A").reveal());
    await expect(store.set(at("exchanged"), testKey("B"))).rejects.toMatchObject(isUnknown);
  });

  it("passes on what is a bug, or the person's stop, while it reads back what it wrote", async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const reason = new Error("stopped");
    const store = new KeychainStore({ platform: "darwin", env: process.env, interactive: true, signal });
    vi.spyOn(keytar, "getPassword").mockImplementationOnce(() => {
      controller.abort(reason);
      return new Promise(() => {});
    });
    await expect(store.set(at("stopped"), testKey("A"))).rejects.toBe(reason);
    await expect(store.findFailure()).resolves.toBeUndefined();
    const onLinux = new KeychainStore({ platform: "linux", env: process.env, interactive: true, signal });
    await expect(onLinux.findFailure()).rejects.toBe(reason);
  });

  it.each([
    ["five minutes for a dialog of macOS", "darwin", true, "getPassword", 300_000],
    ["five minutes for a dialog that a write opens", "linux", true, "setPassword", 300_000],
    ["ten seconds for a write when nobody is there", "linux", false, "setPassword", 10_000],
    ["half a minute for a read", "linux", true, "getPassword", 30_000],
  ] as const)("gives %s", async (_, platform, interactive, method, limitMs) => {
    await openStore().set(at("slow"), testKey("A"));
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const called = new Promise<void>((resolve) => {
      vi.spyOn(keytar, method).mockImplementationOnce(() => {
        resolve();
        return new Promise<never>(() => {});
      });
    });
    const store = new KeychainStore({ platform, env: process.env, interactive });
    let end: unknown;
    const acting = method === "getPassword" ? store.get(at("slow")) : store.set(at("slow"), testKey("B"));
    const ended = acting.catch((error: unknown) => {
      end = error;
    });
    await called;
    await vi.advanceTimersByTimeAsync(limitMs - 2000);
    expect(end).toBeUndefined();
    await vi.advanceTimersByTimeAsync(2001);
    await ended;
    expect(end).toMatchObject(method === "setPassword" ? isUnknown : { kind: "store-unresponsive" });
  });

  it("is inspected with no more patience when a person is there", async () => {
    await openStore().set(at("slow"), testKey("A"));
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const called = new Promise<void>((resolve) => {
      vi.spyOn(keytar, "getPassword").mockImplementationOnce(() => {
        resolve();
        return new Promise<never>(() => {});
      });
    });
    const store = new KeychainStore({ platform: "linux", env: process.env, interactive: true });
    const inspected = store.inspect(at("slow"));
    await called;
    await vi.advanceTimersByTimeAsync(2200);
    expect(await inspected).toMatchObject({ state: "unusable", failure: { kind: "store-unresponsive" } });
  });

  it("begins no second read when the time for an answer is over, and gives the first one a moment", async () => {
    await openStore().set(at("slow"), testKey("A"));
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    let seconds = 0;
    vi.spyOn(process, "uptime").mockImplementation(() => seconds);
    const read = vi.spyOn(keytar, "getPassword");
    const called = new Promise<void>((resolve) => {
      read.mockImplementation(async () => {
        resolve();
        await new Promise((answer) => setTimeout(answer, 300));
        return null;
      });
    });
    const reading = openStore().get(at("slow"));
    // The read has begun by then, and the bus has not answered yet.
    setImmediate(() => {
      seconds = 2.3;
    });
    const failed = expect(reading).rejects.toMatchObject({ kind: "store-unresponsive" });
    await called;
    await vi.advanceTimersByTimeAsync(300);
    await failed;
    expect(read).toHaveBeenCalledOnce();
  });

  it("is inspected without a dialog on macOS, and by reading it on Windows, which never asks", async () => {
    await openStore().set(at("inspected"), testKey("A"));
    const read = vi.spyOn(keytar, "getPassword");
    expect(await openAsking().inspect(at("inspected"))).toEqual({
      state: "unread",
      because: "macOS Keychain might ask you first",
    });
    expect(read).not.toHaveBeenCalled();
    const windows = openAsking("win32");
    const found = await windows.inspect(at("inspected"));
    expect(found.state === "found" && found.key.reveal()).toBe(testKey("A").reveal());
    expect(await windows.inspect(at("nobody"))).toEqual({
      state: "missing",
      place: "Windows Credential Manager",
    });
  });

  it("looks again for a key that was missing", async () => {
    const store = openStore();
    expect(await store.get(at("later"))).toBeUndefined();
    await keyring.store("later", testKey("A").reveal());
    expect((await store.get(at("later")))?.reveal()).toBe(testKey("A").reveal());
  });

  it("loses nothing when twenty stores write at once", async () => {
    const profiles = Array.from({ length: 20 }, (_, index) => at(`store-${index}`));
    // With a person there it waits longer, since a busy keyring is slow.
    const patient = () =>
      new KeychainStore({ platform: process.platform, env: process.env, interactive: true });
    await Promise.all(profiles.map((address, index) => patient().set(address, testKey(`N${index}x`))));
    for (const [index, { profile }] of profiles.entries()) {
      expect(await keyring.lookup(profile)).toBe(testKey(`N${index}x`).reveal());
    }
  });

  it("stops when the person has stopped the program", async () => {
    const controller = new AbortController();
    const reason = new Error("stopped");
    controller.abort(reason);
    const { signal } = controller;
    const store = new KeychainStore({ platform: "linux", env: process.env, interactive: true, signal });
    await expect(store.get(at("tool"))).rejects.toBe(reason);
    await expect(store.set(at("tool"), testKey("Z"))).rejects.toBe(reason);
    expect(await keyring.lookup("tool")).toBe(testKey("A").reveal());
  });
});
