import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type Keyring, startKeyring } from "../support/keyring.ts";
import { describeWithKeyring } from "../support/keyring-suite.ts";
import { type LoopbackMistralApi, startMistralApi } from "../support/mistral-api.ts";
import { program, runProgram } from "../support/program.ts";
import { openTerminal, type Terminal } from "../support/terminal.ts";
import { watchChildren } from "../support/watch-children.ts";
import { choose, pasteKey, screenOf, walk } from "./wizard.ts";

const firstKey = "firstKey".repeat(4);
const secondKey = "2ndKey42".repeat(4);

describeWithKeyring("the main job, in a real terminal with a real keyring", () => {
  let keyring: Keyring;
  let api: LoopbackMistralApi;
  let terminal: Terminal | undefined;

  beforeEach(async () => {
    keyring = await startKeyring({ state: "unlocked" });
    api = await startMistralApi({ keys: [firstKey] });
  });
  afterEach(async () => {
    await terminal?.close();
    terminal = undefined;
    await api.stop();
    await keyring.stop();
  });

  const env = () => ({ ...keyring.env, MISTRAL_KEY_SERVER_URL: api.url, BROWSER: "true" });
  const start = (...args: string[]) => {
    terminal = openTerminal(process.execPath, [program, ...args], { env: env(), rows: 40 });
    return terminal;
  };

  it("walks the five steps to a verified key, re-verifies it, notices a refusal and rotates", async () => {
    const init = start("init");
    await choose(init, "Where are you now?", 0);
    await walk(init, 1);
    for (const title of ["Sign in", "workspace", "Open API Keys", "Create the key"]) {
      expect(init.screen()).toMatch(new RegExp(`\\d of 5[^\\n]*${title}`));
    }
    await choose(init, "Which expiration did you choose?", 0);
    await init.waitFor("paste it here; it stays hidden");
    init.paste(`export MISTRAL_API_KEY="${firstKey}"\n`);
    await init.waitFor("32 characters, looks right");
    init.press("enter");
    const closing = await init.waitFor("Replace it");
    expect(closing).toContain("accepted by Mistral");
    expect(closing).toContain("a model answered");
    expect(closing).toContain("read back");
    expect(closing).toContain("firs...tKey");
    expect(closing).toContain("in workspace Research");
    expect(closing).toContain("as you entered it");
    expect((await init.exit()).code).toBe(0);
    expect(init.everything()).not.toContain(firstKey);
    expect(init.everything()).not.toContain(firstKey.slice(0, 12));
    expect(await keyring.lookup("default")).toBe(firstKey);
    await init.close();

    const valid = await runProgram(["verify", "--json"], { env: env() });
    expect(valid.code).toBe(0);
    expect(JSON.parse(valid.stdout)).toMatchObject({ ok: true, diagnosis: "valid", key: "firs...tKey" });

    api.keys.revoke(firstKey);
    const refused = await runProgram(["verify", "--json"], { env: env() });
    expect(refused.code).toBe(4);
    expect(JSON.parse(refused.stdout)).toMatchObject({ ok: false, diagnosis: "invalid-key" });

    api.keys.accept(firstKey);
    api.keys.accept(secondKey);
    const rotate = start("rotate", "--expires", "90d");
    await rotate.waitFor(/Create the key[\s\S]*Ctrl-C stop/);
    rotate.type("n");
    await pasteKey(rotate, secondKey);
    await rotate.waitFor(/delete the old key at Mistral[\s\S]*Ctrl-C stop/);
    rotate.press("enter");
    api.keys.revoke(firstKey);
    expect((await rotate.exit()).code).toBe(0);
    expect(rotate.screen()).toMatch(/dead|refuse/i);
    expect(await keyring.lookup("default")).toBe(secondKey);
    expect(await keyring.lookup("default/previous")).toBeUndefined();
    expect(await keyring.lookup("default/next")).toBeUndefined();

    for (const output of [valid.stdout, valid.stderr, refused.stdout, refused.stderr, rotate.everything()]) {
      expect(output).not.toContain(firstKey);
      expect(output).not.toContain(secondKey);
    }
    expect(filesHolding(keyring.env.HOME ?? "", [firstKey, secondKey])).toEqual([]);
  });

  it("ends with 130 and a restored terminal when Ctrl-C is pressed at any question", async () => {
    const questions: readonly ((at: Terminal) => Promise<unknown>)[] = [
      (at) => at.waitFor("Where are you now?"),
      ...[1, 2, 4].map((step) => (at: Terminal) => at.waitFor(screenOf(step))),
      (at) => at.waitFor("Which expiration did you choose?"),
      (at) => at.waitFor("paste it here; it stays hidden"),
    ];
    for (let stopAt = 0; stopAt < questions.length; stopAt += 1) {
      const init = start("init", "-p", `stop${stopAt}`);
      for (const [index, asked] of questions.entries()) {
        await asked(init);
        if (index === stopAt) break;
        if (index === 0 || index === 4) init.press("enter");
        else init.type("n");
      }
      init.press("ctrl-c");
      expect(await init.exit()).toEqual({ code: 130, signal: undefined });
      expect(init.screen()).not.toMatch(/\bat .*\.js:\d+/);
      expect(init.everything()).toMatch(/\x1b\[\?25h(?![\s\S]*\x1b\[\?25l)/);
      expect(await keyring.lookup(`stop${stopAt}`)).toBeUndefined();
      await init.close();
    }
    expect(api.requests).toEqual([]);
  });

  it("loses no pasted key when the keychain locks while it is fetched, neither in init nor in rotate", async () => {
    api.keys.accept(secondKey);
    const commands = [
      {
        args: ["init"],
        key: firstKey,
        go: (at: Terminal) => choose(at, "Where are you now?", 2),
      },
      { args: ["rotate", "--expires", "never"], key: secondKey, go: async (at: Terminal) => walkOn(at) },
    ];
    for (const { args, key, go } of commands) {
      const running = start(...args);
      await go(running);
      await running.waitFor("paste it here; it stays hidden");
      await keyring.lock();
      running.paste(key);
      await running.waitFor("32 characters, looks right");
      running.press("enter");
      const asked = await running.waitFor("Storing the key failed. What now?");
      expect(asked).toContain("locked");
      expect(running.everything()).not.toContain(key);
      await keyring.unlock();
      running.press("enter");
      await running.waitFor(/stored in GNOME Keyring, read back/);
      expect(await keyring.lookup("default")).toBe(key);
      running.press("ctrl-c");
      await running.exit();
      await running.close();
    }
    expect(await keyring.lookup("default/previous")).toBe(firstKey);
  });

  it("says that nothing was changed when a rotation is given up because the keychain has locked", async () => {
    await keyring.store("default", firstKey);
    api.keys.accept(secondKey);
    const rotate = start("rotate", "--expires", "never");
    await walkOn(rotate);
    await rotate.waitFor("paste it here; it stays hidden");
    await keyring.lock();
    rotate.paste(secondKey);
    await rotate.waitFor("32 characters, looks right");
    rotate.press("enter");
    await rotate.waitFor("Storing the key failed. What now?");
    rotate.press("down");
    rotate.press("enter");
    await rotate.waitFor("the old key stays in use");
    expect((await rotate.exit()).code).toBe(7);
    await keyring.unlock();
    expect(await keyring.lookup("default")).toBe(firstKey);
    expect(await keyring.lookup("default/next")).toBeUndefined();
    expect((await runProgram(["rotate", "--abort"], { env: env() })).code).toBe(2);
  });

  it("takes the key that is pasted at its first question, where a key is stored already", async () => {
    api.keys.accept(secondKey);
    const sent = ["init", "--with-key", "--no-input", "--expires", "never"];
    expect((await runProgram(sent, { env: env(), input: firstKey })).code).toBe(0);
    const init = start("init");
    await init.waitFor("What do you want to do?");
    init.paste(secondKey);
    await init.waitFor("32 characters, looks right");
    init.press("enter");
    await init.waitFor("Your key has arrived. This question comes first.");
    await choose(init, /first\.[\s\S]*What do you want to do\?/, 1);
    await init.waitFor(/delete the old key at Mistral[\s\S]*Ctrl-C stop/);
    expect(init.everything()).not.toContain("Where are you now?");
    init.type("l");
    await choose(init, "When does it expire?", 0);
    expect((await init.exit()).code).toBe(9);
    expect(await keyring.lookup("default")).toBe(secondKey);
    expect(init.everything()).not.toContain(secondKey);
  });

  it("shows nothing of a key that is pasted before it is asked for", async () => {
    const init = start("init");
    await init.waitFor("mistral-key");
    for (let early = 0; early < 40; early += 1) {
      init.paste(`${firstKey}\n`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    // The first question takes what comes once it is asked.
    await init.waitFor(/Where are you now\?|Your key {2}/);
    init.press("ctrl-c");
    await init.exit();
    expect(init.everything()).not.toContain(firstKey);
  });

  it("never has the key in the arguments or environment of a process", async () => {
    api.delay(300);
    const watched = watchChildren(firstKey);
    const { code } = await runProgram(["init", "--with-key", "--no-input"], {
      env: env(),
      input: `${firstKey}\n`,
    });
    const { holding, seen } = watched.stop();
    expect(code).toBe(0);
    expect(seen).not.toEqual([]);
    expect(holding).toEqual([]);
    expect(await keyring.lookup("default")).toBe(firstKey);
  });
});

async function walkOn(rotate: Terminal): Promise<void> {
  await rotate.waitFor(/Create the key[\s\S]*Ctrl-C stop/);
  rotate.type("n");
}

function filesHolding(folder: string, secrets: readonly string[]): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .filter((path) => secrets.some((secret) => readFileSync(path).includes(secret)));
}
