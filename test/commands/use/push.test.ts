import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, linkSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Flags } from "../../../src/cli/flags.ts";
import { push } from "../../../src/commands/use/push.ts";
import { shellWord } from "../../../src/hints.ts";
import { defaultProfile, parseProfileName } from "../../../src/keys/profile-name.ts";
import { profileOf } from "../../../src/profiles/known-key.ts";
import type { Profile } from "../../../src/profiles/profile.ts";
import { planOf } from "../../../src/rotation/journal.ts";
import { storeKey } from "../../rotation/stored-key.ts";
import { unwritable } from "../../support/unwritable-profiles.ts";
import { key, openPushing, otherKey, type Pushing } from "../../targets/pushing.ts";

let on: Pushing;
const at = (name: string) => join(on.deps.home, name);
const target = () => `dotenv:${at(".env")}`;
const env = () => readFileSync(at(".env"), "latin1");
const git = (...args: string[]) => execFileSync("git", args, { cwd: on.deps.home, stdio: "pipe" });

beforeEach(async () => {
  on = await openPushing();
});
afterEach(() => on.deps.close());

describe("push of a key that Mistral refused", () => {
  it("says so, and how to check it again", async () => {
    const before = on.deps.profiles.read(defaultProfile) as Profile;
    on.deps.profiles.write({ ...before, lastDiagnosis: "invalid-key" });
    const { code, said } = await on.push("dotenv:.env");
    expect(code).toBe(0);
    expect(said).toContain(
      `Mistral refused ${key.mask} when it was last checked. To check it again: mistral-key verify`,
    );
    on.deps.profiles.write(before);
    expect((await on.push("dotenv:.env")).said).not.toContain("refused");
    // What is noted is of the key that was there before.
    on.deps.profiles.write({ ...before, lastDiagnosis: "invalid-key" });
    await on.replaceKey(otherKey);
    expect((await on.push("dotenv:.env")).said).not.toContain("refused");
  });
});

describe("push among several profiles", () => {
  it("says whose key it delivers, unless that was asked for by name", async () => {
    const used = 'Profile "default" is used here, since nothing names another.';
    expect((await on.push("dotenv:.env")).said).not.toContain(used);
    await storeKey(on.deps, { name: parseProfileName("work"), key: otherKey });
    expect((await on.push("dotenv:.env")).said).toContain(used);
    expect((await on.push("--dry-run")).said).toContain(used);
    const deps = on.deps.next();
    expect(await push({ args: [], flags: new Flags({ profile: "default" }) }, deps)).toBe(0);
    expect(deps.stderr()).not.toContain("is used here");
  });
});

describe("push to several targets", () => {
  it("says that none got the key when one of them cannot be reached", async () => {
    const bad = "dotenv:missing-folder/.env";
    await expect(on.push(target(), bad)).rejects.toMatchObject({
      message: expect.stringMatching(/Nothing was delivered, not to the other targets either\.$/),
    });
    expect(existsSync(at(".env"))).toBe(false);
    await expect(on.push(bad)).rejects.toMatchObject({
      message: expect.not.stringContaining("other targets"),
    });
  });
});

