/** A source of numbers that look random and are the same for the same seed. */
export class Random {
  #state: number;

  constructor(seed: string) {
    // FNV-1a, so that seeds that differ in one character have nothing in common.
    let hash = 0x811c9dc5;
    for (const unit of Buffer.from(seed)) hash = Math.imul(hash ^ unit, 0x01000193);
    this.#state = hash >>> 0;
  }

  /** From 0 up to, and without, 1 (mulberry32). */
  fraction(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from `least` to `most`. */
  whole(least: number, most: number): number {
    return least + Math.floor(this.fraction() * (most - least + 1));
  }

  /** `true` with this probability. */
  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  pick<Value>(values: readonly Value[]): Value {
    const value = values[this.whole(0, values.length - 1)];
    if (value === undefined) throw new Error("There is nothing to pick from.");
    return value;
  }

  /** Puts the values in another order. */
  shuffle(values: unknown[]): void {
    for (let last = values.length - 1; last > 0; last -= 1) {
      const other = this.whole(0, last);
      [values[last], values[other]] = [values[other], values[last]];
    }
  }

  /** So many picks, joined. */
  text(length: number, alphabet: readonly string[] | string): string {
    return Array.from({ length }, () => this.pick([...alphabet])).join("");
  }

  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.whole(0, 255)));
  }

  /** A made-up key in Mistral's usual shape, which nothing else resembles. */
  key(): string {
    return this.text(32, "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789");
  }
}
