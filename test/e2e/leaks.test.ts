import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Keyring, startKeyring } from "../support/keyring.ts";
import { describeWithKeyring } from "../support/keyring-suite.ts";
import { type LoopbackMistralApi, startMistralApi } from "../support/mistral-api.ts";
import { type Run, runProgram } from "../support/program.ts";
import { watchChildren } from "../support/watch-children.ts";
import { filesHolding, tracesIn } from "./key-traces.ts";

const stored = "HQsx7c1Zt0Wb4mQy9RkD2fLpA8vNUg6Y";
const other = "Zk3VnE5rX9sTgB1hMwC7uJ4dQ0oYiP6a";
// Its shape is unusual, so that no pattern can hide it.
const unusual = "sk_live-9fQ/27xB+dM3v=Lw8Zc0Rt5Ky1Hn";
const keys = [stored, other, unusual];

let api: LoopbackMistralApi;
let folder: string;
let home: string;
let project: string;

beforeAll(async () => {
  api = await startMistralApi({ keys: [stored, unusual] });
  folder = mkdtempSync(join(tmpdir(), "leaks-"));
  home = join(folder, "home");
  project = join(folder, "project");
  for (const path of [home, project]) mkdirSync(path);
});

afterAll(async () => {
  await api.stop();
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(() => {
  api.behave("normal");
});

function run(
  args: readonly string[],
  options: { readonly env?: Readonly<Record<string, string>>; readonly input?: string } = {},
): Promise<Run> {
  return runProgram(args, {
    env: {
      HOME: home,
      XDG_RUNTIME_DIR: folder,
      MISTRAL_KEY_HOME: join(folder, "mistral-key"),
      MISTRAL_KEY_SERVER_URL: api.url,
      TMPDIR: folder,
      BROWSER: "true",
      ...options.env,
    },
    cwd: project,
    ...(options.input === undefined ? {} : { input: options.input }),
  });
}

function expectNothingOf({ stdout, stderr }: Run, what: string): void {
  expect(tracesIn(stdout, keys), `${what}, stdout`).toEqual([]);
  expect(tracesIn(stderr, keys), `${what}, stderr`).toEqual([]);
}

/** Whatever a debugging variable makes Node and libraries print, it must not be the key. */
const talkative: Readonly<Record<string, string>> = {
  MISTRAL_DEBUG: "1",
  MISTRALAI_DEBUG: "1",
  MISTRAL_CLIENT_DEBUG: "1",
  DEBUG: "*",
  NODE_DEBUG: "http,https,net,stream,tls,fetch,undici,websocket",
  NODE_OPTIONS: "--trace-warnings --enable-source-maps",
};

describe("a key as an argument", () => {
  const quoted = [
    (key: string) => key,
    (key: string) => `--key=${key}`,
    (key: string) => `--${key}`,
    (key: string) => `-${key}`,
    (key: string) => `-p${key}`,
    (key: string) => `MISTRAL_API_KEY=${key}`,
    (key: string) => `MISTRAL_API_KEY="${key}"`,
    (key: string) => `'${key}'`,
    (key: string) => `Bearer ${key}`,
    (key: string) => `${key}\n`,
  ];

  it.each(quoted.map((quote) => [quote("KEY"), quote] as const))(
    "is neither used nor shown: %s",
    async (_shown, quote) => {
      const argument = quote(other);
      const lines = [
        [argument],
        ["init", argument],
        ["verify", "--model", argument],
        ["open", argument],
        ["-p", argument, "status"],
        ["env", "--shell", argument],
        ["--store", argument, "get"],
        ["init", "--expires", argument],
        ["init", "--server-url", argument, "--with-key"],
        ["completion", argument],
        ["import", "--from", argument, "--json"],
        ["--json", argument],
        ["--verbose", argument],
      ];
      // Every encoding in one place, and the first encoding in every place.
      const tried = quote === quoted[0] ? lines : lines.slice(0, 2);
      const runs = await Promise.all(tried.map((line) => run(line)));
      for (const [index, done] of runs.entries()) {
        expectNothingOf(done, JSON.stringify(lines[index]));
        if (argument.endsWith(other)) expect(done.code, JSON.stringify(lines[index])).toBe(2);
      }
      expect(filesHolding(folder, keys)).toEqual([]);
    },
  );

  it("does not come back from completion", async () => {
    expectNothingOf(await run(["__complete", "bash", "mistral-key", "init", other]), "completion");
    expectNothingOf(await run(["__complete", "--", "init", `--key=${other}`]), "completion");
  });
});

describe("a key on standard input", () => {
  it.each([
    ["two keys", `${stored}\n${other}\n`],
    ["a key in a sentence", `my key is ${other}, please`],
    ["a key and a control character", `${other}\u0007`],
    ["5000 characters", other.repeat(160)],
    ["a key of another shape", unusual],
    ["a key with an umlaut", `${other}ü`],
  ])("is not shown when it is %s", async (what, input) => {
    for (const args of [
      ["verify", "--stdin"],
      ["verify", "--stdin", "--json", "--verbose"],
      ["init", "--with-key", "--verbose"],
      ["rotate", "--with-key", "--json"],
    ]) {
      expectNothingOf(await run(args, { input, env: talkative }), `${what}: ${args.join(" ")}`);
    }
    expect(filesHolding(folder, keys)).toEqual([]);
  });

  it.each(["quote-key", "html", "garbage", "server-error", "cut", "redirect", "bad-gateway"] as const)(
    "is not shown when the answer is %s",
    async (behaviour) => {
      api.behave(behaviour);
      for (const input of [stored, unusual]) {
        for (const args of [
          ["verify", "--stdin"],
          ["verify", "--stdin", "--json"],
        ]) {
          const done = await run([...args, "--verbose"], { input, env: talkative });
          expect(done.code).toBeGreaterThan(3);
          expectNothingOf(done, `${behaviour}: ${args.join(" ")}`);
        }
      }
    },
  );
});

describeWithKeyring("a stored key", () => {
  let keyring: Keyring;

  beforeAll(async () => {
    keyring = await startKeyring({ state: "unlocked" });
    api.behave("normal");
    const done = await run(["init", "--with-key", "--expires", "90d", "--verbose"], {
      env: { ...session(), ...talkative },
      input: `${stored}\n`,
    });
    expect(done.code, done.stderr).toBe(0);
    expectNothingOf(done, "init");
  });
  afterAll(async () => {
    await keyring.stop();
  });

  const session = () => ({
    DBUS_SESSION_BUS_ADDRESS: keyring.env.DBUS_SESSION_BUS_ADDRESS,
    XDG_RUNTIME_DIR: keyring.env.XDG_RUNTIME_DIR,
  });

  const lines: readonly (readonly string[])[] = [
    [],
    ["--help"],
    ["--version"],
    ["help", "rotate"],
    ["status"],
    ["status", "--json"],
    ["ls", "--verbose"],
    ["verify"],
    ["verify", "--verbose"],
    ["verify", "--json", "--model", "no-such-model"],
    ["verify", "--all", "--json"],
    ["models", "--json", "--verbose"],
    ["limits", "--verbose"],
    ["limits", "--json"],
    ["try", "--verbose", "Hello"],
    ["try", "--as", "curl", "Hello"],
    ["get", "--copy"],
    ["doctor", "--offline"],
    ["doctor", "--offline", "--json", "--verbose"],
    ["doctor", "--scan", "--json"],
    ["import", "--list"],
    ["import", "--list", "--json"],
    ["open", "keys", "--no-browser"],
    ["env", "--write", join("no", "such", "folder", ".env")],
    ["env", "--shell", "bash", "--as", "1wrong"],
    ["rotate"],
    ["rotate", "--finish"],
    ["rotate", "--abort", "--json"],
    ["init"],
    ["init", "--with-key"],
    ["remove"],
    ["remove", "--json"],
    ["get", "-p", "nobody"],
    ["run"],
    ["run", "--", "no-such-command-anywhere"],
    ["run", "--redact", "--", process.execPath, "-e", "console.log(process.env.MISTRAL_API_KEY)"],
    ["verfy"],
    ["status", "--wrong"],
    ["completion", "bash"],
  ];

  it.each(lines.map((line) => [line.join(" ") || "nothing", line] as const))(
    "is shown by nothing: %s",
    async (_name, line) => {
      expectNothingOf(await run(line, { env: { ...session(), ...talkative }, input: "" }), line.join(" "));
    },
  );

  it("is shown by nothing when Mistral's answers hold it", async () => {
    api.behave("quote-key");
    for (const line of [["verify"], ["verify", "--json"], ["verify", "--all", "--verbose"]]) {
      const done = await run(line, { env: { ...session(), ...talkative } });
      expect(done.code).toBe(4);
      expectNothingOf(done, line.join(" "));
    }
    const rotated = await run(["rotate", "--with-key", "--verbose"], {
      env: { ...session(), ...talkative },
      input: unusual,
    });
    expect(rotated.code).toBe(4);
    expectNothingOf(rotated, "rotate");
  });

  it("is shown by nothing while it is rotated", async () => {
    for (const [args, input, code] of [
      [["rotate", "--with-key", "--verbose"], other, 4],
      [["rotate", "--with-key", "--verbose"], stored, 2],
      [["rotate", "--with-key", "--verbose"], unusual, 9],
      [["rotate", "--with-key"], stored, 9],
      [["status", "--json"], "", 0],
      [["rotate", "--finish", "--json"], "", 9],
      [["rotate", "--abort", "--yes", "--verbose"], "", 0],
    ] as const) {
      const done = await run(args, { env: { ...session(), ...talkative }, input });
      expect(done.code, `${args.join(" ")}: ${done.stderr}`).toBe(code);
      expectNothingOf(done, args.join(" "));
    }
    expect(await keyring.lookup("default")).toBe(stored);
  });

  it("is shown by nothing when it lies in a dotenv file that import lists", async () => {
    writeFileSync(join(project, ".env"), `MISTRAL_API_KEY=${stored}\nMISTRAL_API_KEY_2="${other}"\n`);
    try {
      for (const line of [
        ["import", "--list"],
        ["import", "--list", "--json"],
        ["doctor", "--offline"],
        ["status"],
      ]) {
        const done = await run(line, { env: { ...session(), ...talkative, MISTRAL_API_KEY: other } });
        expectNothingOf(done, line.join(" "));
      }
    } finally {
      rmSync(join(project, ".env"));
    }
  });

  it("is in no file, and in no name of one", () => {
    expect(filesHolding(folder, keys)).toEqual([]);
    // The keyring's own file is encrypted; its control files do not matter here.
    expect(filesHolding(keyring.env.HOME, keys)).toEqual([]);
  });

  it("is in no process's arguments, and in no environment but that of the command it is for", async () => {
    api.delay(250);
    const watched = watchChildren(stored, unusual);
    for (const line of [
      ["verify"],
      ["rotate", "--with-key"],
      ["rotate", "--abort", "--yes"],
      ["doctor", "--offline"],
    ]) {
      await run(line, { env: session(), input: line.includes("--with-key") ? unusual : "" });
    }
    const { holding, seen } = watched.stop();
    api.delay(0);
    expect(seen).not.toEqual([]);
    expect(holding).toEqual([]);
  });
});
