import { afterEach, beforeEach, expect, it } from "vitest";
import { type Keyring, startKeyring } from "../support/keyring.ts";
import { describeWithKeyring } from "../support/keyring-suite.ts";
import { type LoopbackMistralApi, startMistralApi } from "../support/mistral-api.ts";
import { program } from "../support/program.ts";
import { openTerminal, type Terminal } from "../support/terminal.ts";
import { tracesIn } from "./key-traces.ts";

const firstKey = "firstKey".repeat(4);
const secondKey = "2ndKey42".repeat(4);

describeWithKeyring("the main job in a terminal that cannot move its cursor", () => {
  let keyring: Keyring;
  let api: LoopbackMistralApi;
  let terminal: Terminal | undefined;

  beforeEach(async () => {
    keyring = await startKeyring({ state: "unlocked" });
    api = await startMistralApi({ keys: [firstKey, secondKey] });
  });
  afterEach(async () => {
    await terminal?.close();
    terminal = undefined;
    await api.stop();
    await keyring.stop();
  });

  const start = (...args: string[]): Terminal => {
    const env = {
      ...keyring.env,
      MISTRAL_KEY_SERVER_URL: api.url,
      BROWSER: "true",
      TERM: "dumb",
      LANG: "C",
      NO_COLOR: "1",
    };
    terminal = openTerminal(process.execPath, [program, ...args], { env, rows: 120 });
    return terminal;
  };

  /** Answers a question once its last line stands there; what is typed before it is dropped. */
  const answer = async (at: Terminal, asked: string, line: string): Promise<void> => {
    await at.waitFor(new RegExp(`${asked}[\\s\\S]*(?:Number, then Enter.*:|stays hidden.*|\\n>)$`));
    at.type(line);
    // What is no secret is echoed, so that people see what they type.
    if (line.length < 32) await at.waitFor(new RegExp(`[:>] ${line}$`));
    at.press("enter");
  };

  it("asks line by line, from nothing to a stored key and to its successor", async () => {
    const init = start("init");
    await answer(init, "Where are you now", "2");
    await answer(init, "4 of 5", "n");
    await answer(init, "Which expiration did you choose", "2");
    await answer(init, "Your key", "wrongKey".repeat(4));
    await answer(init, "does not accept this key", "2");
    await answer(init, "not accept[\\s\\S]*Your key", firstKey);
    expect((await init.exit()).code).toBe(0);
    expect(init.everything()).not.toContain("\x1b[");
    expect(tracesIn(init.everything(), [firstKey, "wrongKey".repeat(4)])).toEqual([]);
    expect(await keyring.lookup("default")).toBe(firstKey);
    await init.close();

    const rotate = start("rotate", "--expires", "90d");
    await answer(rotate, "Create the key", "n");
    await answer(rotate, "The new key", secondKey);
    await answer(rotate, "delete the old key at Mistral", "d");
    await rotate.waitFor(/> d$/m);
    api.keys.revoke(firstKey);
    expect((await rotate.exit()).code).toBe(0);
    expect(tracesIn(rotate.everything(), [firstKey, secondKey])).toEqual([]);
    expect(await keyring.lookup("default")).toBe(secondKey);
    expect(await keyring.lookup("default/previous")).toBeUndefined();
  });

  it("ends with 130 on Ctrl-C at a line and at the hidden paste", async () => {
    for (const stopAtPaste of [false, true]) {
      const init = start("init");
      if (stopAtPaste) await answer(init, "Where are you now", "3");
      await init.waitFor(stopAtPaste ? "it stays hidden" : /Number, then Enter.*: ?$/);
      init.press("ctrl-c");
      expect(await init.exit()).toEqual({ code: 130, signal: undefined });
      expect(init.everything()).not.toMatch(/\bat .*\.c?js:\d+/);
      await init.close();
    }
    expect(await keyring.lookup("default")).toBeUndefined();
  });
});
