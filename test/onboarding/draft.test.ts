import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { defaultProfile } from "../../src/keys/profile-name.ts";
import { type Draft, isFresh } from "../../src/onboarding/draft.ts";
import { DraftsFolder } from "../../src/onboarding/drafts-folder.ts";

const november = new Date("2026-11-23T12:00:00Z");
const draft = (savedAt: string): Draft => ({
  version: 1,
  profile: defaultProfile,
  start: "new",
  screen: "create",
  savedAt,
});

describe("a draft", () => {
  it("is offered for a week and not when it comes from the future", () => {
    expect(isFresh(draft("2026-11-17T12:00:01Z"), november)).toBe(true);
    expect(isFresh(draft("2026-11-16T11:59:59Z"), november)).toBe(false);
    expect(isFresh(draft("2026-11-24T12:00:00Z"), november)).toBe(false);
  });
});

describe("the folder of drafts", () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "mistral-key-drafts-"));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  it("gives back what was written", () => {
    const drafts = new DraftsFolder(home);
    const written = { ...draft("2026-11-23T12:00:00Z"), expiresAt: null };
    drafts.write(written);
    expect(drafts.read(defaultProfile)).toEqual(written);
    drafts.remove(defaultProfile);
    expect(drafts.read(defaultProfile)).toBeUndefined();
  });

  it("never fails: what cannot be read counts as none, and what cannot be written is left", () => {
    const drafts = new DraftsFolder(home);
    mkdirSync(join(home, "drafts", `${defaultProfile}.json`), { recursive: true, mode: 0o700 });
    drafts.write(draft("2026-11-23T12:00:00Z"));
    expect(drafts.read(defaultProfile)).toBeUndefined();
    drafts.remove(defaultProfile);
    writeFileSync(join(home, "file"), "");
    const nowhere = new DraftsFolder(join(home, "file"));
    nowhere.write(draft("2026-11-23T12:00:00Z"));
    expect(nowhere.read(defaultProfile)).toBeUndefined();
    nowhere.remove(defaultProfile);
  });

  it.each([
    ["from another version of the program", { ...draft("2026-11-23T12:00:00Z"), screen: "somewhere" }],
    ["damaged", "{"],
  ])("counts a draft as none that is %s", (_name, content) => {
    mkdirSync(join(home, "drafts"), { mode: 0o700 });
    const text = typeof content === "string" ? content : JSON.stringify(content);
    writeFileSync(join(home, "drafts", `${defaultProfile}.json`), text, { mode: 0o600 });
    expect(new DraftsFolder(home).read(defaultProfile)).toBeUndefined();
  });
});
