import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeMessage,
  encodeCall,
  messageLength,
} from "../../../../src/stores/keychain/secret-service/dbus-message.ts";
import { MalformedMessage } from "../../../../src/stores/keychain/secret-service/dbus-wire.ts";
import { Bytes, type Draft, errorReply, messageOf, pathReply, signalMessage } from "./dbus-replies.ts";

const reply = (signature: string, body: Buffer, more: Partial<Draft> = {}) =>
  messageOf({
    fields: [
      [5, "u", 3],
      [7, "s", ":1.5"],
      [8, "g", signature],
    ],
    body,
    ...more,
  });

describe("marshalling a call", () => {
  it("writes what the bus expects, byte for byte", () => {
    const call = encodeCall(1, {
      destination: "org.freedesktop.DBus",
      path: "/org/freedesktop/DBus",
      interface: "org.freedesktop.DBus",
      member: "Hello",
      args: [],
    });
    const expected = messageOf({
      type: 1,
      serial: 1,
      fields: [
        [1, "o", "/org/freedesktop/DBus"],
        [2, "s", "org.freedesktop.DBus"],
        [3, "s", "Hello"],
        [6, "s", "org.freedesktop.DBus"],
      ],
    });
    expect(call.toString("hex")).toBe(expected.toString("hex"));
  });

  it("aligns dictionaries, variants and long texts", () => {
    const attributes = { service: "mistral-key", account: "ä".repeat(700) };
    const call = encodeCall(2, {
      destination: "a.b",
      path: "/p",
      interface: "a.b",
      member: "M",
      args: ["x", { attributes }, { variant: attributes }],
    });
    const dictionary = (list: Bytes) => {
      for (const [name, value] of Object.entries(attributes)) list.align(8).text(name).text(value);
    };
    const body = new Bytes().text("x").array(8, dictionary).signature("a{ss}").array(8, dictionary).buffer();
    expect(call.subarray(-body.length).equals(body)).toBe(true);
    expect(messageLength(call)).toBe(call.length);
  });
});

describe("what reading a secret takes", () => {
  it("writes paths of objects, and bytes in a variant", () => {
    const call = encodeCall(2, {
      destination: "a.b",
      path: "/p",
      interface: "a.b",
      member: "M",
      args: [
        "x",
        { paths: ["/a/1", "/a/2"] },
        { path: "/session/1" },
        { variant: Buffer.from("\0\xff", "latin1") },
      ],
    });
    const body = new Bytes()
      .text("x")
      .array(4, (list) => list.text("/a/1").text("/a/2"))
      .text("/session/1")
      .signature("ay")
      .array(1, (list) => list.byte(0, 255));
    expect(call.subarray(-body.length).equals(body.buffer())).toBe(true);
    expect(call.includes("\x05saoov\0")).toBe(true);
  });

  it("reads bytes and a structure", () => {
    const bytes =
      (...values: number[]) =>
      (list: Bytes) =>
        list.byte(...values);
    const body = new Bytes()
      .signature("ay")
      .array(1, bytes(1, 2, 3))
      .align(8)
      .text("/session/1")
      .array(1, bytes())
      .array(1, bytes(0, 255))
      .text("text/plain")
      .buffer();
    expect(decodeMessage(reply("v(oayays)", body))).toMatchObject({
      values: [Buffer.of(1, 2, 3), ["/session/1", Buffer.of(), Buffer.of(0, 255), "text/plain"]],
    });
  });
});

