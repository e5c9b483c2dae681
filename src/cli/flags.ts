/** Command-line flags by name, camel-cased as in commander. */
export class Flags {
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(values: Readonly<Record<string, unknown>>) {
    this.#values = values;
  }

  /** Whether a flag without a value was given. */
  on(name: string): boolean {
    return this.#values[name] === true;
  }

  /** Whether a `--no-…` flag was given; `name` is without the `no`. */
  off(name: string): boolean {
    return this.#values[name] === false;
  }

  /** The value of a flag, `undefined` when it was not given. */
  value(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === "string" ? value : undefined;
  }

  /** All values of a flag that may be given several times. */
  values(name: string): readonly string[] {
    const value = this.#values[name];
    return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
  }
}
