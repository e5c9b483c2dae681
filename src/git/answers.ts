/** The parts of an answer that git ends with a NUL byte each, names of files say, as the bytes they are. */
export function* partsOf(answer: Buffer): Generator<Buffer> {
  for (let start = 0; start < answer.length; ) {
    const end = answer.indexOf(0, start);
    yield answer.subarray(start, end === -1 ? answer.length : end);
    start = end === -1 ? answer.length : end + 1;
  }
}

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The name of a file as text. Bytes that are no UTF-8 are written as `\xe9`, so that no two names become one. */
export function textOf(name: Buffer): string {
  try {
    return strict.decode(name);
  } catch {
    return Array.from(name, (byte) =>
      byte < 0x80 ? String.fromCharCode(byte) : `\\x${byte.toString(16)}`,
    ).join("");
  }
}

/** The mode of a submodule: a commit of another repository. */
export const submoduleMode = "160000";

/** A file as the index has it, or as a change leaves it. */
export interface GitFile {
  readonly mode: string;
  readonly id: string;
  readonly path: Buffer;
}

/** Reads an entry of the index: `100644 ID 0`, and the path behind a tab. */
export function readIndexEntry(entry: Buffer): GitFile {
  const tab = entry.indexOf(9);
  const [mode = "", id = ""] = entry.toString("latin1", 0, tab).split(" ");
  return { mode, id, path: entry.subarray(tab + 1) };
}

/** Reads changes as `--raw -z` tells them: `:100644 100644 ID ID M`, then the path; for commits, each behind its id. */
export class ChangeReader {
  #rest: Buffer = Buffer.alloc(0);
  #change: readonly string[] | undefined;
  #commit = "";

  /** The changes that are whole now. */
  *push(chunk: Buffer): Generator<GitFile & { readonly commit: string }> {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const end = bytes.lastIndexOf(0) + 1;
    // A copy, so that a few bytes do not keep a whole chunk.
    this.#rest = Buffer.from(bytes.subarray(end));
    for (const part of partsOf(bytes.subarray(0, end))) {
      if (this.#change !== undefined) {
        const [, mode = "", , id = ""] = this.#change;
        this.#change = undefined;
        yield { mode, id, path: part, commit: this.#commit };
      } else if (part[0] === colon) {
        this.#change = part.toString("latin1").split(" ");
      } else {
        this.#commit = part.toString("latin1");
      }
    }
  }
}

const colon = 0x3a;
