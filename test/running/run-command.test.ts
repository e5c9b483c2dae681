import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { runCommand } from "../../src/running/run-command.ts";
import { type BundledProgram, bundleProgram } from "../support/bundle.ts";

const key = ["A", "B", "C", "D"].map((letter) => `testKey${letter}`).join("");
const mask = "test...KeyD";

let program: BundledProgram;
let folder = "";
beforeAll(async () => {
  program = await bundleProgram(new URL("./runner-program.ts", import.meta.url));
  folder = mkdtempSync(join(tmpdir(), "mistral-key-run-"));
});
afterAll(() => {
  program.remove();
  rmSync(folder, { recursive: true, force: true });
});

const running = new Set<ChildProcess>();
afterEach(() => {
  for (const child of running) child.kill("SIGKILL");
});

function start(flags: readonly string[], command: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, [program.path, ...flags, "--", ...command]);
  running.add(child);
  child.once("exit", () => running.delete(child));
  return child;
}

async function finish(child: ChildProcess) {
  const [stdout, stderr, end] = await Promise.all([
    text(child.stdout as Readable),
    text(child.stderr as Readable),
    new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
      child.once("close", (code, signal) => resolve({ code, signal }));
    }),
  ]);
  return { stdout, stderr, ...end };
}

async function run(flags: readonly string[], command: readonly string[], input = "") {
  const child = start(flags, command);
  child.stdin?.on("error", () => {});
  child.stdin?.end(input);
  return finish(child);
}

const ways: readonly (readonly [name: string, flags: readonly string[]])[] = [
  ["plainly", []],
  ["masked", ["--redact"]],
];

/** Resolves when the child has written this. */
function wrote(child: ChildProcess, expected: string): Promise<void> {
  return new Promise((resolve) => {
    let seen = "";
    child.stdout?.on("data", (chunk) => {
      seen += chunk;
      if (seen.includes(expected)) resolve();
    });
  });
}

