import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Flags } from "../../src/cli/flags.ts";
import { status } from "../../src/commands/care/status.ts";
import { doctor } from "../../src/commands/machine/doctor.ts";
import { parseProfileName } from "../../src/keys/profile-name.ts";
import { newKey, oldKey, otherKey, storeKey } from "../rotation/stored-key.ts";
import { openTestDeps, type TestDeps, type TestDepsOptions } from "../support/deps.ts";
import { llmKeys } from "../support/platform.ts";

const key = otherKey.reveal();
let deps: TestDeps;

beforeEach(async () => {
  deps = openTestDeps();
  await storeKey(deps);
  await storeKey(deps, { name: parseProfileName("work"), key: newKey });
});

afterEach(() => {
  deps.close();
});

function write(path: string, text: string): void {
  mkdirSync(dirname(join(deps.home, path)), { recursive: true });
  writeFileSync(join(deps.home, path), text);
}

/** What `status --verbose` says of apps, in one line each. */
async function apps(options: TestDepsOptions = {}): Promise<readonly string[]> {
  deps = deps.next({ columns: 400, env: {}, ...options });
  await status({ args: [], flags: new Flags({ verbose: true }) }, deps);
  const lines = deps
    .stdout()
    .replace(/\n {4}/g, " ")
    .trim()
    .split("\n");
  for (const secret of [oldKey, newKey, otherKey]) expect(deps.stdout()).not.toContain(secret.reveal());
  return lines.map((line) => line.trim()).filter((line) => /SDK|Vibe|llm/.test(line));
}

describe("the keys that apps would take here", () => {
  it("are none when nothing is set and no tool has a file", async () => {
    expect(await apps()).toEqual([
      "• Mistral's SDK finds no key here by itself.",
      "• Mistral Vibe finds no key here by itself; its own entry in the keychain was not read.",
      "• llm finds no key here by itself.",
    ]);
  });

  it("are named with their profile and the place they come from", async () => {
    expect(await apps({ env: { MISTRAL_API_KEY: newKey.reveal(), LLM_MISTRAL_KEY: key } })).toEqual([
      `• Mistral's SDK uses the key of profile "work" here, ${newKey.mask}, from MISTRAL_API_KEY.`,
      `• Mistral Vibe uses the key of profile "work" here, ${newKey.mask}, from MISTRAL_API_KEY.`,
      `• llm uses another key here, ${otherKey.mask}, from LLM_MISTRAL_KEY.`,
    ]);
  });

  it("come from Vibe's file only without the variable, and from llm's before it", async () => {
    write(".vibe/.env", `MISTRAL_API_KEY=${oldKey.reveal()}\n`);
    write(llmKeys, JSON.stringify({ mistral: newKey.reveal() }));
    expect(await apps({ env: { LLM_MISTRAL_KEY: key } })).toEqual([
      "• Mistral's SDK finds no key here by itself.",
      expect.stringMatching(
        /^• Mistral Vibe uses the key of profile "default" here.* from ~.\.vibe.\.env:1\.$/,
      ),
      expect.stringMatching(/^• llm uses the key of profile "work" here.* from ~.*keys\.json:1\.$/),
    ]);
    const [sdk, vibe] = await apps({ env: { MISTRAL_API_KEY: key } });
    expect(sdk).toContain("from MISTRAL_API_KEY");
    expect(vibe).toContain("from MISTRAL_API_KEY");
  });

  it("are not known where a tool's file was not read, unless the tool looks elsewhere first", async () => {
    write(".vibe/.env", `MISTRAL_API_KEY=${key}\0`);
    write(llmKeys, "{");
    const unread = (tool: string) =>
      expect.stringMatching(new RegExp(`^• ${tool} may use a key here from ~.*, which was not read: it is `));
    expect(await apps({ env: { LLM_MISTRAL_KEY: key } })).toEqual([
      "• Mistral's SDK finds no key here by itself.",
      unread("Mistral Vibe"),
      unread("llm"),
    ]);
    const [, vibe] = await apps({ env: { MISTRAL_API_KEY: key } });
    expect(vibe).toContain("from MISTRAL_API_KEY");
  });

  it("are reported by doctor, too, and are no fault", async () => {
    deps = deps.next({ env: { MISTRAL_API_KEY: key, MISTRAL_KEY_HOME: deps.home } });
    await doctor({ args: [], flags: new Flags({ offline: true, json: true }) }, deps);
    const { checks } = JSON.parse(deps.stdout());
    expect(checks.find(({ id }: { id: string }) => id === "apps")).toMatchObject({
      state: "ok",
      message: expect.stringContaining("Mistral's SDK uses another key here"),
    });
  });
});
