import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fullDisk, withDisk } from "../support/disk.ts";
import { type Keyring, startKeyring } from "../support/keyring.ts";
import { describeWithKeyring } from "../support/keyring-suite.ts";
import { llmKeys } from "../support/platform.ts";
import { key, openPushing, otherKey, type Pushing } from "./pushing.ts";

const posix = process.platform !== "win32";
let on: Pushing;
const at = (name: string) => join(on.deps.home, name);
const read = (name: string) => readFileSync(at(name), "utf8");

function write(name: string, text: string): void {
  mkdirSync(dirname(at(name)), { recursive: true });
  writeFileSync(at(name), text);
}

/** Where each tool looks, and what is there before, with the key, and once it is removed. */
const tools = [
  {
    tool: "llm",
    file: llmKeys,
    before: `{\n  "// Note": "mine",\n  "openai": "x"\n}\n`,
    withKey: `{\n  "// Note": "mine",\n  "openai": "x",\n  "mistral": "<K>"\n}\n`,
  },
  {
    tool: "opencode",
    file: ".local/share/opencode/auth.json",
    before: `{\n  "other": {\n    "type": "oauth"\n  }\n}\n`,
    withKey: `{\n  "other": {\n    "type": "oauth"\n  },\n  "mistral": {\n    "type": "api",\n    "key": "<K>"\n  }\n}\n`,
  },
  { tool: "continue", file: ".continue/.env", before: "A=1\n", withKey: "A=1\nMISTRAL_API_KEY=<K>\n" },
  { tool: "aider", file: ".env", before: "A=1\n", withKey: "A=1\nMISTRAL_API_KEY=<K>\n" },
] as const;

describe.each(tools)("push $tool", ({ tool, file, before, withKey }) => {
  beforeEach(async () => {
    on = await openPushing();
  });
  afterEach(() => on.deps.close());

  it("delivers where the tool looks, delivers the next key, and removes it again", async () => {
    write(file, before);
    expect(await on.push(tool)).toMatchObject({ code: 0, said: expect.stringContaining("read back") });
    expect(read(file)).toBe(withKey.replace("<K>", key.reveal()));
    if (posix) expect(statSync(at(file)).mode & 0o077).toBe(0);
    expect(on.remembered()).toEqual([tool]);

    await on.replaceKey(otherKey);
    const inPlace = expect.stringContaining(`read back, in place of ${key.mask}.`);
    expect(await on.push()).toMatchObject({ code: 0, said: inPlace });
    expect(read(file)).toBe(withKey.replace("<K>", otherKey.reveal()));
    expect((await on.push()).said).not.toContain("in place of");

    expect((await on.push("--forget", tool)).code).toBe(0);
    expect(read(file)).toBe(before);
    expect(on.remembered()).toEqual([]);
  });

  it("is refused where git would commit the file, also when the tool is remembered", async () => {
    write(file, before);
    await on.push(tool);
    write(file, before);
    execFileSync("git", ["init", "--quiet", on.deps.home]);
    const reason = expect.stringContaining("Git does not ignore");
    await expect(on.push(tool)).rejects.toMatchObject({ message: reason });
    expect(await on.push()).toMatchObject({ code: 9, said: reason });
    expect(read(file)).toBe(before);
    write(".gitignore", `/${file}\n`);
    expect((await on.push()).code).toBe(0);
  });

  it("leaves a key that was put there since", async () => {
    write(file, before);
    await on.push(tool);
    const now = withKey.replace("<K>", otherKey.reveal());
    write(file, now);
    expect(await on.push("--forget", tool)).toMatchObject({ said: expect.stringContaining("another key") });
    expect(read(file)).toBe(now);
  });
});

