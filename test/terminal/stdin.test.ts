import { spawn } from "node:child_process";
import { once } from "node:events";
import { PassThrough, Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Cancelled, MistralKeyError } from "../../src/errors.ts";
import { readStdin } from "../../src/terminal/stdin.ts";
import { type BundledProgram, bundleProgram } from "../support/bundle.ts";
import { openTerminal } from "../support/terminal.ts";

const key = "testKey0".repeat(4);
const never = new AbortController().signal;

async function failureOf(promise: Promise<unknown>): Promise<MistralKeyError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof MistralKeyError) return error;
  throw new Error(`Expected a MistralKeyError, got ${String(error)}`);
}

describe("readStdin", () => {
  it("returns everything, however it is chunked", async () => {
    expect(
      await readStdin(Readable.from([Buffer.from(key.slice(0, 7)), Buffer.from(`${key.slice(7)}\n`)]), never),
    ).toBe(`${key}\n`);
  });

  it.each(["utf8", "utf16le"] as const)("reads a file with a byte order mark, in %s", async (encoding) => {
    const file = Buffer.from(`\ufeff${key}\r\n`, encoding);
    expect(await readStdin(Readable.from([file]), never)).toBe(`${key}\r\n`);
  });

  it("returns an empty text for an empty file", async () => {
    expect(await readStdin(Readable.from([]), never)).toBe("");
  });

  it("joins a character that is split between two chunks", async () => {
    const bytes = Buffer.from("é");
    expect(await readStdin(Readable.from([bytes.subarray(0, 1), bytes.subarray(1)]), never)).toBe("é");
  });

  it("refuses a terminal and says what to do instead", async () => {
    const stream = Object.assign(new PassThrough(), { isTTY: true });
    const failure = await failureOf(readStdin(stream, never));
    expect(failure.kind).toBe("usage");
    expect(failure.hint).toContain("< FILE");
  });

  it("refuses more than 64 KiB without waiting for the end", async () => {
    const stream = new PassThrough();
    const reading = failureOf(readStdin(stream, never));
    stream.write(Buffer.alloc(65 * 1024, "x"));
    const failure = await reading;
    expect(failure.kind).toBe("usage");
    expect(failure.message).toContain("64 KiB");
    expect(stream.destroyed).toBe(true);
  });

  it("takes exactly 64 KiB", async () => {
    expect(await readStdin(Readable.from([Buffer.alloc(64 * 1024, "x")]), never)).toHaveLength(64 * 1024);
  });

  it("waits on an open pipe until it is stopped", async () => {
    const controller = new AbortController();
    const stream = new PassThrough();
    const reading = failureOf(readStdin(stream, controller.signal));
    controller.abort();
    expect(await reading).toBeInstanceOf(Cancelled);
    expect(stream.destroyed).toBe(true);
  });

  it("can be stopped before it begins", async () => {
    expect(await failureOf(readStdin(new PassThrough(), AbortSignal.abort()))).toBeInstanceOf(Cancelled);
  });

  it("says that stdin cannot be read", async () => {
    const stream = new Readable({
      read() {
        this.destroy(new Error("EISDIR: illegal operation on a directory, read"));
      },
    });
    const failure = await failureOf(readStdin(stream, never));
    expect(failure.kind).toBe("usage");
  });
});

describe("readStdin in a process", () => {
  let program: BundledProgram;
  beforeAll(async () => {
    program = await bundleProgram(new URL("./programs/read-stdin.ts", import.meta.url));
  });
  afterAll(() => program.remove());

  it("ends while a pipe stays open, when told to stop", async () => {
    const child = spawn(process.execPath, [program.path, "--ready"], { stdio: ["pipe", "pipe", "inherit"] });
    await once(child.stdout, "data");
    child.kill("SIGTERM");
    const [code] = await once(child, "exit");
    expect(code).toBe(130);
  });

  it("refuses a real terminal at once", async () => {
    const terminal = openTerminal(process.execPath, [program.path]);
    try {
      await terminal.waitFor("keyboard");
      expect((await terminal.exit()).code).toBe(2);
    } finally {
      await terminal.close();
    }
  });
});
