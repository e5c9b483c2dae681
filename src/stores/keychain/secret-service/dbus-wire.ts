import { isUtf8 } from "node:buffer";

/** A value that came back; bytes are a Buffer, a dictionary is an array of pairs, a structure one of its members. */
export type ReplyValue = string | number | boolean | Buffer | readonly ReplyValue[];

/** A message that breaks the rules of the protocol or a limit set here. */
export class MalformedMessage extends Error {
  override readonly name: string = "MalformedMessage";
}

/** The first byte of a message whose numbers are little-endian. */
export const littleEndian = "l".charCodeAt(0);
const bigEndian = "B".charCodeAt(0);
const maximalDepth = 8;

/**
 * Splits a signature into complete types: `aoa{ss}(say)v` into `ao`, `a{ss}`, `(say)`, `v`.
 * Structures in arrays or in structures, and other dictionaries, are not read.
 */
export function completeTypes(signature: string): readonly string[] {
  const types = signature.match(/a\{ss\}|a{0,8}[ybnqiuxtdsogv]|\((?:a{0,8}[ybnqiuxtdsogv])+\)/g) ?? [];
  if (types.join("") !== signature)
    throw new MalformedMessage("A signature holds a type that is not read here.");
  return types;
}

/** The first multiple of a boundary at or behind an offset, both in bytes. */
export function alignedTo(boundary: number, offset: number): number {
  return Math.ceil(offset / boundary) * boundary;
}

/** Marshals values, little-endian. */
export class Writer {
  #buffer = Buffer.alloc(512);
  length = 0;

  take(): Buffer {
    return this.#buffer.subarray(0, this.length);
  }

  align(boundary: number): void {
    this.#reserve(alignedTo(boundary, this.length) - this.length);
  }

  bytes(...values: readonly number[]): void {
    const start = this.#reserve(values.length);
    this.#buffer.set(values, start);
  }

  uint32(value: number): void {
    this.align(4);
    const start = this.#reserve(4);
    this.#buffer.writeUInt32LE(value, start);
  }

  string(text: string): void {
    this.byteArray(Buffer.from(text));
    this.#reserve(1);
  }

  byteArray(bytes: Uint8Array): void {
    this.uint32(bytes.length);
    const start = this.#reserve(bytes.length);
    this.#buffer.set(bytes, start);
  }

  dictionary(entries: Readonly<Record<string, string>>): void {
    this.array(8, () => {
      for (const [key, value] of Object.entries(entries)) {
        this.align(8);
        this.string(key);
        this.string(value);
      }
    });
  }

  array(elementAlignment: number, writeElements: () => void): void {
    this.uint32(0);
    const lengthAt = this.length - 4;
    this.align(elementAlignment);
    const start = this.length;
    writeElements();
    this.#buffer.writeUInt32LE(this.length - start, lengthAt);
  }

  field(code: number, type: "o" | "s" | "g", value: string): void {
    this.align(8);
    this.bytes(code);
    this.signature(type);
    if (type === "g") this.signature(value);
    else this.string(value);
  }

  signature(text: string): void {
    this.bytes(text.length, ...Buffer.from(text, "latin1"), 0);
  }

  /** Makes room for zeroed bytes and answers where they begin. The buffer may be another one after it. */
  #reserve(count: number): number {
    const start = this.length;
    this.length += count;
    if (this.length > this.#buffer.length) {
      const larger = Buffer.alloc(this.length * 2);
      this.#buffer.copy(larger);
      this.#buffer = larger;
    }
    return start;
  }
}

/** Unmarshals values; every step checks what it reads. */
export class Reader {
  readonly #buffer: Buffer;
  readonly #big: boolean;
  offset = 0;

  constructor(buffer: Buffer) {
    const order = buffer[0];
    if (order !== littleEndian && order !== bigEndian)
      throw new MalformedMessage("There is no such byte order.");
    this.#buffer = buffer;
    this.#big = order === bigEndian;
  }

  fixedHeader(): { type: number; bodyLength: number } {
    this.offset = 1;
    const type = this.byte();
    this.byte();
    if (this.byte() !== 1) throw new MalformedMessage("There is no such version of the protocol.");
    const bodyLength = this.uint32();
    const serial = this.uint32();
    if (type === 0 || serial === 0) throw new MalformedMessage("The header is not valid.");
    return { type, bodyLength };
  }

