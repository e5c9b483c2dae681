import { execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { parse } from "yaml";
import { dayAfter } from "../../src/keys/expiry.ts";
import { findProgram } from "../support/find-program.ts";
import { middayZone } from "../support/midday.ts";
import { type LoopbackMistralApi, startMistralApi } from "../support/mistral-api.ts";
import { program, runProgram } from "../support/program.ts";
import { quickScrypt } from "../support/quick-scrypt.ts";
import { usualIdentity } from "../support/usual-answers.ts";

const page = readFileSync(fileURLToPath(new URL("../../docs/reminders.md", import.meta.url)), "utf8");
const key = "testKey0".repeat(4);
let home: string;
let api: LoopbackMistralApi;
let env: Record<string, string>;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), "reminders-page-"));
  api = await startMistralApi({ keys: [key] });
  mkdirSync(join(home, "bin"));
  const shim = (name: string, lines: string) => {
    writeFileSync(join(home, "bin", name), `#!/bin/sh\n${lines}\n`);
    chmodSync(join(home, "bin", name), 0o755);
  };
  shim("mistral-key", `exec "${process.execPath}" "${program}" "$@"`);
  shim("npx", '[ "$1" = --no-install ] && shift && exec "$@"');
  // The days that the tests reckon are those of the program.
  vi.stubEnv("TZ", middayZone());
  env = {
    ...quickScrypt,
    PATH: `${join(home, "bin")}:${process.env.PATH}`,
    HOME: home,
    TZ: middayZone(),
    LANG: "C.UTF-8",
    MISTRAL_KEY_SERVER_URL: api.url,
    MISTRAL_KEY_STORE: "file",
    MISTRAL_KEY_PASSPHRASE: "correct horse battery staple",
  };
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await api.stop();
  rmSync(home, { recursive: true, force: true });
});

/** The examples of the page in one language, in their order. */
function examples(language: string): readonly string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "gm"))].map(
    ([, text = ""]) => text,
  );
}

