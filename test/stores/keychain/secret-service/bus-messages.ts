/** A header field: its code, the signature of its value, and the value. */
type Field = readonly [code: number, type: "s" | "o" | "u" | "g", value: string | number];

/** A message as a bus would send it, to be bent in tests. */
export interface Draft {
  readonly type?: number;
  readonly version?: number;
  readonly fields: readonly Field[];
  readonly body?: Buffer;
  /** What the header says of the body's length, when that is not the truth. */
  readonly bodyLength?: number;
}

/** Puts bytes together, little-endian and with D-Bus's alignment. */
export class Bytes {
  readonly #bytes: number[] = [];

  align(boundary: number): this {
    while (this.#bytes.length % boundary !== 0) this.#bytes.push(0);
    return this;
  }

  byte(...values: readonly number[]): this {
    this.#bytes.push(...values);
    return this;
  }

  uint32(value: number): this {
    this.align(4);
    const buffer = Buffer.alloc(4);
    buffer.writeUInt32LE(value);
    return this.byte(...buffer);
  }

  text(value: string): this {
    const buffer = Buffer.from(value);
    return this.uint32(buffer.length).byte(...buffer, 0);
  }

  signature(value: string): this {
    return this.byte(value.length, ...Buffer.from(value), 0);
  }

  array(boundary: number, write: (bytes: Bytes) => void): this {
    const start = new Bytes();
    start.byte(...this.#bytes);
    start.uint32(0).align(boundary);
    const before = start.length;
    write(start);
    const length = start.length - before;
    this.uint32(length).align(boundary);
    return this.byte(...start.buffer().subarray(before));
  }

  get length(): number {
    return this.#bytes.length;
  }

  buffer(): Buffer {
    return Buffer.from(this.#bytes);
  }
}

/** Marshals a draft. */
export function messageOf(draft: Draft): Buffer {
  const { type = 2, version = 1, fields, body = Buffer.alloc(0) } = draft;
  const bytes = new Bytes();
  bytes.byte("l".charCodeAt(0), type, 0, version);
  bytes.uint32(draft.bodyLength ?? body.length).uint32(7);
  bytes.array(8, (list) => {
    for (const [code, fieldType, value] of fields) {
      list.align(8).byte(code).signature(fieldType);
      if (fieldType === "u") list.uint32(Number(value));
      else if (fieldType === "g") list.signature(String(value));
      else list.text(String(value));
    }
  });
  return Buffer.concat([bytes.align(8).buffer(), body]);
}

/** A reply that carries one object path. */
export function pathReply(to: number, path: string): Buffer {
  return messageOf({
    fields: [
      [5, "u", to],
      [7, "s", ":1.5"],
      [8, "g", "o"],
    ],
    body: new Bytes().text(path).buffer(),
  });
}

/** A reply that is an error. */
export function errorReply(to: number, name: string, text: string): Buffer {
  return messageOf({
    type: 3,
    fields: [
      [4, "s", name],
      [5, "u", to],
      [7, "s", "org.freedesktop.DBus"],
      [8, "g", "s"],
    ],
    body: new Bytes().text(text).buffer(),
  });
}

/** A signal, as the bus sends one after the hello. */
export function signalMessage(): Buffer {
  return messageOf({
    type: 4,
    fields: [
      [1, "o", "/org/freedesktop/DBus"],
      [2, "s", "org.freedesktop.DBus"],
      [3, "s", "NameAcquired"],
      [8, "g", "s"],
    ],
    body: new Bytes().text(":1.6").buffer(),
  });
}
