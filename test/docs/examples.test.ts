import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseCommandLine } from "../../src/cli/parse.ts";
import { type Keyring, startKeyring } from "../support/keyring.ts";
import { describeWithKeyring } from "../support/keyring-suite.ts";
import { type LoopbackMistralApi, startMistralApi } from "../support/mistral-api.ts";
import { program, runNode, runProgram } from "../support/program.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const scripts: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(join(root, "package.json"), "utf8"),
).scripts;
const generated = ["facts.md", "rotation.md"];
const pages = [
  ...["README.md", "CONTRIBUTING.md", "SECURITY.md"],
  ...readdirSync(join(root, "docs"))
    .filter((file) => file.endsWith(".md") && !generated.includes(file))
    .map((file) => `docs/${file}`),
].map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));

/** Blocks of code, each with what stands behind its fence. */
const blocks = pages.flatMap(({ path, text }) =>
  [...text.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)].map(([, kind = "", code = ""]) => ({ path, kind, code })),
);
const tried = blocks.filter(({ kind }) => kind === "sh tried");

/** Blocks for a shell that are not run, by their first line, and why not. */
const notRun: Readonly<Record<string, string>> = {
  "npm ci                     # installs and builds": "asks a registry, then a person",
  "mistral-key rotate                  # replaces the key with a new one, before it expires": "asks a person",
  "npm ci              # installs and builds": "asks a registry; the rest is what is being run",
  "npm ci": "measures for many minutes",
  "npm run attack                                        # everything, with a new seed": "takes an hour",
  "npm run fuzz                              # a minute for each reader": "takes many minutes",
  "export MISTRAL_KEY_STORE=file": "needs a secret that is mounted; test/e2e/headless.test.ts runs the same",
  "in_container() {": "needs Docker",
  "seal_again() {": "age asks for both passphrases in a terminal",
  "sudo bash -c '": "needs systemd and root",
  "launchctl bootstrap gui/$(id -u) ~/Library/LaunchAgents/mistral-key.verify.plist": "needs macOS",
  "systemctl --user enable --now mistral-key-verify.timer": "needs systemd",
  "systemctl --user enable --now mistral-key-rotate.timer": "needs systemd",
  "mistral-key push 'command:systemctl --user restart app'     # restarts it now, too":
    "needs systemd; test/docs/reminders.test.ts has a stand-in",
  "mistral-key init --admin -p work": "asks a person; test/docs/reminders.test.ts does it",
  "mistral-key push github:ada/engine#production":
    "needs accounts; test/targets has each program or a stand-in",
  "# HashiCorp Vault": "needs accounts, and the page says that it was not tried",
  "#!/bin/sh": "needs accounts, and the page says that it was not tried",
  "mistral-key push 'command:mistral-to-fly my-app'": "needs accounts",
};

/** The arguments of every call of the program in a text: up to a redirection, a comment or the next command. */
function callsIn(text: string): readonly (readonly string[])[] {
  const call =
    /(?<![\w.-])mistral-key(?=[ \t]+[a-z])((?:[ \t]+(?:"(?:\\.|[^"\\])*"|'[^']*'|(?!\d?[<>])[^\s"'`|&;<>#()\\]|(?<=\w)#)+)+)/g;
  return [...text.replaceAll("\\\n", " ").matchAll(call)].map(([, words = ""]) =>
    (words.match(/(?:"(?:\\.|[^"\\])*"|'[^']*'|[^\s"'])+/g) ?? []).map((word) => word.replace(/["']/g, "")),
  );
}

