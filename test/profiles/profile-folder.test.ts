import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ApiKey } from "../../src/keys/api-key.ts";
import { parseProfileName } from "../../src/keys/profile-name.ts";
import { profileOf } from "../../src/profiles/known-key.ts";
import type { Profile } from "../../src/profiles/profile.ts";
import { ProfileFolder } from "../../src/profiles/profile-folder.ts";

const key = ApiKey.of("testKey0".repeat(4));
const name = parseProfileName;

let home: string;
let profiles: ProfileFolder;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "profiles-"));
  profiles = new ProfileFolder(home);
});

afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

function profile(text: string, changes: Partial<Profile> = {}): Profile {
  const known = { name: name(text), key, store: "keychain", endpoint: { region: "global" } } as const;
  return { ...profileOf(known, new Date("2026-09-01T10:00:00Z")), ...changes };
}

function plant(file: string, content: unknown): void {
  const text = typeof content === "string" ? content : JSON.stringify(content);
  writeFileSync(join(home, "profiles", file), text, { mode: 0o600 });
}

describe("the profiles on disk", () => {
  it("returns exactly what was written", () => {
    const full = profile("work", {
      store: "file",
      endpoint: { region: "eu", serverUrl: "https://gateway.example/v1" },
      identity: { email: "ada@example.com", workspace: "Research", organization: null, keyName: "laptop" },
      expiresAt: "2027-02-21",
      lastVerifiedAt: "2026-09-02T00:00:00.000Z",
      lastDiagnosis: "rate-limited",
      lastAcceptedAt: "2026-09-02T00:00:00.000Z",
      targets: [
        { target: "dotenv:/app/.env", since: "2026-09-02T00:00:00.000Z" },
        { target: "github:ada/engine", since: null },
        { target: "moon:base", since: null },
      ],
    });
    for (const one of [full, profile("plain"), profile("never", { expiresAt: null })]) {
      profiles.write(one);
      expect(new ProfileFolder(home).read(one.name)).toEqual(one);
    }
  });

  it("returns no name that would control a terminal, whoever wrote it", () => {
    const identity = { email: "a\x1b]0;PWN\x07b", workspace: "c\u202ed", organization: null, keyName: "" };
    profiles.write(profile("work", { identity }));
    expect(new ProfileFolder(home).read(name("work"))?.identity).toEqual({
      email: "ab",
      workspace: "cd",
      organization: null,
      keyName: "",
    });
  });

  it("holds no key", () => {
    profiles.write(profile("default"));
    const text = readFileSync(join(home, "profiles", "default.json"), "utf8");
    expect(text).not.toContain(key.reveal());
    expect(text).toContain(key.mask);
  });

  it("knows nothing of a profile that was never written or is removed", () => {
    expect(profiles.read(name("default"))).toBeUndefined();
    profiles.write(profile("default"));
    expect(profiles.remove(name("default"))).toBe(true);
    expect(profiles.remove(name("default"))).toBe(false);
    expect(profiles.read(name("default"))).toBeUndefined();
  });

  it("lists every profile by name, and nothing else", () => {
    for (const one of ["work", "a.b", "default"]) profiles.write(profile(one));
    for (const other of ["notes.txt", ".default.json.0a1b.tmp", "con.json", "with space.json"])
      plant(other, "{}");
    expect(profiles.list().map((row) => row.name)).toEqual(["a.b", "default", "work"]);
  });

  it("leaves nothing else in the folder", () => {
    profiles.write(profile("default"));
    profiles.write(profile("default"));
    expect(readdirSync(join(home, "profiles"))).toEqual(["default.json"]);
  });

  it.runIf(process.platform !== "win32")("keeps others out", () => {
    profiles.write(profile("default"));
    expect(statSync(join(home, "profiles")).mode & 0o777).toBe(0o700);
    expect(statSync(join(home, "profiles", "default.json")).mode & 0o777).toBe(0o600);
  });
});

describe("a profile of version 1", () => {
  it("is read, its targets too, and written as version 2 the next time", () => {
    profiles.write(profile("default"));
    plant("default.json", { ...profile("default"), version: 1, targets: ["dotenv:/app/.env", "vibe"] });
    const read = profiles.read(name("default"));
    expect(read?.targets).toEqual([
      { target: "dotenv:/app/.env", since: null },
      { target: "vibe", since: null },
    ]);
    if (read !== undefined) profiles.write(read);
    expect(JSON.parse(readFileSync(join(home, "profiles", "default.json"), "utf8"))).toMatchObject({
      version: 2,
      targets: [
        { target: "dotenv:/app/.env", since: null },
        { target: "vibe", since: null },
      ],
    });
  });
});

describe("the default", () => {
  it("is absent until one is set, and again once that is undone", () => {
    expect(profiles.readDefault()).toBeUndefined();
    profiles.writeDefault(name("work"));
    expect(new ProfileFolder(home).readDefault()).toBe("work");
    profiles.writeDefault(undefined);
    expect(profiles.readDefault()).toBeUndefined();
  });

  it("is removed with its profile, and with no other", () => {
    for (const one of ["work", "home"]) profiles.write(profile(one));
    profiles.writeDefault(name("work"));
    profiles.remove(name("home"));
    expect(profiles.readDefault()).toBe("work");
    profiles.remove(name("work"));
    expect(profiles.readDefault()).toBeUndefined();
  });

  it("that is damaged is not taken for another one", () => {
    profiles.writeDefault(name("work"));
    writeFileSync(join(home, "state", "default-profile"), "no name\n");
    expect(() => profiles.readDefault()).toThrow(expect.objectContaining({ kind: "store-damaged" }));
    profiles.writeDefault(name("home"));
    expect(profiles.readDefault()).toBe("home");
  });
});

