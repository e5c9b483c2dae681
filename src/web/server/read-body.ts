import type { IncomingMessage } from "node:http";

const largestBody = 8192;

/**
 * Reads a JSON object from the body.
 *
 * @returns its fields, or the status to refuse it with
 */
export async function readBody(
  request: IncomingMessage,
): Promise<Readonly<Record<string, unknown>> | number> {
  const declared = Number(request.headers["content-length"] ?? 0);
  if (declared > largestBody) return 413;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largestBody) return 413;
    chunks.push(chunk);
  }
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
    const fields: unknown = JSON.parse(text);
    return isObject(fields) ? fields : 400;
  } catch {
    return 400;
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
