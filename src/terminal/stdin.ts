import { Cancelled, MistralKeyError } from "../errors.ts";

/** More than any key, with room for a shell script somebody piped in by mistake. */
const limitInBytes = 64 * 1024;

/** A readable stream that may be a terminal, as `process.stdin` is. */
export interface InputStream extends NodeJS.ReadableStream {
  readonly isTTY?: boolean;
  destroy?(): unknown;
}

/**
 * Reads all of standard input as text, at most 64 KiB. Waits for as long as the other end keeps
 * the pipe open, so the caller says what it is waiting for.
 *
 * @throws MistralKeyError of kind `usage` when stdin is a terminal, is too long or cannot be read
 * @throws Cancelled when `signal` is aborted
 */
export async function readStdin(stream: InputStream, signal: AbortSignal): Promise<string> {
  if (stream.isTTY === true) {
    throw new MistralKeyError("usage", "A key was expected on standard input, but that is your keyboard.", {
      hint: "Send it from a file (… < FILE) or through a pipe (COMMAND | …). In a terminal, without --no-input and CI, mistral-key asks for it and keeps it hidden.",
    });
  }
  if (signal.aborted) throw new Cancelled();
  const bytes = await readAll(stream, signal);
  return decode(bytes);
}

function readAll(stream: InputStream, signal: AbortSignal): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const settle = (act: () => void) => {
      stream.off("data", onData).off("end", onEnd).off("close", onEnd).off("error", onError);
      signal.removeEventListener("abort", onAbort);
      act();
    };
    const stop = (error: Error) => {
      // An open pipe would keep the program alive, waiting for what nobody reads any more.
      settle(() => reject(error));
      stream.pause();
      stream.destroy?.();
    };
    const onData = (chunk: Buffer | string) => {
      const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
      length += bytes.length;
      if (length > limitInBytes) stop(tooLong());
      else chunks.push(bytes);
    };
    const onEnd = () => settle(() => resolve(Buffer.concat(chunks)));
    const onError = (cause: Error) => {
      settle(() => reject(new MistralKeyError("usage", "Standard input could not be read.", { cause })));
    };
    const onAbort = () => stop(new Cancelled());
    stream.on("data", onData).on("end", onEnd).on("close", onEnd).on("error", onError);
    signal.addEventListener("abort", onAbort, { once: true });
    stream.resume();
  });
}

function tooLong(): MistralKeyError {
  return new MistralKeyError("usage", "Standard input is longer than 64 KiB.", {
    hint: "Where a key is wanted, send a file that holds the key and nothing else.",
  });
}

/** Windows PowerShell's `>` writes UTF-16 with a byte order mark. */
function decode(bytes: Buffer): string {
  const utf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  return new TextDecoder(utf16 ? "utf-16le" : "utf-8").decode(bytes);
}