function inShell(shell: readonly [string, ...string[]], script: string, more: Record<string, string> = {}) {
  return new Promise<{ code: number | null; output: string }>((resolve) => {
    const child = spawn(shell[0], [...shell.slice(1), script], { env: { ...env, ...more } });
    let output = "";
    const collect = (chunk: Buffer) => {
      output += chunk.toString();
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    child.on("close", (code) => resolve({ code, output }));
  });
}

async function store(expires: string): Promise<void> {
  const args = ["init", "--with-key", "--no-verify", "--yes", "--expires", expires];
  expect((await runProgram(args, { env, input: key })).code).toBe(0);
}

describe.skipIf(process.platform === "win32").each(examples("crontab").map((text) => [text]))(
  "the crontab\n%s",
  (text) => {
    const lines = text.trim().split("\n");
    const job = lines.at(-1) ?? "";
    const [, time = "", command = ""] = /^((?:\S+ ){5})(.*)$/.exec(job) ?? [];

    it("is a crontab: variables, then five fields of time and a command without a bare %", () => {
      expect(lines.slice(0, -1).every((line) => /^[A-Z_]+=\S+$/.test(line))).toBe(true);
      const field = /^(?:\*|\d{1,2}(?:-\d{1,2})?)(?:\/\d+)?$/;
      expect(
        time
          .trim()
          .split(" ")
          .every((part) => field.test(part)),
      ).toBe(true);
      expect(command).not.toMatch(/(?<!\\)%/);
    });

    const rotates = command.includes("rotate");

    it.runIf(rotates)("prints nothing when a key was rotated, and why not otherwise", async () => {
      const made = "made0000".repeat(4);
      const adminKey = "admin999".repeat(4);
      api.admin.key = adminKey;
      api.admin.add(key, { name: "laptop" });
      api.admin.upcoming.push(made);
      await store("10d");
      expect((await inShell(["/bin/sh", "-c"], command)).output).toContain("init --admin");
      const given = await runProgram(["init", "--admin", "--with-key"], { env, input: adminKey });
      expect(given.code).toBe(0);
      await runProgram(["expires", "10d"], { env });
      expect((await inShell(["/bin/sh", "-c"], command)).output).toBe("");
      expect((await runProgram(["get"], { env })).stdout.trim()).toBe(made);
      expect(api.admin.has(key)).toBe(false);
    });

    it.runIf(!rotates)(
      "prints nothing when all is well, and what is wrong otherwise, which cron mails",
      async () => {
        await store("90d");
        expect((await inShell(["/bin/sh", "-c"], command)).output).toBe("");
        await store("10d");
        expect((await inShell(["/bin/sh", "-c"], command)).output).toContain("expires in 10 days");
        api.keys.revoke(key);
        expect((await inShell(["/bin/sh", "-c"], command)).output).toContain("does not accept");
      },
    );
  },
);

describe.skipIf(process.platform === "win32")("a program that is restarted as a target", () => {
  it("starts with the new key while the old one still works", async () => {
    const push = examples("sh").find((text) => text.includes("restart")) ?? "";
    const started = join(home, "started");
    // Like a unit, it has a passphrase of its own.
    const systemctl = `#!/bin/sh
      export MISTRAL_KEY_PASSPHRASE='${env.MISTRAL_KEY_PASSPHRASE}'
      mistral-key run -- sh -c 'echo "$0 $MISTRAL_API_KEY"' "$*" >> "${started}"
      echo ${key} | mistral-key verify --stdin --quick && echo "the old one works" >> "${started}"\n`;
    writeFileSync(join(home, "bin", "systemctl"), systemctl, { mode: 0o755 });
    const made = "made0000".repeat(4);
    api.admin.key = "admin999".repeat(4);
    api.admin.add(key, { name: "laptop", expiration_date: dayAfter(9, new Date()) });
    api.admin.upcoming.push(made);
    await store("9d");
    await runProgram(["init", "--admin", "--with-key"], { env, input: api.admin.key });
    expect(await inShell(["/bin/sh", "-c"], push)).toMatchObject({ code: 0 });
    const rotate = "mistral-key rotate --all --expiring 14d --auto";
    expect(await inShell(["/bin/sh", "-c"], rotate)).toMatchObject({ code: 0 });
    const starts = [key, made].map((one) => `--user restart app ${one}\nthe old one works\n`);
    expect(readFileSync(started, "utf8")).toBe(starts.join(""));
    expect(api.admin.has(key)).toBe(false);
  });
});

describe("the units for systemd", () => {
  const [checking = "", checkingTimer = "", rotating = "", rotatingTimer = ""] = examples("ini");
  const units = [
    ["mistral-key-verify", checking, checkingTimer, "verify --all --min-days 14", "09:00"],
    ["mistral-key-rotate", rotating, rotatingTimer, "rotate --all --expiring 14d --auto", "08:00"],
  ] as const;

  it.each(units)("%s runs the same command as cron, once a week", (_, service, timer, command, time) => {
    expect(service).toMatch(new RegExp(`^ExecStart=\\S+/mistral-key ${command} --no-color$`, "m"));
    expect(timer).toContain(`\nOnCalendar=Mon ${time}\n`);
    expect(timer).toMatch(/^WantedBy=timers\.target$/m);
  });

  it.skipIf(findProgram("systemd-analyze") === undefined).each(units)(
    "%s passes systemd-analyze",
    (name, service, timer) => {
      // Where the command is on this machine; it looks whether it can be executed.
      const here = service.replace(/^ExecStart=\S+/m, `ExecStart="${join(home, "bin", "mistral-key")}"`);
      const files = [
        [join(home, `${name}.service`), here],
        [join(home, `${name}.timer`), timer],
      ] as const;
      for (const [path, text] of files) writeFileSync(path, text);
      execFileSync("systemd-analyze", ["verify", "--man=no", "--user", ...files.map(([path]) => path)], {
        env: { ...env, XDG_RUNTIME_DIR: home },
        stdio: "pipe",
      });
      const calendar = /^OnCalendar=(.*)$/m.exec(timer)?.[1] ?? "";
      expect(execFileSync("systemd-analyze", ["calendar", calendar], { encoding: "utf8" })).toContain("Mon");
    },
  );
});

interface Workflow {
  readonly on: { readonly schedule: readonly { readonly cron: string }[] };
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly "timeout-minutes": number;
        readonly steps: readonly { readonly run?: string; readonly env?: Readonly<Record<string, string>> }[];
      }
    >
  >;
}

