import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { Flags } from "../../../src/cli/flags.ts";
import { env } from "../../../src/commands/use/env.ts";
import { ApiKey } from "../../../src/keys/api-key.ts";
import { defaultProfile, parseProfileName } from "../../../src/keys/profile-name.ts";
import { openTestDeps, type TestDeps, type TestDepsOptions } from "../../support/deps.ts";
import { answer } from "../../support/scripted-prompts.ts";

const key = ApiKey.of("testKey0".repeat(4));
let deps: TestDeps;
afterEach(() => deps.close());

async function open(options: TestDepsOptions = {}) {
  deps = openTestDeps(options);
  await deps.secrets.set({ profile: defaultProfile, slot: "current" }, key);
}
const run = async (flags: Record<string, unknown> = {}) =>
  (await env({ args: [], flags: new Flags(flags) }, deps)) ?? 0;

describe("env", () => {
  it("prints one line for the shell that asked, and nothing else", async () => {
    await open({ ancestors: ["fish"] });
    expect(await run()).toBe(0);
    expect(deps.stdout()).toBe(`set -gx MISTRAL_API_KEY '${key.reveal()}'\n`);
    expect(deps.stderr()).toBe("");
  });

  it("writes for the shell it is told, and under the name it is told", async () => {
    await open({ ancestors: ["fish"] });
    await run({ shell: "powershell", as: "LLM_MISTRAL_KEY" });
    expect(deps.stdout()).toBe(`$env:LLM_MISTRAL_KEY = '${key.reveal()}'\n`);
  });

  it("does not show the key on a terminal, but how to use it", async () => {
    await open({ stdoutIsTerminal: true, ancestors: ["zsh"] });
    await expect(run()).rejects.toMatchObject({
      kind: "usage",
      hint: expect.stringContaining('eval "$(mistral-key env)"'),
    });
    expect(deps.stdout()).toBe("");
    await run({ reveal: true });
    expect(deps.stdout()).toContain(key.reveal());
  });

  it.skipIf(process.platform === "win32")(
    "says so when it cannot tell the shell, before it looks for the key",
    async () => {
      deps = openTestDeps();
      await expect(run()).rejects.toMatchObject({ kind: "usage", hint: expect.stringContaining("--shell") });
    },
  );

  it("refuses a name that shells do not take", async () => {
    await open();
    await expect(run({ as: "A B", shell: "bash" })).rejects.toMatchObject({ kind: "usage" });
  });

  it.each([
    [{}, 'eval "$(mistral-key env -p work)"', "mistral-key env --reveal -p work"],
    [
      { shell: "fish", as: "LLM_KEY" },
      "mistral-key env --shell fish --as LLM_KEY -p work | source",
      "mistral-key env --shell fish --as LLM_KEY --reveal -p work",
    ],
  ])("keeps the given flags in its advice: %j", async (flags, evaluated, revealed) => {
    await open({ stdoutIsTerminal: true, ancestors: ["zsh"] });
    const hint = `To give it to this shell: ${evaluated}\nTo print it anyway: ${revealed}`;
    await expect(run({ ...flags, profile: "work" })).rejects.toMatchObject({ hint });
  });

  it("names the line for cmd.exe too on Windows, where it cannot tell it from PowerShell", async () => {
    await open({ stdoutIsTerminal: true, processContext: { platform: "win32" } });
    const hint = expect.stringMatching(
      /: \$env:MISTRAL_API_KEY = mistral-key get\nIn cmd\.exe: for \/f %k in \('mistral-key get'\) do @set MISTRAL_API_KEY=%k\n/,
    );
    await expect(run()).rejects.toMatchObject({ hint });
    await expect(run({ shell: "powershell" })).rejects.toMatchObject({
      hint: expect.not.stringContaining("cmd.exe"),
    });
  });

  it("refuses --json", async () => {
    await open();
    await expect(run({ json: true, shell: "bash", profile: "work" })).rejects.toMatchObject({
      kind: "usage",
      hint: expect.stringContaining("mistral-key get --json -p work"),
    });
    expect(deps.stdout()).toBe("");
  });

  it("prints nothing for an unsupported shell, and says what to do instead", async () => {
    await open({ ancestors: ["nu"] });
    await expect(run({ as: "LLM_KEY" })).rejects.toMatchObject({
      kind: "usage",
      hint: expect.stringContaining("set LLM_KEY to what this prints: mistral-key get"),
    });
    expect(deps.stdout()).toBe("");
  });

  it.each([
    ["MISTRAL_API_KEY=another", ", in place of another value."],
    ["MISTRAL_API_KEY=", "."],
    ["A=1", "."],
  ])("says whether %s was replaced", async (before, end) => {
    await open();
    writeFileSync(join(deps.home, ".env"), before);
    expect(await run({ write: ".env" })).toBe(0);
    expect(deps.stderr().replace(/\s+/g, " ")).toContain(`.env now has the key, as MISTRAL_API_KEY${end}`);
  });

  it("writes a dotenv file, says that it holds the key in plaintext, and does not show the key", async () => {
    await open();
    expect(await run({ write: ".env" })).toBe(0);
    expect(readFileSync(join(deps.home, ".env"), "utf8")).toBe(`MISTRAL_API_KEY=${key.reveal()}\n`);
    expect(deps.stdout()).toBe("");
    expect(deps.stderr()).toContain(".env now has the key");
    expect(deps.stderr()).toContain("plaintext");
    expect(deps.stderr()).not.toContain(key.reveal());
  });

  it("makes no file called -, and says what prints the line", async () => {
    await open();
    await expect(run({ write: "-", as: "LLM_KEY", profile: "work" })).rejects.toMatchObject({
      kind: "usage",
      hint: expect.stringContaining("mistral-key env --as LLM_KEY -p work\n"),
    });
    expect(existsSync(join(deps.home, "-"))).toBe(false);
    await run({ write: "./-" });
    expect(existsSync(join(deps.home, "-"))).toBe(true);
  });

  it("asks whether git may ignore the file, and says so", async () => {
    await open({
      answers: [answer.confirm(true, /Git does not ignore \.env/)],
      env: { PATH: process.env.PATH ?? "" },
    });
    execFileSync("git", ["init", "-q"], { cwd: deps.home });
    await run({ write: ".env" });
    expect(readFileSync(join(deps.home, ".gitignore"), "utf8")).toBe("/.env\n");
    expect(deps.stderr()).toContain("A line for it was added to .gitignore: /.env");
    if (process.platform !== "win32") expect(deps.stderr()).toContain("Only you may read the file.");
  });

  it("says how to do without a file, for the same profile and variable", async () => {
    deps = openTestDeps();
    await deps.secrets.set({ profile: parseProfileName("work"), slot: "current" }, key);
    await run({ write: ".env", profile: "work", as: "LLM_KEY" });
    expect(deps.stderr().replace(/\s+/g, " ")).toContain("mistral-key run -p work --as LLM_KEY -- CMD");
  });

  it("reports in JSON what it wrote, without the key", async () => {
    await open();
    await run({ write: ".env", json: true });
    expect(deps.document()).toEqual({
      profile: "default",
      key: key.mask,
      variable: "MISTRAL_API_KEY",
      written: ".env",
      outcome: "created",
    });
  });

  it("writes nothing when no key is stored", async () => {
    deps = openTestDeps();
    await expect(run({ write: ".env" })).rejects.toMatchObject({ kind: "no-key" });
    expect(existsSync(join(deps.home, ".env"))).toBe(false);
  });
});
