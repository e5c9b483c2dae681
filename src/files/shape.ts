/** A document lacks the expected shape. `message` names the member, never its value. */
export class ShapeError extends Error {
  override readonly name = "ShapeError";
}

/** A document is of a version that this program does not know, and so not damaged. */
export class NewerVersion extends ShapeError {
  constructor() {
    super("it was written by a newer mistral-key");
  }
}

/** Reads the members of a JSON object one by one; any mismatch throws {@link ShapeError}. */
export class Shape {
  readonly #members: Readonly<Record<string, unknown>>;

  /** @param name - of the member that the object is */
  constructor(value: unknown, name?: string) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new ShapeError(`${name === undefined ? "it" : `"${name}"`} is not an object`);
    }
    this.#members = value as Readonly<Record<string, unknown>>;
  }

  static parse(text: string): Shape {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      // The parser's own message quotes the text.
      throw new ShapeError("it is not JSON");
    }
    return new Shape(value);
  }

  has(name: string): boolean {
    return this.#members[name] !== undefined;
  }

  text(name: string): string {
    const value = this.#members[name];
    if (typeof value !== "string") throw this.#wrong(name, "a text");
    return value;
  }

  textOrNull(name: string): string | null {
    return this.#members[name] === null ? null : this.text(name);
  }

  /** A moment in ISO 8601. */
  moment(name: string): string {
    const text = this.text(name);
    if (Number.isNaN(Date.parse(text))) throw this.#wrong(name, "a date");
    return text;
  }

  momentOrNull(name: string): string | null {
    return this.#members[name] === null ? null : this.moment(name);
  }

  number(name: string): number {
    const value = this.#members[name];
    if (typeof value !== "number") throw this.#wrong(name, "a number");
    return value;
  }

  texts(name: string): readonly string[] {
    const value = this.#members[name];
    if (!Array.isArray(value) || !value.every((item) => typeof item === "string")) {
      throw this.#wrong(name, "a list of texts");
    }
    return value;
  }

  objects(name: string): readonly Shape[] {
    const value = this.#members[name];
    if (!Array.isArray(value)) throw this.#wrong(name, "a list of objects");
    return value.map((item) => new Shape(item, name));
  }

  /** A text that is one of the keys of a table. */
  oneOf<Name extends string>(name: string, table: Readonly<Record<Name, unknown>>): Name {
    const value = this.text(name);
    if (!Object.hasOwn(table, value)) throw this.#wrong(name, "one of the known values");
    return value as Name;
  }

  object(name: string): Shape {
    return new Shape(this.#members[name], name);
  }

  objectOrNull(name: string): Shape | null {
    return this.#members[name] === null ? null : this.object(name);
  }

  #wrong(name: string, expected: string): ShapeError {
    return new ShapeError(`"${name}" is not ${expected}`);
  }
}
