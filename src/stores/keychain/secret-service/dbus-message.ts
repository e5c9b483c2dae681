import {
  alignedTo,
  completeTypes,
  littleEndian,
  MalformedMessage,
  Reader,
  type ReplyValue,
  Writer,
} from "./dbus-wire.ts";

/*
 * The part of the D-Bus wire format that asking a Secret Service for its state and for a secret
 * takes: calls with strings, object paths, bytes and dictionaries of strings, replies with these,
 * arrays, variants and structures. Written here because the libraries that speak D-Bus
 * (@jellybrick/dbus-next 0.11, @homebridge/dbus-native 0.7) load in 20 ms and bundle to 130 kB or
 * more, for XML and whole services; `mistral-key get` has a few milliseconds in all, and must give
 * up when nobody answers.
 *
 * Source: D-Bus specification 0.43, "Message Protocol" and "Marshaling".
 */

/** Attributes of an item: a dictionary of strings (`a{ss}`). */
export type Attributes = Readonly<Record<string, string>>;

/** A value that can be sent: a string (`s`), an object's path (`o`), paths (`ao`), attributes (`a{ss}`), or in a variant (`v`) attributes or bytes (`ay`). */
export type CallArgument =
  | string
  | { readonly path: string }
  | { readonly paths: readonly string[] }
  | { readonly attributes: Attributes }
  | { readonly variant: Attributes | Buffer };

/** A method to call. */
export interface MethodCall {
  readonly destination: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly args: readonly CallArgument[];
}

/** What a message from the bus is, as far as it matters to somebody who waits for replies. */
export type IncomingMessage =
  | {
      readonly kind: "reply";
      readonly to: number;
      readonly sender: string;
      readonly values: readonly ReplyValue[];
    }
  | { readonly kind: "error"; readonly to: number; readonly name: string; readonly text: string }
  /** A signal, or a call to us: not waited for. */
  | { readonly kind: "other" };

/** Bytes at the start of a message that tell how long it is. */
export const prefixLength = 16;

// The bus allows 64 MiB for headers and 128 MiB in all; no answer to our questions comes near these.
const maximalHeaderLength = 16 * 1024;
const maximalBodyLength = 256 * 1024;

const messageTypes = { call: 1, reply: 2, error: 3, signal: 4 } as const;
const fields = {
  path: 1,
  interface: 2,
  member: 3,
  errorName: 4,
  replySerial: 5,
  destination: 6,
  sender: 7,
  signature: 8,
};

/** Marshals a method call, little-endian. */
export function encodeCall(serial: number, call: MethodCall): Buffer {
  const body = new Writer();
  for (const argument of call.args) writeArgument(body, argument);
  const header = new Writer();
  header.bytes(littleEndian, messageTypes.call, 0, 1);
  header.uint32(body.length);
  header.uint32(serial);
  header.array(8, () => {
    header.field(fields.path, "o", call.path);
    header.field(fields.interface, "s", call.interface);
    header.field(fields.member, "s", call.member);
    header.field(fields.destination, "s", call.destination);
    const signature = call.args.map(typeOf).join("");
    if (signature !== "") header.field(fields.signature, "g", signature);
  });
  header.align(8);
  return Buffer.concat([header.take(), body.take()]);
}

function typeOf(argument: CallArgument): string {
  if (typeof argument === "string") return "s";
  if ("path" in argument) return "o";
  if ("paths" in argument) return "ao";
  return "attributes" in argument ? "a{ss}" : "v";
}

function writeArgument(body: Writer, argument: CallArgument): void {
  if (typeof argument === "string") body.string(argument);
  else if ("path" in argument) body.string(argument.path);
  else if ("paths" in argument) {
    body.array(4, () => {
      for (const path of argument.paths) body.string(path);
    });
  } else if ("attributes" in argument) body.dictionary(argument.attributes);
  else if (Buffer.isBuffer(argument.variant)) {
    body.signature("ay");
    body.byteArray(argument.variant);
  } else {
    body.signature("a{ss}");
    body.dictionary(argument.variant);
  }
}

/**
 * How many bytes a message has that starts with these.
 *
 * @param prefix - at least {@link prefixLength} bytes
 * @throws MalformedMessage when it is no message, or longer than any answer to us can be
 */
export function messageLength(prefix: Buffer): number {
  const reader = new Reader(prefix);
  const { bodyLength } = reader.fixedHeader();
  const headerLength = reader.uint32();
  if (headerLength > maximalHeaderLength || bodyLength > maximalBodyLength) {
    throw new MalformedMessage("The message is too long.");
  }
  return alignedTo(8, prefixLength + headerLength) + bodyLength;
}

/**
 * Reads one whole message.
 *
 * @throws MalformedMessage
 */
export function decodeMessage(message: Buffer): IncomingMessage {
  const reader = new Reader(message);
  const { type, bodyLength } = reader.fixedHeader();
  const found = new Map<number, ReplyValue>();
  const end = reader.arrayEnd(8);
  while (reader.offset < end) {
    reader.align(8);
    const code = reader.byte();
    found.set(code, reader.variant(0));
  }
  if (reader.offset !== end) throw new MalformedMessage("The header runs over its end.");
  reader.align(8);
  if (reader.offset + bodyLength !== message.length)
    throw new MalformedMessage("The body has another length.");
  if (type !== messageTypes.reply && type !== messageTypes.error) return { kind: "other" };

  const to = found.get(fields.replySerial);
  const sender = found.get(fields.sender) ?? "";
  const signature = found.get(fields.signature) ?? "";
  if (typeof to !== "number" || typeof sender !== "string" || typeof signature !== "string") {
    throw new MalformedMessage("A header field is missing or of another type.");
  }
  const values: ReplyValue[] = [];
  for (const one of completeTypes(signature)) values.push(reader.value(one, 0));
  if (reader.offset !== message.length) throw new MalformedMessage("The body does not fit its signature.");
  if (type === messageTypes.reply) return { kind: "reply", to, sender, values };
  const name = found.get(fields.errorName);
  if (typeof name !== "string") throw new MalformedMessage("An error has no name.");
  return { kind: "error", to, name, text: typeof values[0] === "string" ? values[0] : "" };
}
