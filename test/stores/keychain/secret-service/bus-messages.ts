import { Writer } from "../../../../src/stores/keychain/secret-service/bus-values.ts";

/** A header field: its code, the signature of its value, and the value. */
type Field = readonly [code: number, type: "s" | "o" | "u" | "g", value: string | number];

/** A message as a bus would send it, to be altered in tests. */
export interface Draft {
  readonly type?: number;
  readonly version?: number;
  readonly fields: readonly Field[];
  readonly body?: Buffer;
  /** The body's length according to the header, if that should be wrong. */
  readonly bodyLength?: number;
}

/** Marshals a body. */
export function bodyOf(write: (body: Writer) => void): Buffer {
  const body = new Writer();
  write(body);
  return body.take();
}

/** Marshals a draft. */
export function messageOf(draft: Draft): Buffer {
  const { type = 2, version = 1, fields, body = Buffer.alloc(0) } = draft;
  const header = new Writer();
  header.bytes("l".charCodeAt(0), type, 0, version);
  header.uint32(draft.bodyLength ?? body.length);
  header.uint32(7);
  header.array(8, () => {
    for (const [code, fieldType, value] of fields) {
      if (fieldType !== "u") {
        header.field(code, [fieldType, String(value)]);
        continue;
      }
      header.align(8);
      header.bytes(code);
      header.value(["g", fieldType]);
      header.uint32(Number(value));
    }
  });
  header.align(8);
  return Buffer.concat([header.take(), body]);
}

/** A reply that carries one object path. */
export function pathReply(to: number, path: string): Buffer {
  return messageOf({
    fields: [
      [5, "u", to],
      [7, "s", ":1.5"],
      [8, "g", "o"],
    ],
    body: bodyOf((body) => body.value(["o", path])),
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
    body: bodyOf((body) => body.value(["s", text])),
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
    body: bodyOf((body) => body.value(["s", ":1.6"])),
  });
}
