import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type LoopbackMistralApi, startMistralApi } from "../../support/mistral-api.ts";
import { program, runProgram } from "../../support/program.ts";
import { openTerminal, type Terminal } from "../../support/terminal.ts";
import { addressOf, key, openStore } from "./encrypted-file-setup.ts";

const firstKey = key.reveal();
const secondKey = "testKey1".repeat(4);
const passphrase = "correct horse battery staple";

describe("the encrypted file on a machine without a keychain", () => {
  let api: LoopbackMistralApi;
  let home: string;
  let terminal: Terminal | undefined;

  beforeEach(async () => {
    home = mkdtempSync(join(tmpdir(), "mistral-key-headless-"));
    api = await startMistralApi({ keys: [firstKey, secondKey] });
  });
  afterEach(async () => {
    await terminal?.close();
    terminal = undefined;
    await api.stop();
    rmSync(home, { recursive: true, force: true });
  });

  const env = (more: Readonly<Record<string, string>> = {}) => ({
    HOME: home,
    MISTRAL_KEY_HOME: join(home, "program"),
    MISTRAL_KEY_SERVER_URL: api.url,
    ...more,
  });
  const unlocked = () => env({ MISTRAL_KEY_PASSPHRASE: passphrase });
  const run = (args: readonly string[], input?: string) =>
    runProgram(args, { env: unlocked(), ...(input === undefined ? {} : { input }) });
  const file = () => join(home, "program", "keys", "default.age");
  const store = async () => {
    const { code, stderr } = await run(
      ["init", "--with-key", "--store", "file", "--expires", "never", "--no-input"],
      firstKey,
    );
    expect(stderr).not.toContain(firstKey);
    expect(code).toBe(0);
  };

  it("carries a key through init, verify, get, rotate and remove", async () => {
    await store();
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(readFileSync(file(), "latin1")).toMatch(/^age-encryption\.org\/v1\n-> scrypt /);

    const verified = await run(["verify", "--json"]);
    expect(JSON.parse(verified.stdout)).toMatchObject({ ok: true, diagnosis: "valid", store: "file" });
    expect((await run(["get"])).stdout).toBe(`${firstKey}\n`);

    const rotated = await run(["rotate", "--with-key", "--expires", "never"], secondKey);
    expect(rotated.code).toBe(9);
    expect((await run(["get"])).stdout).toBe(`${secondKey}\n`);
    api.keys.revoke(firstKey);
    expect((await run(["rotate", "--finish"])).code).toBe(0);
    expect(readdirSync(join(home, "program", "keys"))).toEqual(["default.age"]);

    expect((await run(["remove", "--yes"])).code).toBe(0);
    expect(existsSync(file())).toBe(false);
    expect((await run(["get", "--store", "file"])).code).toBe(3);
  });

  it("exits 7 for a flipped byte and leaves the file as it was", async () => {
    await store();
    const bad = readFileSync(file());
    bad.writeUInt8(bad.readUInt8(bad.length - 20) ^ 1, bad.length - 20);
    writeFileSync(file(), bad);
    const { code, stderr } = await run(["get"]);
    expect(code).toBe(7);
    expect(stderr).toContain("was changed or cut short");
    expect(readFileSync(file()).equals(bad)).toBe(true);
  });

  it("exits 7 without a passphrase, before it asks for a key or writes anything", async () => {
    const args = ["init", "--with-key", "--store", "file", "--no-input", "--json"];
    const { code, stdout } = await runProgram(args, { env: env(), input: firstKey });
    expect(code).toBe(7);
    expect(JSON.parse(stdout).error).toMatchObject({ kind: "store-locked" });
    expect(JSON.parse(stdout).error.hint).toContain("MISTRAL_KEY_PASSPHRASE");
    expect(existsSync(file())).toBe(false);
  });

  it("asks a person for the passphrase, never shows it, and lets them try again", async () => {
    await store();
    terminal = openTerminal(process.execPath, [program, "get", "--reveal"], { env: env() });
    await terminal.waitFor(/Passphrase of/);
    terminal.type("something else");
    terminal.press("enter");
    await terminal.waitFor(/does not open it/);
    terminal.type(passphrase);
    terminal.press("enter");
    await terminal.waitFor(firstKey);
    expect(await terminal.exit()).toEqual({ code: 0, signal: undefined });
    expect(terminal.everything()).not.toContain(passphrase);
    expect(terminal.everything()).not.toContain("something else");
  });

  it("stops at Ctrl-C while the passphrase is being worked on", async () => {
    const slow = openStore({
      home: join(home, "program"),
      env: { MISTRAL_KEY_PASSPHRASE: passphrase },
      logN: 19,
    });
    await slow.store.set(addressOf("default"), key);
    terminal = openTerminal(process.execPath, [program, "get", "--reveal", "--store", "file"], {
      env: unlocked(),
    });
    await terminal.waitFor("Working out the encryption key");
    terminal.press("ctrl-c");
    expect(await terminal.exit()).toEqual({ code: 130, signal: undefined });
    expect(terminal.everything()).not.toContain(firstKey);
  });
});
