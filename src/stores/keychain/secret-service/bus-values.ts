/** A message that violates the protocol or a limit set here. */
export class MalformedMessage extends Error {
  override readonly name = "MalformedMessage";
}

/** Attributes of an item: a dictionary of strings (`a{ss}`). */
export type Attributes = Readonly<Record<string, string>>;

/** A value to send, after its type: a string, path or signature, paths, attributes, or a variant of these. */
export type TypedValue =
  | readonly [type: "s" | "o" | "g", value: string]
  | readonly [type: "ao", value: readonly string[]]
  | readonly [type: "a{ss}", value: Attributes]
  | readonly [type: "v", value: TypedValue];

/** A value received: a string or path, a number, a boolean, paths, attributes. */
export type ReplyValue = string | number | boolean | readonly string[] | Attributes;

/** Splits a signature into its types, `aoa{ss}v` into `ao`, `a{ss}` and `v`. Throws on unknown types. */
export function typesIn(signature: ReplyValue): readonly string[] {
  const types = String(signature).match(/ao|a\{ss\}|[sogubv]/g) ?? [];
  if (types.join("") !== signature) throw new MalformedMessage("It holds a type that is not read here.");
  return types;
}

/** The first multiple of a boundary at or after an offset, both in bytes. */
export function alignedTo(boundary: number, offset: number): number {
  return Math.ceil(offset / boundary) * boundary;
}

/** Marshals values, little-endian. */
export class Writer {
  readonly #bytes: number[] = [];

  get length(): number {
    return this.#bytes.length;
  }

  take(): Buffer {
    return Buffer.from(this.#bytes);
  }

  align(boundary: number): void {
    while (this.length % boundary !== 0) this.bytes(0);
  }

  bytes(...values: readonly number[]): void {
    this.#bytes.push(...values);
  }

  uint32(value: number): void {
    this.align(4);
    this.bytes(...uint32Bytes(value));
  }

  array(elementAlignment: number, writeElements: () => void): void {
    this.uint32(0);
    const lengthAt = this.length - 4;
    this.align(elementAlignment);
    const start = this.length;
    writeElements();
    this.#bytes.splice(lengthAt, 4, ...uint32Bytes(this.length - start));
  }

  field(code: number, value: TypedValue): void {
    this.align(8);
    this.bytes(code);
    this.value(["v", value]);
  }

  value([type, value]: TypedValue): void {
    switch (type) {
      case "s":
      case "o":
        this.uint32(Buffer.byteLength(value));
        this.bytes(...Buffer.from(value), 0);
        break;
      case "g":
        this.bytes(value.length, ...Buffer.from(value), 0);
        break;
      case "v":
        this.value(["g", value[0]]);
        this.value(value);
        break;
      case "ao":
        this.array(4, () => {
          for (const path of value) this.value(["o", path]);
        });
        break;
      case "a{ss}":
        this.array(8, () => {
          for (const pair of Object.entries(value)) {
            this.align(8);
            for (const text of pair) this.value(["s", text]);
          }
        });
    }
  }
}

function uint32Bytes(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** Unmarshals values, little-endian; every read is bounds-checked. */
export class Reader {
  readonly #buffer: Buffer;
  #offset: number;

  constructor(buffer: Buffer, offset: number) {
    this.#buffer = buffer;
    this.#offset = offset;
  }

  align(boundary: number): void {
    this.#take(alignedTo(boundary, this.#offset) - this.#offset);
  }

  byte(): number {
    return this.#take(1).readUInt8();
  }

  value(type: string): ReplyValue {
    switch (type) {
      case "s":
      case "o":
        return this.#text(this.#uint32());
      case "g":
        return this.#text(this.byte());
      case "u":
        return this.#uint32();
      case "b":
        return this.#uint32() !== 0;
      case "ao":
        return this.list(4, () => this.#text(this.#uint32()));
      case "a{ss}":
        return Object.fromEntries(this.list(8, () => [this.value("s"), this.value("s")] as const));
      default: {
        const [held = "v", ...more] = typesIn(this.value("g"));
        if (held === "v" || more.length > 0) throw new MalformedMessage("A variant does not hold one value.");
        return this.value(held);
      }
    }
  }

  list<Element>(elementAlignment: number, read: () => Element): readonly Element[] {
    const length = this.#uint32();
    this.align(elementAlignment);
    const end = this.#offset + length;
    const elements: Element[] = [];
    while (this.#offset < end) {
      this.align(elementAlignment);
      elements.push(read());
    }
    if (this.#offset !== end) throw new MalformedMessage("An array does not end where it should.");
    return elements;
  }

  #uint32(): number {
    this.align(4);
    return this.#take(4).readUInt32LE();
  }

  #text(length: number): string {
    return this.#take(length + 1).toString("utf8", 0, length);
  }

  #take(count: number): Buffer {
    const start = this.#offset;
    this.#offset += count;
    if (this.#offset > this.#buffer.length) {
      throw new MalformedMessage("A value is longer than its message.");
    }
    return this.#buffer.subarray(start, this.#offset);
  }
}