const calls = [
  ...blocks.filter(({ kind }) => !/^ts|^$/.test(kind)).map(({ path, code }) => ({ path, code })),
  ...pages.flatMap(({ path, text }) =>
    [...text.replace(/^```[\s\S]*?^```$/gm, "").matchAll(/`([^`\n]+)`/g)].map(([, code = ""]) => ({
      path,
      code,
    })),
  ),
].flatMap(({ path, code }) => callsIn(code).map((words) => ({ path, words, line: words.join(" ") })));

describe("what the pages say to type", () => {
  it("is found", () => {
    expect(calls.length).toBeGreaterThan(50);
  });

  it.each(calls.filter(({ words }) => !/^\$|^[A-Z]+$|…/.test(words.join(" "))))(
    "is a command line of the program: $line ($path)",
    ({ words }) => {
      const named = words.map((word) => (word === "COMMAND" ? "init" : word === "SHELL" ? "bash" : word));
      expect(() => parseCommandLine(named, { columns: () => 80, version: "0.0.0" })).not.toThrow();
    },
  );

  it("names scripts of this package only", () => {
    const named = pages.flatMap(({ text }) =>
      [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, name = ""]) => name),
    );
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });

  it("is run, or listed with the reason why not", () => {
    const untried = blocks.filter(({ kind }) => kind === "sh").map(({ code }) => code.split("\n")[0] ?? "");
    expect(untried.filter((line) => notRun[line] === undefined)).toEqual([]);
    expect(Object.keys(notRun).filter((line) => !untried.includes(line))).toEqual([]);
  });

  it("starts nothing in the middle of a pipe that asks for a password, since the program before it may ask, too", () => {
    const asking = blocks.filter(({ code }) =>
      /\|\s*(?:sudo|doas|su|ssh)\b/.test(code.replaceAll("\\\n", " ")),
    );
    expect(asking.map(({ path, code }) => `${path}: ${code}`)).toEqual([]);
  });

  it("has systemd send a signal to the program alone, which passes it on, so that the service gets it once", () => {
    const services = blocks.filter(({ code }) => /^ExecStart=.* run -- /m.test(code));
    expect(services).toHaveLength(1);
    for (const { code } of services) expect(code).toMatch(/^KillMode=mixed$/m);
  });

  it("leads to pages that are there", () => {
    const anchor = (title: string) =>
      title
        .toLowerCase()
        .replace(/[^\w\- ]/g, "")
        .replaceAll(" ", "-");
    const broken = pages.flatMap(({ path, text }) =>
      [...text.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)]
        .filter(([, file = "", part]) => {
          const target = file === "" ? join(root, path) : join(root, dirname(path), file);
          if (!existsSync(target)) return true;
          const titles = [...readFileSync(target, "utf8").matchAll(/^#+ (.*)$/gm)];
          return part !== undefined && !titles.some(([, title = ""]) => anchor(title) === part);
        })
        .map(([link]) => `${path}: ${link}`),
    );
    expect(broken).toEqual([]);
  });
});

describeWithKeyring("an example that is marked as tried", () => {
  const key = "testKey0".repeat(4);
  let keyring: Keyring;
  let api: LoopbackMistralApi;
  let env: Record<string, string>;
  let project: string;

  beforeEach(async () => {
    keyring = await startKeyring({ state: "unlocked" });
    const home = keyring.env.HOME;
    api = await startMistralApi({ keys: [key] });
    mkdirSync(join(home, "bin"));
    mkdirSync(join(home, ".config/io.datasette.llm"), { recursive: true });
    writeFileSync(join(home, "bin/mistral-key"), `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n`);
    chmodSync(join(home, "bin/mistral-key"), 0o755);
    project = join(home, "project");
    execFileSync("git", ["init", "--quiet", project]);
    writeFileSync(join(project, ".gitignore"), ".env\n");
    writeFileSync(join(project, ".env"), "OTHER=1\n");
    writeFileSync(join(project, "app.js"), "process.exit(process.env.MISTRAL_API_KEY ? 0 : 1);\n");
    writeFileSync(join(project, "key.txt"), `${key}\n`);
    env = {
      ...keyring.env,
      PATH: `${join(home, "bin")}:${dirname(process.execPath)}:${process.env.PATH}`,
      MISTRAL_KEY_SERVER_URL: api.url,
    };
    const args = ["init", "--with-key", "--no-verify", "--expires", "90d"];
    expect((await runProgram(args, { env, input: key })).code).toBe(0);
  });
  afterEach(async () => {
    await api.stop();
    await keyring.stop();
  });

  it.each(tried)("works: $path\n$code", async ({ code }) => {
    const shell = `const { spawnSync } = require("node:child_process");
      process.exit(spawnSync("sh", ["-e", "-c", process.argv[1]], { stdio: "inherit" }).status ?? 1);`;
    const run = await runNode(["-e", shell, code], { env, cwd: project });
    expect({ code: run.code, said: run.code === 0 ? "" : run.stderr }).toEqual({ code: 0, said: "" });
  });
});
