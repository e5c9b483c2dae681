import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeMessage,
  encodeCall,
  messageLength,
} from "../../../../src/stores/keychain/secret-service/bus-message.ts";
import { MalformedMessage } from "../../../../src/stores/keychain/secret-service/bus-values.ts";
import { Bytes, type Draft, errorReply, messageOf, pathReply, signalMessage } from "./bus-messages.ts";

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
    const call = encodeCall(7, {
      destination: "org.freedesktop.DBus",
      path: "/org/freedesktop/DBus",
      interface: "org.freedesktop.DBus",
      member: "Hello",
      args: [],
    });
    const expected = messageOf({
      type: 1,
      fields: [
        [1, "o", "/org/freedesktop/DBus"],
        [2, "s", "org.freedesktop.DBus"],
        [3, "s", "Hello"],
        [6, "s", "org.freedesktop.DBus"],
      ],
    });
    expect(call.toString("hex")).toBe(expected.toString("hex"));
  });

  it("aligns paths, dictionaries, variants and long texts", () => {
    const attributes = { service: "mistral-key", account: "ä".repeat(700) };
    const call = encodeCall(2, {
      destination: "a.b",
      path: "/p",
      interface: "a.b",
      member: "M",
      args: [
        ["s", "x"],
        ["ao", ["/a/1", "/a/2"]],
        ["a{ss}", attributes],
        ["v", ["a{ss}", attributes]],
      ],
    });
    const dictionary = (list: Bytes) => {
      for (const [name, value] of Object.entries(attributes)) list.align(8).text(name).text(value);
    };
    const body = new Bytes()
      .text("x")
      .array(4, (list) => list.text("/a/1").text("/a/2"))
      .array(8, dictionary)
      .signature("a{ss}")
      .array(8, dictionary)
      .buffer();
    expect(call.subarray(-body.length).equals(body)).toBe(true);
    expect(call.includes("\x09saoa{ss}v\0")).toBe(true);
    expect(messageLength(call)).toBe(call.length);
  });
});

describe("unmarshalling a message", () => {
  it("reads a reply", () => {
    const message = pathReply(9, "/org/freedesktop/secrets/collection/login");
    expect(messageLength(message.subarray(0, 16))).toBe(message.length);
    expect(decodeMessage(message)).toEqual({
      kind: "reply",
      to: 9,
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
      values: [["/a/1", "/a/2"], [], true, { service: "mistral-key" }],
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
        [200, "s", "of a later version"],
        [5, "u", 3],
      ],
    });
    expect(decodeMessage(message)).toMatchObject({ kind: "reply", to: 3, values: [] });
  });

  const text = (value: string) => new Bytes().text(value).buffer();
  it.each([
    ["no number of the call it answers", messageOf({ fields: [[7, "s", ":1.5"]] })],
    ["a text for the number of the call", messageOf({ fields: [[5, "s", "1"]] })],
    ["an error without a name", messageOf({ type: 3, fields: [[5, "u", 1]] })],
    ["a body that its signature does not explain", reply("", text("x"))],
    ["a signature that its body does not fill", reply("ss", text("x"))],
    ["a structure, which nobody asked for", reply("(ss)", text("x"))],
    ["bytes beyond its end", reply("ay", Buffer.from("ffffff7f00", "hex"))],
    ["a text longer than the message", reply("s", Buffer.from("ffffff7f00", "hex"))],
    ["an array longer than the message", reply("ao", Buffer.from("ffffff7f", "hex"))],
    ["a variant of two values", reply("v", new Bytes().signature("ss").text("a").text("b").buffer())],
  ])("refuses %s", (_, message) => {
    expect(() => decodeMessage(message)).toThrow(MalformedMessage);
  });

  it("refuses variants inside variants without end", () => {
    const nested = Buffer.concat(Array.from({ length: 50 }, () => new Bytes().signature("v").buffer()));
    expect(() => decodeMessage(reply("v", nested))).toThrow(MalformedMessage);
  });

  it.each([
    ["byte order", Buffer.concat([Buffer.from("B"), pathReply(1, "/a").subarray(1)])],
    ["version", messageOf({ version: 2, fields: [[5, "u", 1]] })],
  ])("refuses a message from its first bytes when its %s is another one", (_, message) => {
    expect(() => messageLength(message)).toThrow(MalformedMessage);
  });

  it("refuses a message from its first bytes when no answer can be that long", () => {
    const message = messageOf({ fields: [[5, "u", 1]], bodyLength: 100_000_000 });
    expect(() => messageLength(message.subarray(0, 16))).toThrow(MalformedMessage);
    const header = Buffer.from(pathReply(1, "/a").subarray(0, 16));
    header.writeUInt32LE(0x7fffffff, 12);
    expect(() => messageLength(header)).toThrow(MalformedMessage);
  });

  it("reads or refuses, whatever comes", () => {
    const valid = [
      reply(
        "aoa{ss}",
        new Bytes()
          .array(4, (list) => list.text("/a"))
          .array(8, () => {})
          .buffer(),
      ),
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
