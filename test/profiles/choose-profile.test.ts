import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ApiKey } from "../../src/keys/api-key.ts";
import { parseProfileName } from "../../src/keys/profile-name.ts";
import { chooseProfile, describeChoice } from "../../src/profiles/choose-profile.ts";
import { profileOf } from "../../src/profiles/known-key.ts";
import { ProfileFolder } from "../../src/profiles/profile-folder.ts";

let home: string;
let cwd: string;
let profiles: ProfileFolder;

beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), "choose-profile-")));
  cwd = join(home, "repository", "packages", "app");
  mkdirSync(cwd, { recursive: true });
  profiles = new ProfileFolder(join(home, "program"));
});

afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

const choose = (asked?: string, env: Record<string, string> = {}) =>
  chooseProfile(asked, { env, cwd, profiles });

const profile = (name: string) =>
  profileOf(
    {
      name: parseProfileName(name),
      key: ApiKey.of("testKey0".repeat(4)),
      store: "keychain",
      endpoint: { region: "global" },
    },
    new Date("2026-09-01T10:00:00Z"),
  );

function nameIn(folder: string, content: string, mode = 0o644): string {
  const path = join(home, folder, ".mistral-key");
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
}

describe("the profile that is used", () => {
  it("is named by the flag, then the variable, then the folder, then the default", () => {
    expect(choose()).toEqual({ name: "default", rule: "default" });
    profiles.writeDefault(parseProfileName("usual"));
    expect(choose()).toEqual({ name: "usual", rule: "default" });
    const path = nameIn("repository", "team\n");
    expect(choose()).toEqual({ name: "team", rule: "folder", path });
    const env = { MISTRAL_KEY_PROFILE: "shell" };
    expect(choose(undefined, env)).toEqual({ name: "shell", rule: "variable" });
    expect(choose("asked", env)).toEqual({ name: "asked", rule: "flag" });
  });

  it("is no other one where the flag names none", () => {
    expect(() => choose("")).toThrow(expect.objectContaining({ kind: "usage" }));
  });

  it("is that of the nearest folder, upwards", () => {
    nameIn("repository", "outer");
    const inner = nameIn("repository/packages", "inner");
    expect(choose()).toEqual({ name: "inner", rule: "folder", path: inner });
  });

  it("does not come from the folder where that is gone", () => {
    nameIn("repository", "team");
    expect(chooseProfile(undefined, { env: {}, cwd: undefined, profiles }).rule).toBe("default");
  });

  it("is never another one under a name that differs only in capital letters", () => {
    profiles.write(profile("Work"));
    const lookalike = (source: string) =>
      expect.objectContaining({
        kind: "usage",
        message: expect.stringContaining("Work"),
        hint: expect.stringContaining(source),
      });
    expect(() => choose("work")).toThrow(lookalike("the name Work"));
    expect(() => choose(undefined, { MISTRAL_KEY_PROFILE: "WORK" })).toThrow(
      lookalike("MISTRAL_KEY_PROFILE"),
    );
    const file = nameIn("repository", "work");
    expect(() => choose()).toThrow(lookalike(file));
    rmSync(file);
    profiles.writeDefault(parseProfileName("WORK"));
    expect(() => choose()).toThrow(lookalike("is the default. To change that: mistral-key use Work"));
    expect(choose("Work").name).toBe("Work");
    // So that a key which has lost its profile can be reached.
    expect(() => choose("work")).toThrow(lookalike("rename Work NAME"));
  });

  it("is the one called Default, where that is how it was written", () => {
    profiles.write(profile("Default"));
    expect(choose()).toEqual({ name: "Default", rule: "default" });
  });

  it("is told with what chose it", () => {
    expect(describeChoice(choose("work"))).toContain("--profile");
    expect(describeChoice(choose(undefined, { MISTRAL_KEY_PROFILE: "work" }))).toContain(
      "MISTRAL_KEY_PROFILE",
    );
    expect(describeChoice(choose())).toContain("nothing names another");
    profiles.writeDefault(parseProfileName("usual"));
    expect(describeChoice(choose())).toContain('"usual" is used here; it is the default');
    expect(describeChoice({ ...choose(), rule: "folder", path: "/a\x1b[2J/.mistral-key" })).toContain(
      "/a\\x1b[2J/",
    );
  });
});

describe.skipIf(process.platform === "win32")("a .mistral-key that another user could have put there", () => {
  const refused = (why: RegExp) =>
    expect(() => choose()).toThrow(
      expect.objectContaining({ kind: "usage", message: expect.stringMatching(why) }),
    );

  it.each([0o664, 0o646, 0o622])("is refused when others can write it: %o", (mode) => {
    nameIn("repository", "team", mode);
    refused(/others can write it/);
    expect(choose("work").name).toBe("work");
  });

  it("is refused as a link, to whatever it leads", () => {
    writeFileSync(join(home, "elsewhere"), "team", { mode: 0o644 });
    symlinkSync(join(home, "elsewhere"), join(home, "repository", ".mistral-key"));
    refused(/it is a link/);
    rmSync(join(home, "elsewhere"));
    refused(/it is a link/);
  });

  it("is refused as a named pipe, without waiting for it", () => {
    execFileSync("mkfifo", [join(home, "repository", ".mistral-key")]);
    refused(/not an ordinary file/);
  });

  it.runIf(process.getuid?.() === 0)("is refused when it belongs to somebody else", () => {
    chownSync(nameIn("repository", "team"), 65_534, 65_534);
    refused(/belongs to another user/);
  });

  it("is ignored when it is a folder", () => {
    mkdirSync(join(home, "repository", ".mistral-key"));
    expect(choose().rule).toBe("default");
  });
});

describe("a .mistral-key that holds something other than a name", () => {
  const key = "testKey0".repeat(4);

  it.each([
    ["nothing", ""],
    ["a path", "../work"],
    ["two lines", "work\nhome\n"],
    ["a key", `${key}\n`],
    ["controls", "work\x1b]0;PWN\x07"],
  ])("is refused and not quoted: %s", (_what, content) => {
    nameIn("repository", content);
    const error = (() => {
      try {
        return choose();
      } catch (thrown) {
        return thrown as Error & { hint?: string };
      }
    })();
    expect(error).toMatchObject({
      kind: "usage",
      message: expect.stringContaining(".mistral-key does not hold"),
    });
    expect(`${error} ${JSON.stringify(error)} ${String((error as Error).cause)}`).not.toContain(key);
  });

  it("is refused when it is larger than a name can be", () => {
    nameIn("repository", `work${" ".repeat(100_000)}`);
    expect(choose).toThrow(/is not used, because it is too large/);
  });

  it("ignores spaces and Windows line endings around the name", () => {
    nameIn("repository", " team \r\n");
    expect(choose().name).toBe("team");
  });
});

it("refuses what looks like a key where a name is expected", () => {
  const key = "testKey0".repeat(4);
  for (const attempt of [() => choose(key), () => choose(undefined, { MISTRAL_KEY_PROFILE: key })]) {
    expect(attempt).toThrow(/looks like an API key/);
    expect(attempt).not.toThrow(new RegExp(key));
  }
});