describe("push to a tool", () => {
  beforeEach(async () => {
    on = await openPushing();
  });
  afterEach(() => on.deps.close());

  it.each(["llm", "opencode", "continue", "vibe"])("that is not set up here is refused: %s", async (tool) => {
    await expect(on.push(tool)).rejects.toMatchObject({
      kind: "usage",
      hint: expect.stringContaining("once"),
    });
    expect(on.remembered()).toEqual([]);
  });

  it.each([
    ["no JSON", "{"],
    ["a list", "[]"],
    ["nested too deep", "[".repeat(2000)],
  ])("leaves a file that is %s as it is", async (_what, text) => {
    write(llmKeys, text);
    await expect(on.push("llm")).rejects.toMatchObject({ kind: "usage" });
    expect(read(llmKeys)).toBe(text);
  });

  it.each([
    ["a folder", (path: string) => mkdirSync(path), "it is a folder"],
    ["a link that leads nowhere", (path: string) => symlinkSync("/no/such/file", path), "leads nowhere"],
  ])("makes no file of llm's where there is %s, and says so before", async (_what, make, reason) => {
    mkdirSync(at(dirname(llmKeys)), { recursive: true });
    make(at(llmKeys));
    for (const dry of [[], ["--dry-run"]])
      await expect(on.push(...dry, "llm")).rejects.toMatchObject({
        message: expect.stringMatching(new RegExp(`^llm .* was left as it is: .*${reason}`)),
        // llm has no other file to name.
        hint: undefined,
      });
  });

  it.runIf(posix)("makes llm's file for its owner alone", async () => {
    mkdirSync(at(dirname(llmKeys)), { recursive: true });
    expect((await on.push("llm")).code).toBe(0);
    expect(statSync(at(llmKeys)).mode & 0o777).toBe(0o600);
  });

  it("delivers to one file under two names, one after the other", async () => {
    expect((await on.push(`dotenv:${at(".env")}`, "aider")).code).toBe(0);
  });

  it("leaves no part of a key in llm's file when the disk is full", async () => {
    mkdirSync(at(dirname(llmKeys)), { recursive: true });
    const pushed = await withDisk(fullDisk, () => on.push("llm"));
    expect(pushed).toMatchObject({ code: 9, said: expect.stringContaining("disk is full") });
    expect(existsSync(at(llmKeys))).toBe(false);
  });

  it("says that a key written into Continue's settings would stay in use", async () => {
    write(".continue/config.yaml", `models:\n  - provider: mistral\n    apiKey: ${otherKey.reveal()}\n`);
    await expect(on.push("continue")).rejects.toMatchObject({
      message: expect.not.stringContaining(otherKey.reveal()),
      hint: expect.stringContaining("secrets.MISTRAL_API_KEY"),
    });
    expect(existsSync(at(".continue/.env"))).toBe(false);

    rmSync(at(".continue/config.yaml"));
    expect((await on.push("continue")).code).toBe(0);
    write(".continue/config.yaml", `models:\n  - provider: mistral\n    apiKey: ${otherKey.reveal()}\n`);
    expect(await on.push()).toMatchObject({ code: 9, said: expect.stringContaining("would keep using") });
  });
});

describe("push llm", () => {
  it("says why a file that may not be changed keeps the key, or its lack", async () => {
    on = await openPushing();
    write(llmKeys, "{}");
    chmodSync(at(llmKeys), 0o400);
    expect((await on.push("llm")).said).toContain("was left as it is: it is read-only");
    chmodSync(at(llmKeys), 0o600);
    await on.push("llm");
    chmodSync(at(llmKeys), 0o400);
    expect((await on.push("--forget", "llm")).said).toContain("was left as it is: it is read-only");
    expect(read(llmKeys)).toContain(key.reveal());
    on.deps.close();
  });

  it("says that the key is still there when the file holds it twice", async () => {
    on = await openPushing();
    write(llmKeys, "");
    await on.push("llm");
    write(llmKeys, `{"mistral": "${key.reveal()}", "mistral": "${key.reveal()}"}`);
    expect((await on.push("--forget", "llm")).said).toContain("The key is still in llm");
    on.deps.close();
  });
});

