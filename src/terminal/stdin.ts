import { addAbortSignal, type Readable } from "node:stream";
import { Cancelled, MistralKeyError } from "../errors.ts";

/** More than any key, with room for a shell script somebody piped in by mistake. */
const limitInBytes = 64 * 1024;

/**
 * Reads all of standard input as text, at most 64 KiB. Waits until the other end closes the pipe, so the
 * caller should say what it is waiting for.
 *
 * @throws MistralKeyError of kind `usage` when stdin is a terminal, is too long or cannot be read
 * @throws Cancelled when `signal` is aborted
 */
export async function readStdin(
  stream: Readable & { readonly isTTY?: boolean },
  signal: AbortSignal,
): Promise<string> {
  if (stream.isTTY === true) {
    throw new MistralKeyError("usage", "A key was expected on standard input, but that is your keyboard.", {
      hint: "Send it from a file (... < FILE) or through a pipe (COMMAND | ...). In a terminal, without --no-input and CI, mistral-key asks for it and keeps it hidden.",
    });
  }
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    // The loop destroys the stream at its end; an open pipe would keep the process alive.
    for await (const chunk of addAbortSignal(signal, stream)) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > limitInBytes) {
        throw new MistralKeyError("usage", "Standard input is longer than 64 KiB.", {
          hint: "Where a key is wanted, send a file that holds the key and nothing else.",
        });
      }
    }
  } catch (error) {
    if (signal.aborted) throw new Cancelled();
    if (error instanceof MistralKeyError) throw error;
    throw new MistralKeyError("usage", "Standard input could not be read.", { cause: error });
  }
  const bytes = Buffer.concat(chunks);
  // What Windows PowerShell writes into a file (`>`) is in UTF-16, behind this mark.
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  return new TextDecoder(isUtf16 ? "utf-16le" : "utf-8").decode(bytes);
}
