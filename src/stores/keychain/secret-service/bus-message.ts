import {
  alignedTo,
  MalformedMessage,
  Reader,
  type ReplyValue,
  type TypedValue,
  typesIn,
  Writer,
} from "./bus-values.ts";

/*
 * The part of the D-Bus wire format needed to query the state of a Secret Service. None of these
 * messages contains a secret.
 *
 * Written here because `mistral-key get` has a few milliseconds for it: @jellybrick/dbus-next 0.11, the
 * best maintained D-Bus library, bundles to 126 kB and takes 13 ms to load, while reading a password
 * with keytar takes 14 ms in all (measured in November 2026).
 *
 * Source: D-Bus specification 0.43, "Message Protocol" and "Marshaling".
 */

/** A method to call. */
export interface MethodCall {
  readonly destination: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly args: readonly TypedValue[];
}

/** A message from the bus, reduced to what a caller waiting for replies needs. */
export type IncomingMessage =
  | { readonly kind: "reply"; readonly to: number; readonly values: readonly ReplyValue[] }
  | { readonly kind: "error"; readonly to: number; readonly name: string; readonly text: string }
  | { readonly kind: "other" };

/** Bytes needed to determine a message's length. */
export const prefixLength = 16;

/** In bytes. The bus allows 128 MiB; no reply to us comes near this. */
const maximalLength = 256 * 1024;

const littleEndian = "l".charCodeAt(0);
const protocolVersion = 1;
const messageTypes = { call: 1, reply: 2, error: 3 } as const;
const fields = {
  path: 1,
  interface: 2,
  member: 3,
  errorName: 4,
  replySerial: 5,
  destination: 6,
  signature: 8,
} as const;

/** Marshals a method call. */
export function encodeCall(serial: number, call: MethodCall): Buffer {
  const body = new Writer();
  for (const argument of call.args) body.value(argument);
  const header = new Writer();
  header.bytes(littleEndian, messageTypes.call, 0, protocolVersion);
  header.uint32(body.length);
  header.uint32(serial);
  header.array(8, () => {
    header.field(fields.path, ["o", call.path]);
    header.field(fields.interface, ["s", call.interface]);
    header.field(fields.member, ["s", call.member]);
    header.field(fields.destination, ["s", call.destination]);
    header.field(fields.signature, ["g", call.args.map(([type]) => type).join("")]);
  });
  header.align(8);
  return Buffer.concat([header.take(), body.take()]);
}

/**
 * The length in bytes of a message with this prefix.
 *
 * @param prefix - at least {@link prefixLength} bytes
 * @throws MalformedMessage when it is not a message, or longer than any reply to us
 */
export function messageLength(prefix: Buffer): number {
  // Every system that keytar supports is little-endian, and so is every peer.
  if (prefix[0] !== littleEndian || prefix[3] !== protocolVersion) {
    throw new MalformedMessage("This is not a message of the bus.");
  }
  const length = alignedTo(8, prefixLength + prefix.readUInt32LE(12)) + prefix.readUInt32LE(4);
  if (length > maximalLength) throw new MalformedMessage("The message is too long.");
  return length;
}

/**
 * Decodes a whole message.
 *
 * @throws MalformedMessage
 */
export function decodeMessage(message: Buffer): IncomingMessage {
  const type = message[1];
  if (type !== messageTypes.reply && type !== messageTypes.error) return { kind: "other" };
  const reader = new Reader(message, prefixLength - 4);
  const found = new Map<number, ReplyValue>();
  reader.list(8, () => found.set(reader.byte(), reader.value("v")));
  reader.align(8);
  const to = found.get(fields.replySerial);
  if (typeof to !== "number") throw new MalformedMessage("It does not tell what it answers.");
  const values = typesIn(found.get(fields.signature) ?? "").map((one) => reader.value(one));
  if (type === messageTypes.reply) return { kind: "reply", to, values };
  return { kind: "error", to, name: String(found.get(fields.errorName)), text: String(values[0] ?? "") };
}
