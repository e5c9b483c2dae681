import type { Readable } from "node:stream";

/** What git keeps under a name. */
export interface GitObject {
  readonly id: string;
  readonly type: string;
  readonly content: Buffer;
}

/** Reads what `git cat-file --batch` answers. What it does not have is passed over. */
export async function* readGitObjects(stdout: Readable): AsyncGenerator<GitObject> {
  const source = new ChunkReader(stdout);
  for (;;) {
    const header = await source.line();
    if (header === undefined) return;
    const [, id, type, size] = /^([0-9a-f]+) (\w+) (\d+)$/.exec(header) ?? [];
    if (id === undefined || type === undefined || size === undefined) continue;
    const content = await source.take(Number(size) + 1);
    if (content === undefined) return;
    yield { id, type, content: content.subarray(0, -1) };
  }
}

/** Takes lines and blocks off a stream of chunks, copying only what crosses the border of two. */
class ChunkReader {
  readonly #chunks: AsyncIterator<Buffer>;
  #chunk: Buffer = Buffer.alloc(0);
  #position = 0;

  constructor(stream: Readable) {
    this.#chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  /** The next line without its end; `undefined` at the end of the stream. */
  async line(): Promise<string | undefined> {
    let start = "";
    for (;;) {
      const end = this.#chunk.indexOf(10, this.#position);
      if (end !== -1) {
        const line = start + this.#chunk.toString("latin1", this.#position, end);
        this.#position = end + 1;
        return line;
      }
      start += this.#chunk.toString("latin1", this.#position);
      if (!(await this.#next())) return undefined;
    }
  }

  /** The next bytes; `undefined` when the stream ends before. */
  async take(length: number): Promise<Buffer | undefined> {
    if (this.#position + length <= this.#chunk.length) {
      const taken = this.#chunk.subarray(this.#position, this.#position + length);
      this.#position += length;
      return taken;
    }
    const whole = Buffer.allocUnsafe(length);
    let filled = 0;
    for (;;) {
      const copied = this.#chunk.copy(whole, filled, this.#position, this.#position + length - filled);
      filled += copied;
      this.#position += copied;
      if (filled === length) return whole;
      if (!(await this.#next())) return undefined;
    }
  }

  async #next(): Promise<boolean> {
    const { done, value } = await this.#chunks.next();
    this.#chunk = done === true ? Buffer.alloc(0) : value;
    this.#position = 0;
    return done !== true;
  }
}
