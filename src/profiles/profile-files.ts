import { expected, MistralKeyError } from "../errors.ts";
import { PrivateFolder } from "../files/private-folder.ts";
import { NewerVersion, Shape, ShapeError } from "../files/shape.ts";
import { type ProfileName, parseProfileName } from "../keys/profile-name.ts";

const ending = ".json";
const claimEnding = ".claim";

interface DocumentKind<Value> {
  /** @throws ShapeError if invalid */
  parse(shape: Shape): Value;
  nameIn(value: Value): ProfileName;
  adviceFor(name: ProfileName): string;
}

/** A private folder with one document per profile: `NAME.json`. What {@link PrivateFolder} says of it holds here, too. */
export class ProfileFiles<Value> {
  readonly #folder: PrivateFolder;
  readonly #kind: DocumentKind<Value>;

  constructor(path: string, kind: DocumentKind<Value>) {
    this.#folder = new PrivateFolder(path);
    this.#kind = kind;
  }

  /** @throws MistralKeyError of kind `store-damaged` if it cannot be parsed */
  read(name: ProfileName): Value | undefined {
    const text = this.#folder.read(name + ending);
    if (text === undefined) return undefined;
    try {
      const value = this.#kind.parse(Shape.parse(text));
      const about = this.#kind.nameIn(value);
      if (about === name) return value;
      // On a case-insensitive file system, work.json opens Work.json.
      if (about.toLowerCase() === name.toLowerCase()) return undefined;
      throw new ShapeError(`it is about another profile, ${about}`);
    } catch (cause) {
      if (!(cause instanceof ShapeError)) throw cause;
      const [problem, hint] =
        cause instanceof NewerVersion
          ? ["cannot be read", "Update mistral-key to its newest version."]
          : ["is damaged", this.#kind.adviceFor(name)];
      const message = `${this.#folder.pathOf(name + ending)} ${problem}: ${cause.message}.`;
      throw new MistralKeyError("store-damaged", message, { cause, hint });
    }
  }

  /** Makes sure that documents can be written; call it before asking for a key. */
  prepare(): void {
    this.#folder.prepare();
  }

  write(value: Value): void {
    this.#folder.write(this.#kind.nameIn(value) + ending, textOf(value));
  }

  /** Returns `false`, and changes nothing, if there is one already. */
  create(value: Value): boolean {
    return this.#folder.create(this.#kind.nameIn(value) + ending, textOf(value));
  }

  /**
   * Claims a name for this run, with or without a document, until {@link release}. Returns `false` if another run
   * has it.
   */
  claim(name: ProfileName): boolean {
    return this.#folder.claim(name + claimEnding);
  }

  /** Ends a claim of this run. One that cannot be removed ends with the run. */
  release(name: ProfileName): void {
    attempt(() => this.#folder.remove(name + claimEnding));
  }

  /** Returns whether there was one, readable or not. */
  remove(name: ProfileName): boolean {
    return this.#folder.remove(name + ending);
  }

  names(): readonly ProfileName[] {
    const files = this.#folder.names().filter((file) => file.endsWith(ending));
    return files.flatMap((file) => attempt(() => parseProfileName(file.slice(0, -ending.length))) ?? []);
  }

  /** A row for each, sorted by name; an unreadable one with the reason. */
  rows<Row>(
    rowOf: (name: ProfileName, value: Value) => Row,
  ): readonly (Row | { readonly name: ProfileName; readonly damaged: string })[] {
    return [...this.names()].sort().flatMap((name) => {
      try {
        const value = this.read(name);
        return value === undefined ? [] : rowOf(name, value);
      } catch (error) {
        return { name, damaged: expected(error).message };
      }
    });
  }
}

/** Returns `undefined` if a file of this program cannot be used, for what is never worth a failure. */
export function attempt<Result>(act: () => Result): Result | undefined {
  try {
    return act();
  } catch (error) {
    if (error instanceof ShapeError || error instanceof MistralKeyError) return undefined;
    throw error;
  }
}

function textOf(document: unknown): string {
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