describeWithKeyring("push vibe, with a real keyring", () => {
  let keyring: Keyring;
  const lookup = () =>
    execFileSync(
      "sh",
      ["-c", "secret-tool lookup service ai.mistral.vibe username MISTRAL_API_KEY || true"],
      {
        env: { ...process.env, ...keyring.env },
        encoding: "utf8",
      },
    );

  beforeEach(async () => {
    keyring = await startKeyring({ state: "unlocked" });
    on = await openPushing({ env: keyring.env });
    mkdirSync(at(".vibe"));
  });
  afterEach(async () => {
    on.deps.close();
    await keyring.stop();
  });

  it("delivers to Vibe's own entry in the keychain, and removes it", async () => {
    expect(await on.push("vibe")).toMatchObject({ code: 0, said: expect.stringContaining("read back") });
    expect(lookup()).toBe(key.reveal());
    expect(existsSync(at(".vibe/.env"))).toBe(false);
    await on.replaceKey(otherKey);
    expect((await on.push()).said).toContain(`in place of ${key.mask}.`);
    expect((await on.push("--forget", "vibe")).code).toBe(0);
    expect(lookup()).toBe("");
  });

  it("removes the key that was delivered to the keychain before the file had one", async () => {
    await on.push("vibe");
    write(".vibe/.env", `MISTRAL_API_KEY=${key.reveal()}\n`);
    expect((await on.push("--forget", "vibe")).said).toMatch(
      /was removed from .*was removed from the keychain/,
    );
    expect([read(".vibe/.env"), lookup()]).toEqual(["", ""]);
  });

  it("removes it from the keychain, too, while the file has another key, which stays", async () => {
    await on.push("vibe");
    const now = `MISTRAL_API_KEY=${otherKey.reveal()}\n`;
    write(".vibe/.env", now);
    expect(await on.push("--forget", "vibe")).toMatchObject({
      code: 0,
      said: expect.stringMatching(/any more\. The key of Mistral Vibe was removed from the keychain\. $/),
    });
    expect([read(".vibe/.env"), lookup()]).toEqual([now, ""]);
  });

  it("says what was removed from the file when the keychain does not answer then", async () => {
    await on.push("vibe");
    write(".vibe/.env", `MISTRAL_API_KEY=${key.reveal()}\n`);
    keyring.freeze();
    const { code, said } = await on.push("--forget", "vibe");
    expect({ code, said }).toMatchObject({
      code: 9,
      said: expect.stringMatching(
        /remove it yourself\. The keychain .* does not open\. .* was removed from /,
      ),
    });
    expect(said).not.toContain("same command again");
    keyring.thaw();
    expect([read(".vibe/.env"), lookup()]).toEqual(["", key.reveal()]);
  });

  it.each(["clear", "lookup"])(
    "does not say that the key is gone when secret-tool fails to %s",
    async (action) => {
      on.deps.close();
      const bin = mkdtempSync(join(tmpdir(), "mistral-key-secret-tool-"));
      on = await openPushing({ env: { ...keyring.env, PATH: `${bin}:${process.env.PATH}` } });
      mkdirSync(at(".vibe"));
      await on.push("vibe");
      const fails = `[ "$1" = ${action} ] && echo 'No answer' >&2 && exit 1`;
      writeFileSync(
        join(bin, "secret-tool"),
        `#!/bin/sh\n${fails}\nPATH=\${PATH#*:} exec secret-tool "$@"\n`,
      );
      chmodSync(join(bin, "secret-tool"), 0o755);
      const forgotten = await on.push("--forget", "vibe");
      rmSync(bin, { recursive: true });
      expect(forgotten).toMatchObject({ code: 9, said: expect.stringContaining("may still be there") });
      expect(forgotten.said).toContain("secret-tool refused: No answer");
      expect(lookup()).toBe(key.reveal());
    },
  );

  it("writes no key into the file, and denies none, while the keychain that has it does not answer", async () => {
    await on.push("vibe");
    keyring.freeze();
    const silent = expect.stringContaining("does not open");
    expect(await on.push()).toMatchObject({ code: 9, said: silent });
    expect(existsSync(at(".vibe/.env"))).toBe(false);
    expect(await on.push("--forget", "vibe")).toMatchObject({ code: 9, said: silent });
    keyring.thaw();
    expect(lookup()).toBe(key.reveal());
  });

  it.each(["no-collection", "volatile"] as const)(
    "delivers to Vibe's file where the keychain keeps nothing: %s",
    async (state) => {
      await keyring.stop();
      on.deps.close();
      keyring = await startKeyring({ state });
      on = await openPushing({ env: keyring.env });
      mkdirSync(at(".vibe"));
      expect(await on.push("vibe")).toMatchObject({ code: 0, said: expect.stringContaining("read back") });
      expect(read(".vibe/.env")).toBe(`MISTRAL_API_KEY=${key.reveal()}\n`);
    },
  );

  it("delivers to Vibe's file when that has a key, since Vibe reads it first", async () => {
    write(".vibe/.env", `MISTRAL_API_KEY=${otherKey.reveal()}\n`);
    expect((await on.push("vibe")).code).toBe(0);
    expect(read(".vibe/.env")).toBe(`MISTRAL_API_KEY=${key.reveal()}\n`);
    expect(lookup()).toBe("");
  });
});
