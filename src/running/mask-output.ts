import type { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ApiKey } from "../keys/api-key.ts";
import { flush } from "./flush.ts";
import { Redactor } from "./redactor.ts";

/** Passes the output of a child on, masked, until it ends or nobody reads it any more. */
export async function maskOutput(
  from: Readable | null | undefined,
  key: ApiKey,
  to: Writable,
): Promise<void> {
  if (!from) return;
  try {
    await pipeline(from, new Redactor(key), to, { end: false });
    await flush(to);
  } catch (error) {
    // The child learns by its next write that its reader has left, as it would with nothing in between.
    from.destroy();
    if (!readerHasLeft(error)) throw error;
  }
}

function readerHasLeft(error: unknown): boolean {
  const codes = ["EPIPE", "EIO", "ECONNRESET", "ERR_STREAM_DESTROYED", "ERR_STREAM_PREMATURE_CLOSE"];
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}
