import { readdirSync, readFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { BundledProgram } from "../../support/bundle.ts";
import { type Keyring, startKeyring } from "../../support/keyring.ts";
import { type PromptAnswer, type Prompter, startPrompter } from "../../support/keyring-prompter.ts";
import { describeWithKeyring } from "../../support/keyring-suite.ts";
import { act, makeKeychainProgram, startAct } from "./keychain-runs.ts";

const storedKey = "testKey0".repeat(4);
const newKey = "testKey1".repeat(4);

describeWithKeyring("a locked keychain with a person at the desktop", () => {
  let program: BundledProgram;
  let keyring: Keyring;
  let prompter: Prompter | undefined;

  const start = async (answer: PromptAnswer, secrets: Record<string, string> = { default: storedKey }) => {
    keyring = await startKeyring({ state: "locked", secrets });
    prompter = await startPrompter(keyring, answer);
    return prompter;
  };

  beforeAll(async () => {
    program = await makeKeychainProgram();
  });

  afterEach(async () => {
    prompter?.stop();
    await keyring.stop();
  });

  afterAll(() => program?.remove());

  it("hands out the key once the person has entered the password", async () => {
    const { asked } = await start("password");
    const { outcomes, code } = await act(program, keyring.env, "interactive", "get", "get");
    expect(outcomes.map(({ result }) => result)).toEqual([storedKey, storedKey]);
    expect(asked()).toBe(1);
    expect(code).toBe(0);
  });

  it("stores a key once the person has entered the password", async () => {
    await start("password", { other: storedKey });
    const { outcomes } = await act(program, keyring.env, "interactive", "set", "get");
    expect(outcomes.map(({ result }) => result)).toEqual(["stored", newKey]);
    expect(await keyring.lookup("default")).toBe(newKey);
  });

  it("erases a key once the person has entered the password", async () => {
    await start("password");
    const { outcomes } = await act(program, keyring.env, "interactive", "delete", "get");
    expect(outcomes.map(({ result }) => result)).toEqual([true, null]);
    expect(await keyring.lookup("default")).toBeUndefined();
  });

  it("does not show the dialog again after the person has closed it, until a key is to be stored", async () => {
    const { asked } = await start("dismiss");
    await act(program, keyring.env, "interactive", "get", "get", "delete");
    expect(asked()).toBe(1);
  });

  it("is still locked when the person closes the dialog, and nothing has changed", async () => {
    await start("dismiss");
    const { outcomes, code } = await act(program, keyring.env, "interactive", "get", "set", "delete");
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ kind: "store-locked", message: "GNOME Keyring is locked." });
    }
    expect(code).toBe(7);
    await keyring.unlock();
    expect(await keyring.lookup("default")).toBe(storedKey);
  });

  it("never opens the dialog when nobody is at the terminal, nor to inspect it", async () => {
    const { asked } = await start("password");
    await act(program, keyring.env, "check", "get", "set", "delete");
    await act(program, keyring.env, "interactive", "check", "inspect");
    expect(asked()).toBe(0);
  });

  it("can be stopped while the dialog is open, and leaves no process behind", async () => {
    const { opened } = await start("nothing");
    const { child, ended } = startAct(program, keyring.env, "interactive", "get");
    await opened;
    child.kill("SIGTERM");
    const run = await ended;
    expect(run.outcomes).toMatchObject([{ message: "Error: stopped" }]);
    // Before it could replace its process, Node could only be killed.
    expect(run.signal).toBe("execve" in process ? null : "SIGKILL");
    await expectNoProcessIn(keyring);
  });

  it("leaves no process behind when it is killed while the dialog is open", async () => {
    const { opened } = await start("nothing");
    const { child, ended } = startAct(program, keyring.env, "interactive", "get");
    await opened;
    child.kill("SIGKILL");
    await ended;
    await expectNoProcessIn(keyring);
  });
});

/** Every process of a run carries the home folder of its keyring in its environment. */
async function expectNoProcessIn(keyring: Keyring): Promise<void> {
  await expect.poll(() => nodeProcessesIn(keyring)).toEqual([]);
}

function nodeProcessesIn({ env }: Keyring): string[] {
  return readdirSync("/proc").filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const runsNode = readFileSync(`/proc/${pid}/cmdline`, "latin1").startsWith(process.execPath);
      return runsNode && readFileSync(`/proc/${pid}/environ`, "latin1").includes(`HOME=${env.HOME}`);
    } catch {
      return false;
    }
  });
}