describe("names that differ only in capital letters", () => {
  it("are refused for a new profile, by name", () => {
    profiles.write(profile("Work"));
    expect(profiles.lookalike(name("work"))).toBe("Work");
    expect(profiles.lookalike(name("Work"))).toBeUndefined();
    expect(() => profiles.write(profile("work"))).toThrow(/a profile called Work, and work/);
    profiles.write(profile("Work"));
    expect(profiles.list()).toHaveLength(1);
  });

  it("stay two profiles where both are on disk", ({ skip }) => {
    profiles.write(profile("Work"));
    plant("work.json", profile("work"));
    skip(readdirSync(join(home, "profiles")).length === 1, "this disk ignores case");
    const [work, other] = [name("work"), name("Work")];
    for (const one of [work, other]) expect(profiles.lookalike(one)).toBeUndefined();
    expect(profiles.lookalike(name("WORK"))).toMatch(/^work$/i);
    profiles.write(profile("work", { expiresAt: "2027-02-21" }));
    expect(profiles.read(other)?.expiresAt).toBeUndefined();
    expect(profiles.remove(other)).toBe(true);
    expect(profiles.read(work)?.expiresAt).toBe("2027-02-21");
  });

  it("are not confused when the file system treats them as one", () => {
    profiles.write(profile("Work"));
    plant("work.json", readFileSync(join(home, "profiles", "Work.json"), "utf8"));
    expect(profiles.read(name("work"))).toBeUndefined();
  });
});

it.each(["http://mistral.example", "https://name:password@mistral.example", "nowhere"])(
  "sends no key to %s, which no flag would have accepted",
  (serverUrl) => {
    profiles.write(profile("default"));
    plant("default.json", { ...profile("default"), endpoint: { region: "global", serverUrl } });
    expect(() => profiles.read(name("default"))).toThrow(/"serverUrl" is not an address/);
  },
);

describe("a damaged profile", () => {
  beforeEach(() => {
    profiles.write(profile("default"));
  });

  const whole = () => profile("default", { expiresAt: "2027-02-21" });
  const { fingerprint, ...withoutFingerprint } = profile("default");
  it.each<[string, unknown]>([
    ["empty", ""],
    ["cut off", '{"version": 1, "name": "def'],
    ["of another kind", [1, 2]],
    ["without a fingerprint", withoutFingerprint],
    ["with a broken fingerprint", { ...whole(), fingerprint: { salt: "zz", hash: fingerprint.hash } }],
    ["with an unknown store", { ...whole(), store: "cloud" }],
    ["with an unknown diagnosis", { ...whole(), lastDiagnosis: "fine" }],
    ["with a broken date", { ...whole(), createdAt: "yesterday" }],
    ["with a broken last day", { ...whole(), expiresAt: "21 Feb" }],
    ["with a number as its mask", { ...whole(), key: 7 }],
    ["about another profile", { ...whole(), name: "work" }],
    ["with targets that are no objects", { ...whole(), targets: ["dotenv:/app/.env"] }],
    ["with a target of unknown age", { ...whole(), targets: [{ target: "llm", since: "once" }] }],
  ])("is named, with what to do: %s", (_what, content) => {
    plant("default.json", content);
    expect(() => profiles.read(name("default"))).toThrow(
      expect.objectContaining({
        kind: "store-damaged",
        message: expect.stringContaining(join(home, "profiles", "default.json")),
        hint: expect.stringMatching(
          /without its last day and its targets \(add its --server-url or --region, if it had one\): mistral-key verify$/,
        ),
      }),
    );
  });

  it("does not keep the others from being listed", () => {
    profiles.write(profile("work"));
    plant("default.json", "{");
    mkdirSync(join(home, "profiles", "folder.json"));
    expect(profiles.list()).toEqual([
      { name: "default", damaged: expect.stringContaining("default.json") },
      { name: "folder", damaged: expect.stringContaining("folder.json") },
      { name: "work", profile: expect.objectContaining({ name: "work" }) },
    ]);
  });

  it("from a newer version asks for an update", () => {
    plant("default.json", { ...whole(), version: 3, more: true });
    expect(() => profiles.read(name("default"))).toThrow(
      expect.objectContaining({
        message: expect.stringContaining("newer"),
        hint: expect.stringContaining("Update"),
      }),
    );
  });

  it("never quotes what the file holds", () => {
    plant("default.json", `{"version": 1, "name": "default", "key": "${key.reveal()}`);
    const message = (() => {
      try {
        profiles.read(name("default"));
      } catch (error) {
        return String(error) + String((error as Error).cause);
      }
      return "";
    })();
    expect(message).toContain("default.json");
    expect(message).not.toContain(key.reveal());
  });

  it("can be rewritten and removed", () => {
    plant("default.json", "{");
    profiles.write(profile("default"));
    expect(profiles.read(name("default"))?.name).toBe("default");
    plant("default.json", "{");
    expect(profiles.remove(name("default"))).toBe(true);
  });
});
