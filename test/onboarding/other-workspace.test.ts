import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Flags } from "../../src/cli/flags.ts";
import { importKey } from "../../src/commands/obtain/import.ts";
import { init } from "../../src/commands/obtain/init.ts";
import { defaultProfile } from "../../src/keys/profile-name.ts";
import { newKey, oldKey, slotsOf, storeKey } from "../rotation/stored-key.ts";
import { openTestDeps, type TestDeps, type TestDepsOptions } from "../support/deps.ts";
import { type LoopbackMistralApi, startMistralApi } from "../support/mistral-api.ts";
import { answer } from "../support/scripted-prompts.ts";
import { StandInStore } from "./stand-in-store.ts";

let api: LoopbackMistralApi;
let deps: TestDeps;

beforeEach(async () => {
  api = await startMistralApi({ keys: [oldKey.reveal()] });
  api.keys.accept(newKey.reveal(), { identity: { workspace: "Marketing" } });
  deps = openTestDeps({ serverUrl: api.url, store: new StandInStore("keychain") });
  await storeKey(deps, { serverUrl: api.url });
});

afterEach(async () => {
  deps.close();
  await api.stop();
});

function run(flags: Record<string, unknown>, options: TestDepsOptions): Promise<number> {
  deps = deps.next(options);
  return init({ args: [], flags: new Flags(flags) }, deps);
}

const moved =
  /is in workspace Marketing of Analytical Engines. The one that it is to replace was in workspace Research/;
const steps = [answer.choose("Replace it"), answer.choose("I have a key"), answer.key(newKey.reveal())];

describe("a new key of another workspace than the stored one", () => {
  it("is not stored by init when the person declines", async () => {
    const stopped = run({}, { answers: [...steps, answer.enter(/anyway/)] });
    await expect(stopped).rejects.toMatchObject({
      kind: "cancelled",
      message: expect.stringContaining("Nothing"),
    });
    expect(deps.stderr().replace(/\s+/g, " ")).toMatch(moved);
    expect(await slotsOf(deps)).toEqual({ current: "old", next: "nothing", previous: "nothing" });
  });

  it("is stored when the person agrees", async () => {
    const rest = [answer.press("l", /later/), answer.choose("I do not know")];
    await run({}, { answers: [...steps, answer.confirm(true, /anyway/), ...rest] });
    expect(await slotsOf(deps)).toEqual({ current: "new", next: "nothing", previous: "old" });
  });

  it("may have a workspace of the same name in another organization", async () => {
    api.keys.accept(newKey.reveal(), { identity: { workspace: "Research", organization: "Elsewhere" } });
    const stopped = run({}, { answers: [...steps, answer.enter(/anyway/)] });
    await expect(stopped).rejects.toMatchObject({ kind: "cancelled" });
    expect((await slotsOf(deps)).current).toBe("old");
  });

  it("is asked about when the key that the profile describes was lost", async () => {
    await deps.secrets.delete({ profile: defaultProfile, slot: "current" });
    const stopped = run({}, { answers: [...steps.slice(1), answer.enter(/anyway/)] });
    await expect(stopped).rejects.toMatchObject({ kind: "cancelled" });
    expect(deps.stderr().replace(/\s+/g, " ")).toMatch(moved);
    expect((await slotsOf(deps)).current).toBe("nothing");
  });

  it("is not asked about when the lost key is put back, whose workspace may have been renamed", async () => {
    await deps.secrets.delete({ profile: defaultProfile, slot: "current" });
    api.keys.accept(oldKey.reveal(), { identity: { workspace: "Marketing" } });
    await run({ withKey: true }, { stdin: oldKey.reveal() });
    expect(deps.stderr().replace(/\s+/g, " ")).not.toMatch(moved);
    expect((await slotsOf(deps)).current).toBe("old");
  });

  it("is asked about by import, too, which does not advise to delete it where a project needs it", async () => {
    await deps.secrets.delete({ profile: defaultProfile, slot: "current" });
    const known = deps.profiles.read(defaultProfile);
    if (known === undefined) throw new Error("There are no notes.");
    deps.profiles.write({ ...known, targets: [{ target: "llm", since: null }] });
    const env = { PATH: process.env.PATH ?? "", MISTRAL_API_KEY: newKey.reveal() };
    const runImport = (options: TestDepsOptions) => {
      deps = deps.next({ ...options, processContext: { home: deps.home, cwd: deps.home, env } });
      return importKey({ args: [], flags: new Flags({ serverUrl: api.url }) }, deps);
    };
    const stopped = runImport({ answers: [answer.enter(/anyway/)] });
    const hint = "To store it under another name: mistral-key import -p NAME";
    await expect(stopped).rejects.toMatchObject({ kind: "cancelled", hint });
    expect(deps.stderr().replace(/\s+/g, " ")).toMatch(moved);
    expect((await slotsOf(deps)).current).toBe("nothing");
    await runImport({ answers: [answer.confirm(true, /anyway/), answer.choose("I do not know")] });
    expect((await slotsOf(deps)).current).toBe("new");
    expect(deps.stderr()).toContain("If it belongs there, too: mistral-key push");
  });

  it("is stored with --yes, with a warning", async () => {
    await run({ withKey: true, yes: true }, { stdin: newKey.reveal() });
    expect(deps.stderr().replace(/\s+/g, " ")).toMatch(moved);
    expect((await slotsOf(deps)).current).toBe("new");
  });

  it("is not asked about when it is the same one, or Mistral does not say", async () => {
    api.keys.accept(newKey.reveal());
    const rest = [answer.press("l", /later/), answer.choose("I do not know")];
    await run({}, { answers: [...steps, ...rest] });
    expect(deps.stderr().replace(/\s+/g, " ")).not.toMatch(moved);
    expect((await slotsOf(deps)).current).toBe("new");
  });
});
