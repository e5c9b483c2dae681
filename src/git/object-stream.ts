/** An object's header, which git sends before the content. */
export interface GitObject {
  readonly id: string;
  /** `blob`, `tree`, `commit` or `tag`. */
  readonly type: string;
}

interface ContentReader {
  push(piece: Buffer): void;
  end(): void;
}

/** Parses the output of `git cat-file --batch` as it arrives; never holds a whole object. */
export class ObjectStream {
  readonly #open: (object: GitObject) => ContentReader;
  readonly #missing: (id: string) => void;
  #header = "";
  #content: ContentReader | undefined;
  /** Bytes still to come of the content and the line break after it. */
  #left = 0;

  /**
   * @param open - called at the start of each object
   * @param missing - called for each object that git was asked for and does not have
   */
  constructor(open: (object: GitObject) => ContentReader, missing: (id: string) => void = () => {}) {
    this.#open = open;
    this.#missing = missing;
  }

  /** Parses the next piece; returns a reason when it is not git's format. */
  push(chunk: Buffer): string | undefined {
    for (let at = 0; at < chunk.length; ) {
      if (this.#content === undefined) {
        const end = chunk.indexOf(10, at);
        this.#header += chunk.toString("latin1", at, end === -1 ? chunk.length : end);
        if (this.#header.length > 10_000) return notUnderstood;
        if (end === -1) return undefined;
        at = end + 1;
        if (!this.#begin()) return notUnderstood;
      } else {
        const piece = chunk.subarray(at, at + this.#left);
        at += piece.length;
        const content = Math.min(piece.length, this.#left - 1);
        if (content > 0) this.#content.push(piece.subarray(0, content));
        this.#left -= piece.length;
        if (this.#left > 0) continue;
        this.#content.end();
        this.#content = undefined;
      }
    }
    return undefined;
  }

  #begin(): boolean {
    const [id = "", type = "", size] = this.#header.split(" ");
    this.#header = "";
    if (size === undefined) {
      this.#missing(id);
      return type !== "";
    }
    this.#left = Number(size) + 1;
    this.#content = this.#open({ id, type });
    return Number.isSafeInteger(this.#left);
  }
}

const notUnderstood = "git's answer was not understood";
