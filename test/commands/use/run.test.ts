import { afterEach, describe, expect, it } from "vitest";
import { Flags } from "../../../src/cli/flags.ts";
import { run } from "../../../src/commands/use/run.ts";
import type { Deps } from "../../../src/deps.ts";
import { ApiKey } from "../../../src/keys/api-key.ts";
import { parseProfileName } from "../../../src/keys/profile-name.ts";
import type { CommandStart } from "../../../src/running/run-command.ts";
import { openTestDeps, type TestDeps } from "../../support/deps.ts";

const key = ApiKey.of("testKey0".repeat(4));

/** What was asked to be started. */
interface Noted {
  started: { command: readonly string[]; options: CommandStart } | undefined;
}

let deps: TestDeps;
afterEach(() => deps.close());

async function open(env: Record<string, string> = {}) {
  deps = openTestDeps({ env });
  const runner: Noted = { started: undefined };
  await deps.secrets.set({ profile: parseProfileName("work"), slot: "current" }, key);
  const withRunner: Deps = {
    ...deps,
    runCommand: async (command, options) => {
      runner.started = { command, options };
      return 42;
    },
  };
  return {
    runner,
    run: (args: readonly string[], flags: Record<string, unknown> = {}) =>
      run({ args, flags: new Flags({ profile: "work", ...flags }) }, withRunner),
  };
}

describe("run", () => {
  it("starts the command with the key in its environment, and returns its code", async () => {
    const { run: start, runner } = await open({ A: "1" });
    expect(await start(["node", "app.js", "--flag"])).toBe(42);
    expect(runner.started).toEqual({
      command: ["node", "app.js", "--flag"],
      options: { env: { A: "1", MISTRAL_API_KEY: key.reveal() }, redact: undefined },
    });
    expect(deps.stdout() + deps.stderr()).toBe("");
  });

  it("puts the key under the names it is told, and leaves MISTRAL_API_KEY alone", async () => {
    const { run: start, runner } = await open({ MISTRAL_API_KEY: "mine" });
    await start(["llm"], { as: ["LLM_MISTRAL_KEY", "OTHER"] });
    expect(runner.started?.options.env).toEqual({
      MISTRAL_API_KEY: "mine",
      LLM_MISTRAL_KEY: key.reveal(),
      OTHER: key.reveal(),
    });
    expect(deps.stderr()).toBe("");
  });

  it("says in one line that it overrides a different value, and shows neither", async () => {
    const { run: start } = await open({ MISTRAL_API_KEY: "otherKey".repeat(4) });
    await start(["node"]);
    expect(deps.stderr().trimEnd().split("\n")).toHaveLength(1);
    expect(deps.stderr()).toContain(
      'MISTRAL_API_KEY held another value; node gets the key of profile "work".',
    );
    expect(deps.stderr()).not.toContain("otherKey");
  });

  it("says nothing when the value is the same", async () => {
    const { run: start } = await open({ MISTRAL_API_KEY: key.reveal() });
    await start(["node"]);
    expect(deps.stderr()).toBe("");
  });

  it("masks with the key that the command gets", async () => {
    const { run: start, runner } = await open();
    await start(["node"], { redact: true });
    expect(runner.started?.options.redact?.equals(key)).toBe(true);
  });

  it("starts nothing when no key is stored", async () => {
    const { run: start, runner } = await open();
    await expect(start(["node"], { profile: "empty" })).rejects.toMatchObject({
      kind: "no-key",
      hint: expect.stringContaining("mistral-key init -p empty"),
    });
    expect(runner.started).toBeUndefined();
  });

  it("refuses a name that no variable can have", async () => {
    const { run: start, runner } = await open();
    await expect(start(["node"], { as: ["A-B"] })).rejects.toMatchObject({ kind: "usage" });
    expect(runner.started).toBeUndefined();
  });
});