describe("push to a dotenv file in a git repository", () => {
  beforeEach(() => {
    git("init", "-q");
    writeFileSync(at(".gitignore"), ".env\n");
  });

  it("delivers, remembers, delivers the next key without being told where, and forgets", async () => {
    const before = `# mine\r\nexport A='1'\r\n  MISTRAL_API_KEY="${otherKey.reveal()}" # the lab's\r\nB=\xff\r\n`;
    writeFileSync(at(".env"), before, "latin1");
    chmodSync(at(".env"), 0o640);
    const first = await on.push("dotenv:.env");
    expect(first).toMatchObject({
      code: 0,
      said: expect.stringMatching(
        new RegExp(`✓ the dotenv file \\S+ has the key, read back, in place of ${otherKey.mask}\\. $`),
      ),
    });
    expect(env()).toBe(before.replace(`"${otherKey.reveal()}"`, key.reveal()));
    if (process.platform !== "win32") expect(statSync(at(".env")).mode & 0o777).toBe(0o600);
    expect(on.remembered()).toEqual([target()]);

    await on.replaceKey(otherKey);
    expect((await on.push()).code).toBe(0);
    expect(env()).toContain(`=${otherKey.reveal()} #`);

    const forgotten = await on.push("--forget", "dotenv:.env");
    expect(forgotten).toMatchObject({
      code: 0,
      said: expect.stringMatching(/gets no key any more\. .* was removed from/),
    });
    expect(env()).toBe("# mine\r\nexport A='1'\r\n# the lab's\r\nB=\xff\r\n");
    expect(on.remembered()).toEqual([]);
    expect(git("status", "--porcelain").toString()).not.toContain("?? .env");
  });

  it("leaves a key that somebody else has put there since, and names one in a comment", async () => {
    await on.push("dotenv:.env");
    const now = `# MISTRAL_API_KEY=${key.reveal()}\nMISTRAL_API_KEY=${otherKey.reveal()}\n`;
    writeFileSync(at(".env"), now);
    const { code, said } = await on.push("--forget", target());
    expect({ code, said }).toMatchObject({
      code: 0,
      said: expect.stringMatching(/still in .* another form/),
    });
    expect(env()).toBe(now);
  });

  it("removes it from a file that sets another one after it, and leaves that", async () => {
    await on.push("dotenv:.env");
    const other = `MISTRAL_API_KEY=${otherKey.reveal()}\n`;
    writeFileSync(at(".env"), `MISTRAL_API_KEY=${key.reveal()}\n${other}`);
    expect((await on.push("--forget", target())).said).toContain("another one is there, and stays");
    expect(env()).toBe(other);
  });

  it("leaves another key that somebody has put there since, and says so", async () => {
    await on.push("dotenv:.env");
    writeFileSync(at(".env"), `MISTRAL_API_KEY=${otherKey.reveal()}\n`);
    expect((await on.push("--forget", target())).said).toContain("is another key");
  });

  it.each([
    ["", "."],
    ["a\x1b]0;PWN\x07 and more", ", in place of a\\x1b]0...more."],
    ["yours", ", in place of ********."],
  ])("says what it has replaced, if anything: %j", async (value, end) => {
    writeFileSync(at(".env"), `MISTRAL_API_KEY=${value}\n`);
    expect((await on.push("dotenv:.env")).said).toContain(`has the key, read back${end}`);
  });

  it.each([
    ["theKeyOfTheLab", "not-its-only-key", "********, not-...-key"],
    ["not-its-only-key", key.reveal(), "not-...-key"],
    [key.reveal(), "not-its-only-key", "not-...-key"],
  ])("names each value that it has replaced: %s and %s", async (first, second, replaced) => {
    writeFileSync(at(".env"), `MISTRAL_API_KEY=${first}\nMISTRAL_API_KEY=${second}\n`);
    expect((await on.push("dotenv:.env")).said).toContain(`has the key, read back, in place of ${replaced}.`);
    expect(env()).toBe(`MISTRAL_API_KEY=${key.reveal()}\n`.repeat(2));
  });

  it("says with --dry-run that a remembered file would be refused, as push does", async () => {
    await on.push("dotenv:.env");
    git("add", "-f", ".env");
    for (const dry of [[], ["--dry-run"]])
      expect(await on.push(...dry)).toMatchObject({ code: 9, said: expect.stringContaining("Git tracks") });
  });

  it.each([
    ["tracks", "Git tracks", () => git("add", "-f", ".env")],
    ["does not ignore", "does not ignore", () => writeFileSync(at(".gitignore"), "")],
  ])("refuses a file that git %s, before anything is changed", async (_name, reason, spoil) => {
    writeFileSync(at(".env"), "A=1\n");
    spoil();
    const refusal = { kind: "usage", message: expect.stringContaining(reason) };
    for (const dry of [[], ["--dry-run"]])
      await expect(on.push(...dry, "dotenv:.env", "dotenv:other.env")).rejects.toMatchObject(refusal);
    expect(env()).toBe("A=1\n");
    expect(on.remembered()).toEqual([]);
  });
});