describe("unmarshalling a message", () => {
  it.each(["l", "B"] as const)("reads a reply in byte order %s", (order) => {
    const message = pathReply(9, "/org/freedesktop/secrets/collection/login", order);
    expect(messageLength(message.subarray(0, 16))).toBe(message.length);
    expect(decodeMessage(message)).toEqual({
      kind: "reply",
      to: 9,
      sender: ":1.5",
      values: ["/org/freedesktop/secrets/collection/login"],
    });
  });

  it("reads the kinds of values that a Secret Service answers with", () => {
    const body = new Bytes()
      .array(4, (list) => list.text("/a/1").text("/a/2"))
      .array(4, () => {})
      .signature("b")
      .uint32(1)
      .signature("a{ss}")
      .array(8, (list) => list.align(8).text("service").text("mistral-key"))
      .buffer();
    expect(decodeMessage(reply("aoaovv", body))).toMatchObject({
      values: [["/a/1", "/a/2"], [], true, [["service", "mistral-key"]]],
    });
  });

  it("reads an error, and passes over what is neither reply nor error", () => {
    expect(decodeMessage(errorReply(4, "org.freedesktop.DBus.Error.ServiceUnknown", "no"))).toEqual({
      kind: "error",
      to: 4,
      name: "org.freedesktop.DBus.Error.ServiceUnknown",
      text: "no",
    });
    expect(decodeMessage(signalMessage())).toEqual({ kind: "other" });
  });

  it("passes over a header field that it does not know", () => {
    const message = messageOf({
      fields: [
        [200, "y", 1],
        [5, "u", 3],
      ],
    });
    expect(decodeMessage(message)).toMatchObject({ kind: "reply", to: 3, values: [] });
  });

  const text = (value: string) => new Bytes().text(value).buffer();
  it.each([
    ["an unknown byte order", Buffer.concat([Buffer.from("x"), pathReply(1, "/a").subarray(1)])],
    ["an unknown version", messageOf({ version: 2, fields: [[5, "u", 1]] })],
    ["the type that is never valid", messageOf({ type: 0, fields: [[5, "u", 1]] })],
    ["serial 0", messageOf({ serial: 0, fields: [[5, "u", 1]] })],
    ["no number of the call it answers", messageOf({ fields: [[7, "s", ":1.5"]] })],
    ["a text for the number of the call", messageOf({ fields: [[5, "s", "1"]] })],
    ["an error without a name", messageOf({ type: 3, fields: [[5, "u", 1]] })],
    ["a body that its signature does not explain", reply("", text("x"))],
    ["a signature that its body does not fill", reply("ss", text("x"))],
    ["a structure that its body does not fill", reply("(ss)", text("x"))],
    ["a structure of nothing", reply("()", Buffer.alloc(0))],
    ["an array of structures, which nobody asked for", reply("a(ss)", Buffer.alloc(8))],
    ["bytes beyond its end", reply("ay", Buffer.from("ffffff7f00", "hex"))],
    ["a text without its end", reply("s", Buffer.from("0100000078ff", "hex"))],
    ["a text with a NUL inside", reply("s", text("a\0b"))],
    ["a text that is not UTF-8", reply("s", Buffer.from("02000000c32800", "hex"))],
    ["a text longer than the message", reply("s", Buffer.from("ffffff7f00", "hex"))],
    ["an array longer than the message", reply("ao", Buffer.from("ffffff7f", "hex"))],
    ["a boolean of 2", reply("b", new Bytes().uint32(2).buffer())],
    ["a variant of two values", reply("v", new Bytes().signature("ss").text("a").text("b").buffer())],
    ["padding that is not empty", reply("yu", Buffer.from("0101010101000000", "hex"))],
  ])("refuses %s", (_, message) => {
    expect(() => decodeMessage(message)).toThrow(MalformedMessage);
  });

  it("refuses variants inside variants without end", () => {
    const nested = Buffer.concat(Array.from({ length: 50 }, () => new Bytes().signature("v").buffer()));
    expect(() => decodeMessage(reply("v", nested))).toThrow(MalformedMessage);
  });

  it("refuses a message from its first bytes when no answer can be that long", () => {
    const message = messageOf({ fields: [[5, "u", 1]], bodyLength: 100_000_000 });
    expect(() => messageLength(message.subarray(0, 16))).toThrow(MalformedMessage);
    const header = Buffer.from(pathReply(1, "/a").subarray(0, 16));
    header.writeUInt32LE(0x7fffffff, 12);
    expect(() => messageLength(header)).toThrow(MalformedMessage);
  });

  it("reads or refuses, whatever comes", () => {
    const secret = new Bytes()
      .text("/s")
      .array(1, (list) => list.byte(1, 2))
      .text("text/plain")
      .buffer();
    const valid = [
      reply("(oays)", secret),
      pathReply(1, "/a/b"),
      errorReply(2, "a.b", "text"),
      signalMessage(),
    ];
    const bent = fc
      .tuple(
        fc.constantFrom(...valid),
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 4 }),
        fc.nat(),
      )
      .map(([message, changes, cut]) => {
        const copy = Buffer.from(message);
        for (const [position, value] of changes) copy[position % copy.length] = value;
        return copy.subarray(0, 16 + (cut % (copy.length - 15)));
      });
    const random = fc.uint8Array({ minLength: 16, maxLength: 200 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(fc.oneof(bent, random), (message) => {
        try {
          messageLength(message);
          decodeMessage(message);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedMessage);
        }
      }),
      { numRuns: 3000 },
    );
  });
});