describe.skipIf(process.platform === "win32").each(ways)("a command started %s", (_name, flags) => {
  const masked = flags.includes("--redact");

  it("has the key in its environment", async () => {
    const { stdout, code } = await run(flags, ["printenv", "MISTRAL_API_KEY"]);
    expect({ stdout, code }).toEqual({ stdout: `${masked ? mask : key}\n`, code: 0 });
  });

  it("gets its arguments as they were written, with every quote there is", async () => {
    const args = [
      `it's`,
      `"double"`,
      "`back`",
      "$HOME",
      "$(id)",
      "\\",
      "\\\\n",
      "*",
      "~",
      "a b",
      "",
      "\t",
      "line\nline",
      "--redact",
      "--",
      "-x",
      "‘curly’",
      "%PATH%",
      "!",
      "#",
      ";",
      "|",
      "&&",
      "ä€𝄞",
    ];
    const { stdout } = await run(flags, [
      process.execPath,
      "-e",
      "console.log(JSON.stringify(process.argv.slice(1)))",
      "--",
      ...args,
    ]);
    expect(JSON.parse(stdout)).toEqual(args);
  });

  it("passes its input and both outputs through", async () => {
    const result = await run(flags, ["sh", "-c", "cat; echo problem >&2"], "line one\nline two");
    expect(result).toEqual({ stdout: "line one\nline two", stderr: "problem\n", code: 0, signal: null });
  });

  it("returns its exit code", async () => {
    for (const code of [1, 2, 126, 127, 128, 130, 255]) {
      expect((await run(flags, ["sh", "-c", `exit ${code}`])).code).toBe(code);
    }
  });

  it("ends by a signal that stops a script when its command does, and with the number of any other", async () => {
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) {
      const result = await run(flags, ["sh", "-c", `echo before; kill -${signal.slice(3)} $$`]);
      expect(result).toMatchObject({ stdout: "before\n", code: null, signal });
    }
    for (const [signal, code] of [
      ["KILL", 137],
      ["SEGV", 139],
      ["PIPE", 141],
    ] as const) {
      const result = await run(flags, ["sh", "-c", `ulimit -c 0; echo before; kill -${signal} $$`]);
      expect(result).toMatchObject({ stdout: "before\n", code });
    }
  });

  it("passes signals on, and ends as the command chooses to", async () => {
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGQUIT"] as const) {
      const name = signal.slice(3);
      const script = `trap 'echo got ${name}; exit 42' ${name}; echo ready; while :; do sleep 0.02; done`;
      const child = start(flags, ["sh", "-c", script]);
      const result = finish(child);
      await wrote(child, "ready");
      child.kill(signal);
      expect(await result).toMatchObject({ stdout: `ready\ngot ${name}\n`, code: 42 });
    }
  });

  it("continues when the command handles a signal and continues", async () => {
    const script = `
      process.on("SIGUSR2", () => console.log("once"));
      process.stdin.pipe(process.stdout);
      console.log("ready");`;
    const child = start(flags, [process.execPath, "-e", script]);
    const result = finish(child);
    await wrote(child, "ready");
    child.kill("SIGUSR2");
    await wrote(child, "once");
    child.stdin?.end("goodbye\n");
    expect(await result).toMatchObject({ stdout: "ready\nonce\ngoodbye\n", code: 0 });
  });

  it.skipIf(!masked)(
    "can be ended by a signal when only its background jobs keep its output open",
    async () => {
      const child = start(flags, ["sh", "-c", "sleep 60 & echo $!; exit 3"]);
      const left = await new Promise<number>((resolve) =>
        child.stdout?.once("data", (chunk) => resolve(Number(chunk))),
      );
      try {
        // One that comes before the command has ended goes to the command.
        await expect
          .poll(() => {
            child.kill("SIGTERM");
            return child.signalCode;
          })
          .toBe("SIGTERM");
      } finally {
        process.kill(left);
      }
    },
  );

  it.skipIf(!masked)("is reported as not started when too many files are open", async () => {
    for (let most = 20; most < 30; most += 1) {
      const command = [process.execPath, program.path, ...flags, "--", "true"];
      const child = spawn("sh", ["-c", `ulimit -n ${most}; exec "$@"`, "sh", ...command]);
      expect((await finish(child)).stderr).not.toContain("Unhandled 'error' event");
    }
  });

  it("notices that its reader is gone, as it would without us", async () => {
    const script = `"$@" | head -c 5; echo "\${PIPESTATUS[0]}"`;
    const child = spawn(
      "bash",
      ["-c", script, "bash", process.execPath, program.path, ...flags, "--", "yes"],
      { stdio: ["ignore", "pipe", "pipe"] },
    );
    const { stdout, stderr } = await finish(child);
    expect({ stdout, stderr }).toEqual({ stdout: "y\ny\ny141\n", stderr: "" });
  });

  it.runIf(masked)("can open its outputs by name", async () => {
    const result = await run(flags, ["sh", "-c", "echo out > /dev/stdout; echo err > /dev/stderr"]);
    expect(result).toMatchObject({ stdout: "out\n", stderr: "err\n", code: 0 });
  });

  it.runIf(existsSync("/dev/full"))("exits with its own code when its output cannot be written", async () => {
    const device = openSync("/dev/full", "w");
    const script = "echo out; echo problem >&2; exit 3";
    const child = spawn(process.execPath, [program.path, ...flags, "--", "sh", "-c", script], {
      stdio: ["ignore", device, "pipe"],
    });
    closeSync(device);
    const [stderr, code] = await Promise.all([
      text(child.stderr as Readable),
      new Promise((resolve) => child.once("close", resolve)),
    ]);
    expect(code).toBe(3);
    expect(stderr).toMatch(/problem\n$/);
  });

  it("can read its input when it has to wait for it", async () => {
    const child = start(flags, ["sh", "-c", "read a; echo first; read b; echo $a $b"]);
    const result = finish(child);
    child.stdin?.write("one\n");
    await wrote(child, "first");
    child.stdin?.end("two\n");
    expect(await result).toMatchObject({ stdout: "first\none two\n", stderr: "", code: 0 });
  });

  it("passes twenty megabytes through unchanged", async () => {
    const make = `
      const block = Buffer.alloc(1 << 20);
      for (let i = 0; i < block.length; i++) block[i] = (i * 2654435761) >>> 24;
      let left = 20;
      const more = () => { while (left-- > 0) { block[0] = left; if (!process.stdout.write(Buffer.from(block))) return process.stdout.once("drain", more); } };
      more();`;
    const expected = createHash("sha256");
    const child = start(flags, [process.execPath, "-e", make]);
    const hash = createHash("sha256");
    let size = 0;
    child.stdout?.on("data", (chunk: Buffer) => {
      hash.update(chunk);
      size += chunk.length;
    });
    const code = await new Promise((resolve) => child.once("close", resolve));
    const block = Buffer.alloc(1 << 20);
    for (let i = 0; i < block.length; i++) block[i] = (i * 2654435761) >>> 24;
    for (let left = 19; left >= 0; left--) {
      block[0] = left;
      expected.update(block);
    }
    expect({ code, size, hash: hash.digest("hex") }).toEqual({
      code: 0,
      size: 20 << 20,
      hash: expected.digest("hex"),
    });
  });

  it("is run by the shell when it is a script without a first line", async () => {
    const script = join(folder, "no-first-line");
    writeFileSync(script, 'echo "hello $1"\n');
    chmodSync(script, 0o755);
    expect(await run(flags, [script, "you"])).toMatchObject({ stdout: "hello you\n", code: 0 });
  });

  it.each(["no-such-command-here", "./no-such-command-here", ""])(
    "is reported as missing: %j",
    async (name) => {
      const locked = join(folder, "locked");
      mkdirSync(locked, { mode: 0 });
      vi.stubEnv("PATH", `${locked}:/usr/bin:/bin`);
      const { code, stderr } = await run(flags, [name]);
      vi.unstubAllEnvs();
      rmdirSync(locked);
      expect({ code, stderr }).toEqual({
        code: 127,
        stderr: `There is no command "${name}" here, or what it needs to start is missing.\n`,
      });
    },
  );

  it("may be an alias or a function of the user's own shell", async () => {
    const starter = {
      platform: process.platform,
      env: { SHELL: "/opt/my shells/nu" },
      stdout: process.stdout,
      stderr: process.stderr,
      signal: new AbortController().signal,
      handOver: () => {},
    };
    await expect(runCommand(["no-such-command-here"], { env: {} }, starter)).rejects.toMatchObject({
      hint: expect.stringContaining("after run --: '/opt/my shells/nu' -ic 'COMMAND'"),
    });
  });

  it("is reported as missing when its interpreter is", async () => {
    const script = join(folder, "no-interpreter");
    writeFileSync(script, "#!/no/such/interpreter\n");
    chmodSync(script, 0o755);
    expect(await run(flags, [script])).toMatchObject({ code: 127 });
  });

  it("cannot be run when it is a folder or not executable", async () => {
    const text = join(folder, "text");
    writeFileSync(text, "echo hello\n");
    for (const name of [folder, text]) {
      const { code, stderr } = await run(flags, [name]);
      expect({ code, stderr }).toEqual({
        code: 126,
        stderr: `"${name}" cannot be run: permission denied.\n`,
      });
    }
  });
});

