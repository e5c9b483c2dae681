import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type LoopbackMistralApi, startMistralApi } from "../support/mistral-api.ts";
import { program, runProgram } from "../support/program.ts";
import { openTerminal, type Terminal } from "../support/terminal.ts";
import { tracesIn } from "./key-traces.ts";

const key = "testKey0".repeat(4);

describe("a key for standard input, where that is a keyboard", () => {
  let api: LoopbackMistralApi;
  let home: string;
  let terminal: Terminal | undefined;

  beforeEach(async () => {
    api = await startMistralApi({ keys: [key] });
    home = mkdtempSync(join(tmpdir(), "mistral-key-with-key-"));
  });
  afterEach(async () => {
    await terminal?.close();
    terminal = undefined;
    await api.stop();
    rmSync(home, { recursive: true, force: true });
  });

  const env = () => ({
    MISTRAL_KEY_HOME: home,
    MISTRAL_KEY_SERVER_URL: api.url,
    MISTRAL_KEY_STORE: "file",
    MISTRAL_KEY_PASSPHRASE: "correct horse",
    BROWSER: "true",
  });
  const start = (args: readonly string[], more: Readonly<Record<string, string>> = {}): Terminal => {
    terminal = openTerminal(process.execPath, [program, ...args], { env: { ...env(), ...more } });
    return terminal;
  };

  it("is asked for by init --with-key, hidden, and stored", async () => {
    api.delay(1000);
    const init = start(["init", "--with-key", "--expires", "90d", "-p", "work"]);
    await init.waitFor("Your key  paste it here; it stays hidden");
    init.paste(key);
    await init.waitFor("32 characters, looks right");
    init.press("enter");
    // A hurried second paste must not show either.
    await init.waitFor("Asking Mistral");
    init.paste(key);
    await init.waitFor("mistral-key run -p work -- CMD");
    expect((await init.exit()).code).toBe(0);
    expect(tracesIn(init.everything(), [key])).toEqual([]);
    const got = await runProgram(["get", "-p", "work"], { env: env() });
    expect(got.stdout).toBe(`${key}\n`);
  });

  it("is asked for by verify --stdin, hidden", async () => {
    const verify = start(["verify", "--stdin"]);
    await verify.waitFor("The key to check  paste it here; it stays hidden");
    verify.paste(key);
    await verify.waitFor("32 characters, looks right");
    verify.press("enter");
    await verify.waitFor("Mistral accepts this key");
    expect((await verify.exit()).code).toBe(0);
    expect(tracesIn(verify.everything(), [key])).toEqual([]);
  });

  it("is given up with Ctrl-C", async () => {
    const init = start(["init", "--with-key"]);
    await init.waitFor("it stays hidden");
    init.press("ctrl-c");
    expect((await init.exit()).code).toBe(130);
  });

  it.each([
    [["--no-input"], {}, "--no-input was given"],
    [[], { CI: "1" }, "CI is set, so nobody is asked"],
  ])("is refused at once when nobody may be asked, and init says why: %j %j", async (flags, more, why) => {
    const withKey = start(["init", "--with-key", ...flags], more);
    expect((await withKey.exit()).code).toBe(2);
    expect(withKey.screen()).toContain("that is your keyboard");
    await withKey.close();
    const init = start(["init", ...flags], more);
    expect((await init.exit()).code).toBe(2);
    expect(init.screen()).toContain(why);
  });
});
