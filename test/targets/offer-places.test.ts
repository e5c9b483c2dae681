import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { defaultProfile, parseProfileName } from "../../src/keys/profile-name.ts";
import { StandInStore } from "../onboarding/stand-in-store.ts";
import { storeKey } from "../rotation/stored-key.ts";
import { openTestDeps, type TestDeps } from "../support/deps.ts";
import { type LoopbackMistralApi, startMistralApi } from "../support/mistral-api.ts";
import { runLine } from "../support/run-line.ts";
import { answer, type ScriptedAnswer } from "../support/scripted-prompts.ts";
import { key, otherKey } from "./pushing.ts";

let api: LoopbackMistralApi;
let deps: TestDeps;
const at = (name: string) => join(deps.home, name);
const homeDotenv = join("~", ".env");
beforeEach(async () => {
  api = await startMistralApi({ keys: [key.reveal()] });
  deps = openTestDeps({ store: new StandInStore("keychain") });
  mkdirSync(at(".vibe"));
  mkdirSync(at(".local/share/opencode"), { recursive: true });
  writeFileSync(at(".env"), "A=1\nMISTRAL_API_KEY=your-key-here\n");
  writeFileSync(at(".env.local"), "B=2\n");
});
afterEach(async () => {
  deps.close();
  await api.stop();
});

async function init(...answers: readonly ScriptedAnswer[]): Promise<number> {
  const wizard = [
    answer.choose("I have a key"),
    answer.key(key.reveal()),
    answer.choose("I do not know", /expire/),
  ];
  const env = { PATH: process.env.PATH ?? "" };
  deps = deps.next({ serverUrl: api.url, env, store: deps.secrets, answers: [...wizard, ...answers] });
  return await runLine(deps, "init", "--no-browser");
}
const remembered = () => deps.profiles.read(defaultProfile)?.targets.map(({ target }) => target) ?? [];

describe("init, where there are places that could get the key", () => {
  it("changes none of them when Enter skips the question", async () => {
    expect(await init(answer.first(/^No$/, /Deliver it/))).toBe(0);
    expect(readFileSync(at(".env"), "utf8")).toContain("your-key-here");
    expect(remembered()).toEqual([]);
  });

  it("delivers to those that are chosen, one after the other, and remembers them", async () => {
    const code = await init(
      answer.choose(homeDotenv, /Deliver it/),
      answer.choose("opencode", /Deliver it/),
      answer.first(/^That is all$/, /Deliver it/),
    );
    expect(code).toBe(0);
    expect(readFileSync(at(".env"), "utf8")).toBe(`A=1\nMISTRAL_API_KEY=${key.reveal()}\n`);
    expect(readFileSync(at(".local/share/opencode/auth.json"), "utf8")).toContain(key.reveal());
    expect(remembered()).toEqual([`dotenv:${at(".env")}`, "opencode"]);
  });

  it("leaves the key stored when the person stops there", async () => {
    await expect(init(answer.stop(/Deliver it/))).rejects.toMatchObject({
      kind: "cancelled",
      message: "Stopped. Your key is stored.",
      hint: "To deliver it later: mistral-key push TARGET",
    });
    expect(await deps.secrets.get({ profile: defaultProfile, slot: "current" })).toBeDefined();
    expect(remembered()).toEqual([]);
  });

  it("does not offer a target of another profile", async () => {
    const since = "2026-08-01T00:00:00.000Z";
    await storeKey(deps, {
      key: otherKey,
      name: parseProfileName("work"),
      targets: [{ target: "opencode", since }],
    });
    expect(
      await init(answer.choose(homeDotenv, /Deliver it/), answer.choose("Mistral Vibe", /Deliver it/)),
    ).toBe(0);
    expect(remembered()).toEqual([`dotenv:${at(".env")}`, "vibe"]);
  });

  it("does not ask again about a remembered target", async () => {
    await init(answer.choose(homeDotenv), answer.choose("opencode"), answer.choose("Mistral Vibe"));
    expect(remembered()).toHaveLength(3);
  });
});
