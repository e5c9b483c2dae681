/** Splits git's NUL-terminated output, such as file names, into its raw parts. */
export function* partsOf(answer: Buffer): Generator<Buffer> {
  for (let start = 0; start < answer.length; ) {
    const end = answer.indexOf(0, start);
    yield answer.subarray(start, end === -1 ? answer.length : end);
    start = end === -1 ? answer.length : end + 1;
  }
}

/** The mode of a submodule, a commit of another repository. */
export const submoduleMode = "160000";

/** A file in the index, or as a change leaves it. */
export interface GitFile {
  readonly mode: string;
  readonly id: string;
  readonly path: Buffer;
}

/** Parses an index entry: `100644 ID 0`, a tab, the path. */
export function readIndexEntry(entry: Buffer): GitFile {
  const tab = entry.indexOf(9);
  const [mode = "", id = ""] = entry.toString("latin1", 0, tab).split(" ");
  return { mode, id, path: entry.subarray(tab + 1) };
}

/** Parses `--raw -z` changes: `:100644 100644 ID ID M`, then the path; those of a commit follow its id. */
export class ChangeReader {
  #rest: Buffer = Buffer.alloc(0);
  #change: readonly string[] | undefined;
  #commit = "";

  /** Returns the changes that are complete. */
  *push(chunk: Buffer): Generator<GitFile & { readonly commit: string }> {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const end = bytes.lastIndexOf(0) + 1;
    // A copy: a few bytes must not keep the whole chunk alive.
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