describe.each([
  ["plain", []],
  ["masked", ["--redact"]],
])("the way on Windows, %s", (_name, more) => {
  const flags = ["--windows", ...more];

  it("passes input, outputs, arguments and code through", async () => {
    const script =
      "process.stdin.pipe(process.stdout).on('error', () => {}); console.error(process.argv[1]); process.exitCode = 7";
    const result = await run(flags, [process.execPath, "-e", script, "--", 'a "b" %c%'], "input");
    expect(result).toMatchObject({ stdout: "input", stderr: 'a "b" %c%\n', code: 7 });
  });

  it.runIf(process.platform === "win32")(
    "prefers a program on PATH to one in the current folder",
    async () => {
      const [here = "", there = ""] = ["here", "there"].map((name) => {
        const path = join(folder, name);
        mkdirSync(path, { recursive: true });
        writeFileSync(join(path, "tool.cmd"), `@echo ${name}`);
        return path;
      });
      const env = { ...process.env, PATH: `${there};${process.env.PATH}` };
      const child = spawn(process.execPath, [program.path, ...flags, "--", "tool"], { cwd: here, env });
      running.add(child);
      expect(await finish(child)).toMatchObject({ stdout: "there\r\n", code: 0 });
    },
  );

  it("of a whole line in quotes, says to leave them out if its first word is a program", async () => {
    const starter = {
      platform: process.platform,
      env: { PATH: dirname(process.execPath) },
      stdout: process.stdout,
      stderr: process.stderr,
      signal: new AbortController().signal,
      handOver: () => {},
    };
    const start = (line: string) => runCommand([line], { env: {} }, starter);
    const node = basename(process.execPath);
    await expect(start(`${node} app.js`)).rejects.toMatchObject({
      kind: "command-not-found",
      hint: expect.stringContaining(`Leave out the quotes around it, so that "${node}" is the command`),
    });
    await expect(start("no-such-command-here app.js")).rejects.toMatchObject({
      hint: expect.stringContaining("Check its spelling"),
    });
  });

  it("says that a command is missing", async () => {
    const result = await run(flags, ["no-such-command-here"]);
    expect(result).toMatchObject({
      code: 127,
      stderr: expect.stringContaining('There is no command "no-such-command-here"'),
    });
  });
});