describe.skipIf(process.platform === "win32")("the workflow that rotates", () => {
  const workflow: Workflow = parse(examples("yaml")[1] ?? "");
  const step = workflow.jobs.rotate?.steps.at(-1);
  const made = "made0000".repeat(4);
  const secret = () => readFileSync(join(home, "secret"), "utf8");

  it("replaces the key in the secret, once it expires soon", async () => {
    const gh = `#!/bin/sh\ncase $2 in set) cat > "${join(home, "secret")}";; list) echo MISTRAL_API_KEY;; esac\n`;
    writeFileSync(join(home, "bin", "gh"), gh, { mode: 0o755 });
    api.admin.key = "admin999".repeat(4);
    api.admin.add(key, { name: "laptop", expiration_date: dayAfter(90, new Date()) });
    api.admin.upcoming.push(made);
    const run = async () => {
      rmSync(join(home, ".config"), { recursive: true, force: true });
      return await inShell(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c"],
        step?.run ?? "exit 1",
        {
          KEY: key,
          ADMIN_KEY: api.admin.key ?? "",
          GITHUB_REPOSITORY: "ada/engine",
          MISTRAL_KEY_STORE: "file",
          CI: "true",
        },
      );
    };
    expect(await run()).toMatchObject({ code: 0 });
    expect(secret()).toBe(key);
    api.admin.rows.clear();
    api.admin.add(key, { name: "laptop", expiration_date: dayAfter(9, new Date()) });
    const { code, output } = await run();
    expect([code, secret()], output).toEqual([0, made]);
    expect(output).not.toContain(key);
    // Everybody may read the log of a public repository.
    expect(output).not.toContain(usualIdentity.email);
    expect(api.admin.has(key)).toBe(false);
  });
});

it.skipIf(process.platform === "win32")(
  "the step of docs/headless.md that checks a secret does not say whose it is in the log",
  async () => {
    const headless = readFileSync(fileURLToPath(new URL("../../docs/headless.md", import.meta.url)), "utf8");
    const step = /^- run: (.*verify --stdin.*)$/m.exec(headless)?.[1] ?? "exit 1";
    const { code, output } = await inShell(["bash", "-ec"], step, { KEY: key, CI: "true" });
    expect([code, output]).toEqual([0, expect.stringContaining("Mistral accepts this key")]);
    expect(output).not.toContain(usualIdentity.email);
  },
);

describe.skipIf(process.platform === "win32")("the workflow for GitHub Actions", () => {
  const workflow: Workflow = parse(examples("yaml")[0] ?? "");
  const step = workflow.jobs.verify?.steps.at(-1);
  /** As a runner runs it: `bash -e`, with the secret and the variable filled in. */
  const run = (ends: string) =>
    inShell(["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c"], step?.run ?? "exit 1", {
      KEY: key,
      ENDS: ends,
      CI: "true",
    });

  it("runs on a schedule, may only read, and gives the secret to one step alone", () => {
    expect(workflow.on.schedule.map(({ cron }) => cron)).toEqual(["0 9 * * 1"]);
    expect(workflow.permissions).toEqual({ contents: "read" });
    expect(workflow.jobs.verify?.["timeout-minutes"]).toBeLessThan(60);
    const holders = workflow.jobs.verify?.steps.filter(({ env = {} }) =>
      JSON.stringify(env).includes("secrets."),
    );
    expect(holders).toEqual([step]);
    expect(step?.env).toMatchObject({ MISTRAL_KEY_STORE: "file", KEY: expect.stringContaining("secrets.") });
  });

  it("passes, and fails in the last fortnight, after the last day and when the key is refused", async () => {
    const day = (count: number) => dayAfter(count, new Date());
    const ended = async (ends: string) => {
      rmSync(join(home, ".config"), { recursive: true, force: true });
      const { code, output } = await run(ends);
      expect(output).not.toContain(key);
      return code;
    };
    expect(await ended(day(90))).toBe(0);
    expect(await ended(day(14))).toBe(8);
    expect(await ended(day(-1))).toBe(2);
    api.keys.revoke(key);
    expect(await ended(day(90))).toBe(4);
  });
});
