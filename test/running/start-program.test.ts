import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ApiKey } from "../../src/keys/api-key.ts";
import {
  launchProgram,
  type ProgramOptions,
  runProgram,
  startProgram,
} from "../../src/running/start-program.ts";

const key = ApiKey.of("testKey0".repeat(4));
const { platform } = process;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "start-program-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function options(changes: Partial<ProgramOptions> = {}): ProgramOptions {
  return { env: { PATH: `${folder}:/usr/bin:/bin` }, platform, timeLimitMs: 20_000, ...changes };
}

function script(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${text}\n`);
  chmodSync(file, 0o755);
  return file;
}

describe.runIf(process.platform === "win32")("runProgram on Windows", () => {
  it("starts the .cmd beside a script for Unix, and hands a key over on stdin", async () => {
    writeFileSync(join(folder, "helper"), "#!/bin/sh\nexit 9\n");
    const code = "process.stdin.pipe(process.stdout), process.exitCode = process.argv.length";
    writeFileSync(join(folder, "helper.cmd"), `@"${process.execPath}" -e "${code}" -- %*\r\n`);
    const env = { ...process.env, Path: folder, PATH: folder };
    expect(await runProgram("helper", ["a b", "c"], { ...options({ env }), input: key })).toEqual({
      kind: "exited",
      code: 3,
      stdout: Buffer.from(key.reveal()),
      stderr: Buffer.alloc(0),
    });
  });

  it("stops a program that takes too long", async () => {
    const wait = runProgram(
      process.execPath,
      ["-e", "setInterval(() => {}, 1000)"],
      options({ timeLimitMs: 500 }),
    );
    expect(await wait).toEqual({ kind: "timed-out" });
  });
});

describe.skipIf(process.platform === "win32")("runProgram", () => {
  it("returns what the program wrote, and its exit code", async () => {
    script("helper", "cat; echo complaint >&2; exit 3");
    expect(await runProgram("helper", [], { ...options(), input: "text" })).toEqual({
      kind: "exited",
      code: 3,
      stdout: Buffer.from("text"),
      stderr: Buffer.from("complaint\n"),
    });
  });

  it("hands a key over on stdin", async () => {
    const outcome = await runProgram("cat", [], { ...options(), input: key });
    expect(outcome).toMatchObject({ kind: "exited", stdout: Buffer.from(key.reveal()) });
  });

  it("accepts a program that reads nothing", async () => {
    const outcome = await runProgram("true", [], { ...options(), input: Buffer.alloc(1 << 20) });
    expect(outcome).toMatchObject({ kind: "exited", code: 0 });
  });

  it("passes no secret on to the program", async () => {
    const compressed = deflateSync(`{"n":{"MISTRAL_API_KEY":"${key.reveal()}"}}`).toString("base64url");
    const env = {
      PATH: `.:${folder}::/usr/bin:/bin:relative`,
      HOME: "/home/ada",
      MISTRAL_API_KEY: key.reveal(),
      mistral_api_key: key.reveal(),
      MISTRAL_KEY_PASSPHRASE: "correct horse",
      MISTRAL_KEY_PASSPHRASE_FILE: "/run/passphrase",
      MISTRAL_ADMIN_KEY: "testAdm0".repeat(4),
      LLM_MISTRAL_KEY: key.reveal(),
      COPY: `x=${key.reveal()}`,
      DIRENV_DIFF: compressed,
      __MISE_DIFF: compressed,
      __MISE_SESSION: compressed,
      __FNOX_DIFF: compressed,
      __FNOX_SESSION: compressed,
      MISTRAL_KEY_HOME: "/home/ada/keys",
    };
    const outcome = await runProgram("env", [], { ...options({ env }), variables: { ADDED: "yes" } });
    const lines = outcome.kind === "exited" ? outcome.stdout.toString().trim().split("\n") : [];
    expect(lines.sort()).toEqual([
      "ADDED=yes",
      "HOME=/home/ada",
      "MISTRAL_KEY_HOME=/home/ada/keys",
      `PATH=${folder}:/usr/bin:/bin`,
    ]);
  });

  it("passes on no copy of the key that a program is handed", async () => {
    script("helper", `env >"${folder}/env"`);
    const { timeLimitMs, ...launch } = options({
      env: { ...options().env, COPY: key.reveal(), KEPT: "yes" },
    });
    for (const start of [
      () => runProgram("helper", [], { ...launch, timeLimitMs, input: key }),
      () => launchProgram("helper", [], { ...launch, failsWithinMs: timeLimitMs, input: key }),
    ]) {
      expect(await start()).toMatchObject({ kind: "exited", code: 0 });
      const inherited = readFileSync(`${folder}/env`, "utf8");
      expect(inherited).toContain("KEPT=yes");
      expect(inherited).not.toContain(key.reveal());
    }
  });

  it("says that a program is missing, or cannot be started", async () => {
    expect(await runProgram("no-such-program", [], options())).toEqual({ kind: "not-found" });
    const file = script("helper", "");
    writeFileSync(file, "#!/no/such/interpreter\n");
    expect(await runProgram("helper", [], options())).toEqual({ kind: "not-started", code: "ENOENT" });
  });

  it.each([
    ["neither of them wants to end", "trap '' TERM; sleep 1000 &"],
    ["only that does not want to end", "(trap '' TERM; exec sleep 1000 >/dev/null 2>&1) &"],
  ])("ends a program that takes too long, with its children: %s", async (_, begin) => {
    script("helper", `${begin} echo $! >"${folder}/pid"; wait; wait`);
    // On a busy machine it may not even have begun by then.
    for (let timeLimitMs = 1500; notedPid() === undefined; timeLimitMs *= 2) {
      expect(await runProgram("helper", [], options({ timeLimitMs }))).toEqual({ kind: "timed-out" });
    }
    await expect.poll(() => isRunning(notedPid() ?? 0)).toBe(false);
  });

  it.each(["yes", "seq 1000"])(
    "ends a program that writes too much, and returns no part of it: %s",
    async (line) => {
      const [name = "", ...args] = line.split(" ");
      const outcome = await runProgram(name, args, { ...options(), sizeLimit: 1000 });
      expect(outcome).toEqual({ kind: "too-large" });
    },
  );

  it("ends a program when the signal comes, and throws its reason", async () => {
    const controller = new AbortController();
    script("helper", `echo started >"${folder}/started"; exec sleep 1000`);
    const running = runProgram("helper", [], options({ signal: controller.signal }));
    await expect.poll(() => existsSync(`${folder}/started`)).toBe(true);
    controller.abort(new Error("enough"));
    await expect(running).rejects.toThrow("enough");
  });

  it("reports a signal that was not its own", async () => {
    script("helper", "kill -KILL $$");
    expect(await runProgram("helper", [], options())).toEqual({ kind: "stopped" });
  });

  it("does not wait for processes that a program leaves behind", async () => {
    script("helper", "sleep 1000 & echo $!");
    const outcome = await runProgram("helper", [], options());
    expect(outcome).toMatchObject({ kind: "exited", code: 0 });
    const left = outcome.kind === "exited" ? outcome.stdout.toString() : "";
    expect(left).toMatch(/^\d+\n$/);
    process.kill(Number(left));
  });
});

describe.skipIf(process.platform === "win32")("startProgram", () => {
  it("lets a program be read while it runs", async () => {
    script("helper", "echo first; exec sleep 1000");
    const program = await startProgram("helper", [], options());
    const { value } = await program.stdout[Symbol.asyncIterator]().next();
    expect(String(value)).toBe("first\n");
    program.stop();
    expect(await program.ended).toEqual({ kind: "stopped" });
  });

  it("has nothing to read when there is no program", async () => {
    const program = await startProgram("no-such-program", [], options());
    expect(await program.stdout.toArray()).toEqual([]);
    expect(await program.ended).toEqual({ kind: "not-found" });
  });
});

describe.skipIf(process.platform === "win32")("launchProgram", () => {
  it("reports a program that fails at once, and leaves another one running", async () => {
    const { timeLimitMs, ...launch } = options();
    script("failing", "exit 4");
    expect(await launchProgram("failing", [], { ...launch, failsWithinMs: timeLimitMs })).toMatchObject({
      kind: "exited",
      code: 4,
    });
    script("going-on", `echo $$ >"${folder}/pid"; exec sleep 1000`);
    expect(await launchProgram("going-on", [], { ...launch, failsWithinMs: 300 })).toBe(undefined);
    await expect.poll(notedPid).toBeDefined();
    process.kill(notedPid() ?? Number.NaN);
  });
});

/** What a script has written to the file `pid`, once its line is complete; the process 0 would be everybody. */
function notedPid(): number | undefined {
  const text = existsSync(`${folder}/pid`) ? readFileSync(`${folder}/pid`, "utf8") : "";
  return text.endsWith("\n") ? Number(text) : undefined;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // Has exited, but was not reaped by its new parent.
    return !/^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