  align(boundary: number): void {
    const start = this.#take(alignedTo(boundary, this.offset) - this.offset);
    if (this.#buffer.subarray(start, this.offset).some((byte) => byte !== 0)) {
      throw new MalformedMessage("The padding is not empty.");
    }
  }

  byte(): number {
    return this.#buffer.readUInt8(this.#take(1));
  }

  uint32(): number {
    this.align(4);
    const at = this.#take(4);
    return this.#big ? this.#buffer.readUInt32BE(at) : this.#buffer.readUInt32LE(at);
  }

  /** Reads the length of an array and answers where it ends. */
  arrayEnd(elementAlignment: number): number {
    const length = this.uint32();
    this.align(elementAlignment);
    const end = this.offset + length;
    if (end > this.#buffer.length) throw new MalformedMessage("An array is longer than its message.");
    return end;
  }

  variant(depth: number): ReplyValue {
    const [type, ...more] = completeTypes(this.#text(this.byte()));
    if (type === undefined || more.length > 0) throw new MalformedMessage("A variant holds not one value.");
    return this.value(type, depth + 1);
  }

  value(type: string, depth: number): ReplyValue {
    if (depth > maximalDepth) throw new MalformedMessage("Values are nested too deep.");
    if (type === "a{ss}") return this.#entries();
    if (type === "ay") return this.#bytes();
    if (type.startsWith("(")) return this.#structure(type.slice(1, -1), depth);
    if (type.startsWith("a")) return this.#array(type.slice(1), depth);
    switch (type) {
      case "s":
      case "o":
        return this.#text(this.uint32());
      case "g":
        return this.#text(this.byte());
      case "v":
        return this.variant(depth);
      case "y":
        return this.byte();
      case "u":
        return this.uint32();
      case "b": {
        const value = this.uint32();
        if (value > 1) throw new MalformedMessage("A boolean is neither true nor false.");
        return value === 1;
      }
      default:
        return this.#number(type);
    }
  }

  #array(elementType: string, depth: number): readonly ReplyValue[] {
    const end = this.arrayEnd("xtd".includes(elementType.charAt(0)) ? 8 : 1);
    const values: ReplyValue[] = [];
    while (this.offset < end) values.push(this.value(elementType, depth + 1));
    if (this.offset !== end) throw new MalformedMessage("An element runs over the end of its array.");
    return values;
  }

  #structure(members: string, depth: number): readonly ReplyValue[] {
    this.align(8);
    return completeTypes(members).map((member) => this.value(member, depth + 1));
  }

  #bytes(): Buffer {
    const start = this.#take(this.uint32());
    return this.#buffer.subarray(start, this.offset);
  }

  #entries(): readonly ReplyValue[] {
    const end = this.arrayEnd(8);
    const entries: ReplyValue[] = [];
    while (this.offset < end) {
      this.align(8);
      entries.push([this.#text(this.uint32()), this.#text(this.uint32())]);
    }
    if (this.offset !== end) throw new MalformedMessage("An entry runs over the end of its dictionary.");
    return entries;
  }

  /** Numbers that none of our questions is answered with; read so that a header field yet unknown can be passed over. */
  #number(type: string): number {
    const size = "nq".includes(type) ? 2 : "xtd".includes(type) ? 8 : 4;
    this.align(size);
    const at = this.#take(size);
    if (size === 2) return this.#big ? this.#buffer.readUInt16BE(at) : this.#buffer.readUInt16LE(at);
    if (size === 4) return this.#big ? this.#buffer.readInt32BE(at) : this.#buffer.readInt32LE(at);
    return Number.NaN;
  }

  #text(length: number): string {
    const start = this.#take(length + 1);
    const bytes = this.#buffer.subarray(start, start + length);
    if (this.#buffer[start + length] !== 0 || bytes.includes(0) || !isUtf8(bytes)) {
      throw new MalformedMessage("A text is not valid.");
    }
    return bytes.toString();
  }

  #take(count: number): number {
    const start = this.offset;
    if (start + count > this.#buffer.length)
      throw new MalformedMessage("A value is longer than its message.");
    this.offset = start + count;
    return start;
  }
}
