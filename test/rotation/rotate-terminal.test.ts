import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type Keyring, startKeyring } from "../support/keyring.ts";
import { describeWithKeyring } from "../support/keyring-suite.ts";
import { type LoopbackMistralApi, startMistralApi } from "../support/mistral-api.ts";
import { program, runProgram } from "../support/program.ts";
import { openTerminal, type Terminal } from "../support/terminal.ts";
import { newKey, oldKey } from "./stored-key.ts";

describeWithKeyring("the built rotate in a terminal, with a real keyring", () => {
  let api: LoopbackMistralApi;
  let keyring: Keyring;
  let home: string;
  let env: Record<string, string>;
  let terminal: Terminal | undefined;

  beforeEach(async () => {
    api = await startMistralApi({ keys: [oldKey.reveal(), newKey.reveal()] });
    keyring = await startKeyring({ state: "unlocked" });
    home = mkdtempSync(join(tmpdir(), "rotate-terminal-"));
    env = { ...keyring.env, MISTRAL_KEY_HOME: home, MISTRAL_KEY_SERVER_URL: api.url };
    const stored = await runProgram(["init", "--with-key", "--expires", "90d"], {
      env,
      input: oldKey.reveal(),
    });
    expect(stored.code).toBe(0);
  });

  afterEach(async () => {
    await terminal?.close();
    await keyring.stop();
    await api.stop();
    rmSync(home, { recursive: true, force: true });
  });

  async function pasteNewKey(): Promise<Terminal> {
    terminal = openTerminal(process.execPath, [program, "rotate", "--no-browser"], { env, rows: 90 });
    await terminal.waitFor("continue");
    terminal.press("enter");
    await terminal.waitFor("expiration");
    terminal.press("enter");
    await terminal.waitFor("The new key");
    terminal.paste(newKey.reveal());
    await terminal.waitFor("32 characters");
    terminal.press("enter");
    await terminal.waitFor("I am deleting it");
    return terminal;
  }

  it("ends with the new key stored and the old one proven dead", async () => {
    const shown = await pasteNewKey();
    expect(shown.screen()).toContain(oldKey.mask);
    shown.press("enter");
    await shown.waitFor("Waiting until Mistral refuses");
    api.keys.revoke(oldKey.reveal());
    expect(await shown.exit()).toMatchObject({ code: 0 });
    expect(shown.screen()).toContain("refused by Mistral and forgotten here");
    expect(await keyring.lookup("default")).toBe(newKey.reveal());
    expect(await keyring.lookup("default/previous")).toBeUndefined();
    expect(await keyring.lookup("default/next")).toBeUndefined();
    for (const key of [oldKey, newKey]) expect(shown.everything()).not.toContain(key.reveal());
  });

  it("treats Ctrl-C while it waits as 'later', and keeps both keys", async () => {
    const shown = await pasteNewKey();
    shown.press("enter");
    await shown.waitFor("Waiting until Mistral refuses");
    shown.press("ctrl-c");
    expect(await shown.exit()).toMatchObject({ code: 9 });
    expect(shown.screen()).toContain("mistral-key rotate --finish");
    expect(await keyring.lookup("default")).toBe(newKey.reveal());
    expect(await keyring.lookup("default/previous")).toBe(oldKey.reveal());
    api.keys.revoke(oldKey.reveal());
    expect(await runProgram(["rotate", "--finish"], { env })).toMatchObject({ code: 0 });
    expect(await keyring.lookup("default/previous")).toBeUndefined();
  });

  it("keeps everything when a keyring that is gone cannot be cleared", async () => {
    await keyring.endService();
    const removed = await runProgram(["remove", "--yes"], { env });
    expect(removed.code).toBe(7);
    const { stdout } = await runProgram(["status", "--json"], { env });
    expect(JSON.parse(stdout).profiles).toMatchObject([{ profile: "default", key: oldKey.mask }]);
  });
});
