import { describe, expect, it } from "vitest";
import { ApiKey } from "../../src/keys/api-key.ts";
import { parseProfileName } from "../../src/keys/profile-name.ts";
import { profileOf } from "../../src/profiles/known-key.ts";
import { planOf } from "../../src/rotation/journal.ts";
import { stopped } from "../../src/rotation/stopped.ts";
import { MemoryStore } from "../../src/stores/memory.ts";

const name = parseProfileName("work");
const oldKey = ApiKey.of("testKey0".repeat(4));
const newKey = ApiKey.of("testKey1".repeat(4));

const now = new Date("2026-09-01T10:00:00.000Z");
const recordOf = (kind: "keychain" | "file", stage: "switching" | "retiring" | "reverting") => {
  const profile = (key: ApiKey) => profileOf({ name, key, store: kind, endpoint: { region: "global" } }, now);
  const plan = planOf(oldKey, profile(oldKey), profile(newKey), { holds: "old", now });
  return { ...plan, stage, holder: "a run" };
};

it("a rotation left open until both keys have expired says what to do then, too", () => {
  const record = recordOf("file", "retiring");
  const { hint } = stopped("both-keys-rejected", record, undefined, new MemoryStore("file"));
  expect(hint).toContain("If both have been deleted there or have expired: mistral-key remove -p work");
});

it.each(["both-keys-rejected", "no-key-in-use"] as const)(
  "says how to start over with what remove forgets, the targets and the Admin API key: %s",
  (reason) => {
    const plain = recordOf("file", "retiring");
    const targets = [{ target: "dotenv:/home/ada/my app/.env", holds: "new" } as const];
    const record = { ...plain, targets, after: { ...plain.after, adminKey: "admi...Key0" } };
    const { hint } = stopped(reason, record, undefined, new MemoryStore("file"));
    const steps = ["remove", "init", "init --admin", "push 'dotenv:/home/ada/my app/.env'"];
    expect(hint).toContain(steps.map((step) => `mistral-key ${step} -p work`).join(", then "));
  },
);

describe("a rotation that meets a third key", () => {
  // The advice must not be about the entry of a key that the rotation needs.
  it.each([
    ["switching", "keychain", "work/previous", "work/next"],
    ["reverting", "keychain", "work/next", "work/previous"],
    ["switching", "file", "keys/work+previous.age", "work+next"],
    ["reverting", "file", "keys/work+next.age", "work+previous"],
  ] as const)("names only its own place: %s, %s", (stage, kind, entry, needed) => {
    const { message, hint } = stopped("third-key", recordOf(kind, stage), undefined, new MemoryStore(kind));
    expect(message).toContain(entry);
    expect(hint).toContain(`remove only ${entry} `);
    expect(`${message} ${hint}`).not.toContain(needed);
  });
});
