import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { fingerprintOf } from "../../src/keys/fingerprint.ts";
import { defaultProfile, parseProfileName } from "../../src/keys/profile-name.ts";
import { profileOf } from "../../src/profiles/known-key.ts";
import type { RotationPlan } from "../../src/rotation/journal.ts";
import { JournalFolder } from "../../src/rotation/journal-folder.ts";
import { newKey, oldKey } from "./stored-key.ts";

let home: string;
let journal: JournalFolder;
let other: JournalFolder;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "journal-"));
  journal = new JournalFolder(home);
  other = new JournalFolder(home);
});

afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

function plan(changes: Partial<RotationPlan> = {}): RotationPlan {
  const now = new Date("2026-09-01T10:00:00Z");
  const known = { name: defaultProfile, store: "keychain", endpoint: { region: "global" } } as const;
  return {
    version: 1,
    profile: defaultProfile,
    startedAt: now.toISOString(),
    oldKey: { mask: oldKey.mask, name: "laptop", fingerprint: fingerprintOf(oldKey) },
    newKey: { mask: newKey.mask, fingerprint: fingerprintOf(newKey) },
    before: profileOf({ ...known, key: oldKey }, now),
    after: profileOf({ ...known, key: newKey }, now),
    targets: [],
    ...changes,
  };
}

it("remembers a rotation from one run of the program to the next", () => {
  const record = journal.begin(plan());
  expect(record.stage).toBe("switching");
  expect(other.read(defaultProfile)).toEqual(record);
  const delivering = journal.update(record, { stage: "delivering" });
  expect(other.read(defaultProfile)).toEqual(delivering);
});

it("remembers a rotation of a key that only the store had", () => {
  const record = journal.begin(plan({ before: null }));
  expect(other.read(defaultProfile)).toEqual(record);
});

it("allows one rotation of a profile at a time", () => {
  journal.begin(plan());
  expect(() => other.begin(plan())).toThrow(expect.objectContaining({ kind: "unfinished" }));
  const work = parseProfileName("work");
  expect(other.begin(plan({ profile: work })).profile).toBe("work");
});

it("stops the run of the program that a rotation was taken from", () => {
  const record = journal.begin(plan());
  const taken = other.update(record);
  expect(() => journal.confirm(record)).toThrow(expect.objectContaining({ kind: "unfinished" }));
  expect(() => journal.update(record, { stage: "switching" })).toThrow(
    expect.objectContaining({ kind: "unfinished" }),
  );
  other.update(taken, { stage: "delivering" });
  expect(journal.read(defaultProfile)?.stage).toBe("delivering");
});

it("stops the run of the program whose rotation was ended", () => {
  const record = journal.begin(plan());
  expect(other.end(defaultProfile)).toBe(true);
  expect(other.end(defaultProfile)).toBe(false);
  expect(() => journal.update(record, { stage: "switching" })).toThrow(
    expect.objectContaining({ kind: "unfinished" }),
  );
  expect(journal.read(defaultProfile)).toBeUndefined();
});

it("lists what is under way, and what cannot be read", () => {
  const record = journal.begin(plan());
  journal.begin(plan({ profile: parseProfileName("work") }));
  writeFileSync(join(home, "rotations", "work.json"), "{}");
  expect(journal.list()).toEqual([
    { name: "default", record },
    { name: "work", damaged: expect.stringContaining("work.json") },
  ]);
});

it("names a damaged record and both ways to end the rotation", () => {
  journal.begin(plan());
  writeFileSync(join(home, "rotations", "default.json"), "");
  expect(() => journal.read(defaultProfile)).toThrow(
    expect.objectContaining({
      kind: "store-damaged",
      message: expect.stringContaining(join(home, "rotations", "default.json")),
      hint: expect.stringMatching(/rotate --finish\n.*rotate --abort/),
    }),
  );
  expect(journal.end(defaultProfile)).toBe(true);
});

it("holds no key", () => {
  journal.begin(plan());
  const text = readFileSync(join(home, "rotations", "default.json"), "utf8");
  expect(text).not.toContain(oldKey.reveal());
  expect(text).not.toContain(newKey.reveal());
});
