import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Flags } from "../../../src/cli/flags.ts";
import { get } from "../../../src/commands/use/get.ts";
import { oldKey, storeKey } from "../../rotation/stored-key.ts";
import { openTestDeps, type TestDeps, type TestDepsOptions } from "../../support/deps.ts";
import { answer } from "../../support/scripted-prompts.ts";

let deps: TestDeps;

beforeEach(async () => {
  deps = openTestDeps();
  await storeKey(deps);
});

afterEach(() => {
  deps.close();
});

async function run(flags: Record<string, unknown>, options: TestDepsOptions = {}): Promise<number> {
  deps = deps.next(options);
  return (await get({ args: [], flags: new Flags(flags) }, deps)) ?? 0;
}

describe("get into a pipe", () => {
  it("prints the key and a newline and nothing else", async () => {
    expect(await run({})).toBe(0);
    expect(deps.stdout()).toBe(`${oldKey.reveal()}\n`);
    expect(deps.stderr()).toBe("");
  });

  it("asks nothing even when a person is there", async () => {
    expect(await run({}, { answers: [] })).toBe(0);
    expect(deps.stdout()).toBe(`${oldKey.reveal()}\n`);
  });

  it("prints the profile and the key with --json", async () => {
    expect(await run({ json: true })).toBe(0);
    expect(deps.document()).toEqual({ profile: "default", key: oldKey.reveal() });
  });

  it("says that no key is stored", async () => {
    await expect(run({ profile: "work" })).rejects.toMatchObject({ kind: "no-key" });
    expect(deps.stdout()).toBe("");
  });

  it("says what named the profile that has no key, be it a file or a variable", async () => {
    const cwd = join(deps.home, "app");
    mkdirSync(cwd);
    writeFileSync(join(cwd, ".mistral-key"), "work\n", { mode: 0o644 });
    const said = (by: string) => ({
      kind: "no-key",
      message: `No key is stored for profile "work". Profile "work" is used here, as ${by} says.`,
    });
    await expect(run({}, { processContext: { cwd } })).rejects.toMatchObject(said(join(cwd, ".mistral-key")));
    const env = { MISTRAL_KEY_PROFILE: "work" };
    await expect(run({}, { env })).rejects.toMatchObject(said("MISTRAL_KEY_PROFILE"));
  });
});

describe("get on a terminal", () => {
  const stdoutIsTerminal = true;

  it("asks first, and shows only the mask in the question", async () => {
    expect(await run({}, { stdoutIsTerminal, answers: [answer.confirm(true, /oldK\.\.\.ey00/)] })).toBe(0);
    expect(deps.stdout()).toBe(`${oldKey.reveal()}\n`);
    expect(deps.script.asked.join()).not.toContain(oldKey.reveal());
  });

  it("shows nothing when the person just presses Enter", async () => {
    const refused = run({}, { stdoutIsTerminal, answers: [answer.enter(/in full here/)] });
    await expect(refused).rejects.toMatchObject({ kind: "cancelled" });
    expect(deps.stdout()).toBe("");
  });

  it("asks with --json, too", async () => {
    const refused = run({ json: true }, { stdoutIsTerminal, answers: [answer.confirm(false)] });
    await expect(refused).rejects.toMatchObject({ kind: "cancelled" });
  });

  it("does not ask with --reveal", async () => {
    expect(await run({ reveal: true }, { stdoutIsTerminal, answers: [] })).toBe(0);
    expect(deps.stdout()).toBe(`${oldKey.reveal()}\n`);
  });

  it("refuses when nobody can be asked", async () => {
    await expect(run({}, { stdoutIsTerminal, absence: "no-input" })).rejects.toMatchObject({
      kind: "needs-terminal",
      message: expect.stringContaining("--no-input was given"),
    });
    expect(deps.stdout()).toBe("");
  });
});

describe("get --copy", () => {
  it("puts the key on the clipboard and prints nothing of it", async () => {
    expect(await run({ copy: true }, { stdoutIsTerminal: true })).toBe(0);
    expect(deps.copied).toEqual([oldKey]);
    expect(deps.stdout()).toBe("");
    expect(deps.stderr()).toMatchInlineSnapshot(`
      "✓ oldK...ey00 is on the clipboard.
      • The clipboard is cleared in 45 seconds, unless something else has been copied
        by then.
      • A clipboard history cannot be asked not to keep it here: if you use one,
        delete it there.
      "
    `);
  });

  it.each([
    [
      { where: "desktop", concealed: true, clearedAfter: undefined },
      /stays there until(?:.|\n)*asked not to keep/,
    ],
    [{ where: "terminal" }, /sent to the clipboard of your terminal(?:.|\n)*cannot be cleared/],
  ] as const)("says what is known of %j", async (copied, said) => {
    expect(await run({ copy: true }, { copied })).toBe(0);
    expect(deps.stderr()).toMatch(said);
  });

  it("shows the mask with --json", async () => {
    expect(await run({ copy: true, json: true })).toBe(0);
    expect(deps.document()).toEqual({
      profile: "default",
      key: oldKey.mask,
      where: "desktop",
      concealed: false,
      clearedAfter: 45,
    });
  });
});
