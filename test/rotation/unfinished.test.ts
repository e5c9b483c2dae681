import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { defaultProfile } from "../../src/keys/profile-name.ts";
import { openTestDeps, type TestDeps, type TestDepsOptions } from "../support/deps.ts";
import { type LoopbackMistralApi, startMistralApi } from "../support/mistral-api.ts";
import { runLine } from "../support/run-line.ts";
import { newKey, oldKey, storeKey } from "./stored-key.ts";

let api: LoopbackMistralApi;
let deps: TestDeps;

beforeEach(async () => {
  api = await startMistralApi({ keys: [oldKey.reveal(), newKey.reveal()] });
  deps = openTestDeps({ serverUrl: api.url });
});

afterEach(async () => {
  await api.stop();
  deps.close();
});

async function run(line: string, options: TestDepsOptions = {}) {
  deps = deps.next(options);
  const code = await runLine(deps, ...line.split(" "));
  const said = `${deps.stdout()} ${deps.stderr()}`.replace(/\s+/g, " ");
  return { code, said };
}

/** A rotation whose new key is in use; a target that cannot take it holds it up before the old key's turn. */
async function leaveUnfinished(stage: "delivering" | "retiring"): Promise<void> {
  const blocked = join(deps.home, "blocked.env");
  if (stage === "delivering") mkdirSync(blocked);
  const targets = stage === "delivering" ? [{ target: `dotenv:${blocked}`, since: null }] : [];
  await storeKey(deps, { serverUrl: api.url, targets });
  expect((await run("rotate --with-key --expires never", { stdin: newKey.reveal() })).code).toBe(9);
  expect(deps.journal.read(defaultProfile)?.stage).toBe(stage);
}

describe("the advice for a refused key of an unfinished rotation", () => {
  it("is to start over once rotate --finish has seen both refused", async () => {
    await leaveUnfinished("retiring");
    api.keys.revoke(newKey.reveal());
    api.keys.revoke(oldKey.reveal());
    const { code, said } = await run("rotate --finish");
    expect(code).toBe(9);
    expect(said).toContain("is kept, but Mistral accepts neither it nor the new one.");
    expect(said).toContain(
      "If both have been deleted there or have expired: mistral-key remove, then mistral-key init",
    );
    expect(said).not.toContain("--abort");
    await run("rotate --finish --json");
    expect(deps.document()).toMatchObject({ hint: expect.stringMatching(/mistral-key remove, then/) });
  });
});

it.each(["rotate", "init", "init --store file", "init --web"])(
  "an unfinished rotation is said at once, without a terminal too: %s",
  async (line) => {
    await leaveUnfinished("retiring");
    await expect(run(line)).rejects.toMatchObject({
      kind: "unfinished",
      hint: expect.stringMatching(/rotate --finish\n.*rotate --abort/),
    });
    expect(deps.opened).toEqual([]);
  },
);