it("says what has the key when that cannot be noted, and finishes the other deliveries", async () => {
  const full = on.deps.next({ profiles: unwritable(on.deps.profiles) });
  const args = [target(), `dotenv:${at("b.env")}`];
  await expect(push({ args, flags: new Flags({}) }, full)).rejects.toMatchObject({
    kind: "store-denied",
    message: `The disk is full. ${target()} has the key, but that could not be noted.`,
    hint: "Make room.\nThen run the same command again.",
  });
  for (const name of [".env", "b.env"]) expect(readFileSync(at(name), "utf8")).toContain(key.reveal());
  expect(on.remembered()).toEqual([]);
});

it.each(["replaced", "about to be replaced"])(
  "notes no delivery of a key that is %s meanwhile",
  async (what) => {
    const { deps } = on;
    const known = deps.profiles.read(defaultProfile);
    if (known === undefined) throw new Error("There is no profile.");
    const after = profileOf({ ...known, key: otherKey }, deps.now());
    const openTarget: typeof deps.openTarget = async (...place) => {
      const opened = await deps.openTarget(...place);
      const deliver = async () => {
        if (what === "replaced") deps.profiles.write(after);
        else deps.journal.begin(planOf(key, known, after, { holds: "old", now: deps.now() }));
        return await opened.deliver(key);
      };
      return { ...opened, deliver };
    };
    const pushed = push({ args: [target()], flags: new Flags({}) }, { ...deps, openTarget });
    await expect(pushed).rejects.toMatchObject({
      kind: "unfinished",
      message: expect.stringContaining(`replaced while ${key.mask} was being delivered`),
    });
    expect(on.remembered()).toEqual([]);
  },
);

it("takes no target for another profile's that a second run has added to this one meanwhile", async () => {
  const { deps } = on;
  const store: typeof deps.store = async (kind) => {
    const known = deps.profiles.read(defaultProfile);
    if (known !== undefined) deps.profiles.write({ ...known, targets: [{ target: target(), since: null }] });
    return await deps.store(kind);
  };
  expect(await push({ args: [target()], flags: new Flags({}) }, { ...deps, store })).toBe(0);
  expect(env()).toContain(key.reveal());
  expect(on.remembered()).toEqual([target()]);
});

describe("push during a rotation", () => {
  let known: Profile;

  beforeEach(async () => {
    await on.push("dotenv:.env");
    const there = on.deps.profiles.read(defaultProfile);
    if (there === undefined) throw new Error("There is no profile.");
    known = there;
    const plan = planOf(otherKey, known, known, { holds: "either", now: on.deps.now() });
    on.deps.journal.update(on.deps.journal.begin(plan), { stage: "delivering" });
  });

  it("takes no new target", async () => {
    await expect(on.push("dotenv:new.env")).rejects.toMatchObject({ kind: "unfinished" });
    expect(existsSync(at("new.env"))).toBe(false);
    expect(on.remembered()).toEqual([target()]);
    expect(env()).toContain(key.reveal());
  });

  it("forgets a target in the rotation as well, for whichever key that puts in use", async () => {
    expect((await on.push("--forget", "dotenv:.env")).code).toBe(0);
    expect(on.remembered()).toEqual([]);
    expect(on.deps.journal.read(defaultProfile)).toMatchObject({
      stage: "delivering",
      targets: [],
      before: { targets: [] },
      after: { targets: [] },
    });
  });

  it("leaves a target as it is if the rotation's record is damaged, before the key is removed there", async () => {
    writeFileSync(join(on.deps.home, "rotations", `${defaultProfile}.json`), "{");
    await expect(on.push("--forget", "dotenv:.env")).rejects.toMatchObject({ kind: "store-damaged" });
    expect(env()).toContain(key.reveal());
    expect(on.remembered()).toEqual([target()]);
  });

  it("tells the rotation which of its targets has the key in use", async () => {
    expect((await on.push()).code).toBe(0);
    const { targets } = on.deps.journal.read(defaultProfile) ?? {};
    expect(targets).toEqual([{ target: target(), holds: "new" }]);
  });

  it.each([
    ["switching", "old"],
    ["reverting", "new"],
  ] as const)(
    "leaves what waits to be delivered as it is in stage %s, with the %s key in use",
    async (stage, inUse) => {
      const other = profileOf({ ...known, key: otherKey }, on.deps.now());
      const [old, after] = inUse === "old" ? [key, other] : [otherKey, known];
      const plan = planOf(
        old,
        known,
        { ...after, targets: known.targets },
        { holds: inUse, now: on.deps.now() },
      );
      on.deps.journal.end(defaultProfile);
      const begun = on.deps.journal.update(on.deps.journal.begin(plan), { stage });
      expect((await on.push()).code).toBe(0);
      expect(env()).toContain(key.reveal());
      expect(on.deps.journal.read(defaultProfile)).toEqual(begun);
    },
  );
});

describe("push", () => {
  it("says with --dry-run what it would do, and does nothing", async () => {
    writeFileSync(at(".env"), `MISTRAL_API_KEY=${otherKey.reveal()}\n`);
    const { code, said } = await on.push("--dry-run", "dotenv:.env", "dotenv:new.env");
    expect(code).toBe(0);
    expect(said).toContain("has another value, which would be replaced");
    expect(said).toContain("has no key yet");
    expect(env()).toContain(otherKey.reveal());
    expect(on.remembered()).toEqual([]);
  });

  it.each([
    ["read-only", () => chmodSync(at(".env"), 0o400)],
    ["other names", () => linkSync(at(".env"), at("other"))],
  ])("says with --dry-run that a file cannot be changed, as push does: %s", async (reason, protect) => {
    await on.push("dotenv:.env");
    protect();
    expect((await on.push("--dry-run")).code).toBe(0);
    await on.replaceKey(otherKey);
    for (const dry of [[], ["--dry-run"]])
      expect(await on.push(...dry)).toMatchObject({ code: 9, said: expect.stringContaining(reason) });
  });

  it("answers with --json, without a key in it", async () => {
    expect((await on.push("dotenv:.env", "--json")).code).toBe(0);
    const report = { target: target(), ok: true, message: expect.any(String) };
    expect(on.deps.document()).toEqual({ profile: "default", targets: [report] });
    await on.push("--list", "--json");
    const since = expect.stringMatching(/^2026-/);
    expect(on.deps.document()).toEqual({ profile: "default", targets: [{ target: target(), since }] });
    await on.push("--forget", "dotenv:.env", "--json");
    expect(on.deps.document()).toMatchObject({ ...report, profile: "default", forgotten: true });
  });

  it("says how to name a target when there is none to list", async () => {
    expect((await on.push("--list")).said).toContain("To name one: mistral-key push dotenv:.env");
  });

  it("lists the targets on stdout, one per line", async () => {
    await on.push("dotenv:.env", "dotenv:b.env");
    await on.push("--list");
    expect(on.deps.stdout()).toBe(`${target()}\ndotenv:${at("b.env")}\n`);
  });

  it("reports the target that failed, and delivers to the others", async () => {
    await on.push("dotenv:.env", "dotenv:b.env");
    await on.replaceKey(otherKey);
    chmodSync(at(".env"), 0o400);
    const { code, said } = await on.push();
    expect(code).toBe(9);
    expect(said).toContain("it is read-only");
    expect(env()).toContain(key.reveal());
    expect(readFileSync(at("b.env"), "utf8")).toContain(otherKey.reveal());
  });

  it("delivers once to a target that is named twice", async () => {
    const { code, said } = await on.push("dotenv:.env", "dotenv:./.env");
    expect(code).toBe(0);
    expect(said.match(/read back/g)).toHaveLength(1);
  });

  it.each([
    ["by the same name", target],
    ["by another name of the file", () => "aider"],
  ])("refuses a place that gets the key of another profile, %s, and changes nothing", async (_how, named) => {
    const targets = [{ target: named(), since: "2026-08-01T00:00:00.000Z" }];
    await storeKey(on.deps, { key: otherKey, name: parseProfileName("work"), targets });
    writeFileSync(at(".env"), `MISTRAL_API_KEY=${otherKey.reveal()}\n`);
    for (const words of [
      ["dotenv:b.env", "dotenv:.env"],
      ["--dry-run", "dotenv:.env"],
    ]) {
      await expect(on.push(...words)).rejects.toMatchObject({
        kind: "usage",
        message: expect.stringContaining('gets the key of profile "work"'),
        hint: expect.stringContaining(`push --forget ${shellWord(named())} -p work`),
      });
    }
    expect(env()).toContain(otherKey.reveal());
    expect(existsSync(at("b.env"))).toBe(false);
    expect(on.remembered()).toEqual([]);
  });

  it.skipIf(process.platform === "win32")("refuses one that gets it through a link, too", async () => {
    const targets = [{ target: `dotenv:${at("link")}`, since: null }];
    await storeKey(on.deps, { key: otherKey, name: parseProfileName("work"), targets });
    writeFileSync(at(".env"), "");
    symlinkSync(".env", at("link"));
    const message = expect.stringContaining('gets the key of profile "work"');
    await expect(on.push("dotenv:.env")).rejects.toMatchObject({ message });
  });

  it.each([
    ["a byte order mark", "\xef\xbb\xbfMISTRAL_API_KEY=old\nA=1\n"],
    ["a tab", "A=1\n\tMISTRAL_API_KEY=old\n"],
    ["a line that sets nothing", "export A\nMISTRAL_API_KEY=old\n"],
    ["lone carriage returns", "A=1\rMISTRAL_API_KEY=old\rB=2\r"],
  ])("reads back and removes a key in a file with %s", async (_what, before) => {
    writeFileSync(at(".env"), before, "latin1");
    expect((await on.push("dotenv:.env")).said).toContain("has the key, read back");
    expect(env()).toBe(before.replace("old", key.reveal()));
    expect((await on.push("--forget", "dotenv:.env")).said).toContain("was removed from");
    expect(env()).toBe(before.replace(/\t?MISTRAL_API_KEY=old[\r\n]/, ""));
  });

  it("removes the key where another one of the same name is above it, and says so", async () => {
    await on.push("dotenv:.env");
    writeFileSync(at(".env"), `MISTRAL_API_KEY=${otherKey.reveal()}\nMISTRAL_API_KEY=${key.reveal()}\n`);
    const { said } = await on.push("--forget", "dotenv:.env");
    expect(said).toMatch(/was removed from .*; another one is there, and stays/);
    expect(env()).toBe(`MISTRAL_API_KEY=${otherKey.reveal()}\n`);
  });

  it("says that the key is still there when it is in a form that is not removed", async () => {
    await on.push("dotenv:.env");
    writeFileSync(at(".env"), `MISTRAL_API_KEY=${key.reveal()}#mine\n`);
    const { said } = await on.push("--forget", "dotenv:.env");
    expect(said).toContain("The key is still in the dotenv file");
    expect(env()).toContain(key.reveal());
  });

  it("forgets a target that the key cannot be removed from, and says that it may still be there", async () => {
    await on.push("dotenv:.env");
    chmodSync(at(".env"), 0o400);
    const { code, said } = await on.push("--forget", "dotenv:.env");
    expect(code).toBe(9);
    expect(said).toMatch(/may still be there.*read-only/);
    expect(on.remembered()).toEqual([]);
  });

  it.each([
    [["moon:base"]],
    [["--forget", "dotenv:never-delivered"]],
    [["dotenv:.env", "--list"]],
    [["dotenv:.env", "--forget", "dotenv:.env"]],
    [[]],
    [["dotenv:no/such/folder/.env"]],
    [["command:sh -c 'cat"]],
    [["command:echo it's"]],
  ])("refuses %j", async (words) => {
    await expect(on.push(...words)).rejects.toMatchObject({ kind: "usage", hint: expect.any(String) });
    expect(on.remembered()).toEqual([]);
  });
});
