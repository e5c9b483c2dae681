import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeMessage,
  encodeCall,
  messageLength,
} from "../../../../src/stores/keychain/secret-service/bus-message.ts";
import { MalformedMessage } from "../../../../src/stores/keychain/secret-service/bus-values.ts";
import { bodyOf, type Draft, errorReply, messageOf, pathReply, signalMessage } from "./bus-messages.ts";

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
  it("writes what the bus expects, byte for byte: texts, paths, dictionaries and variants, aligned", () => {
    const attributes = { service: "ä" };
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
    const dictionary = "\x13\0\0\0\x07\0\0\0service\0\x02\0\0\0\xc3\xa4\0";
    const expected = [
      "l\x01\0\x01[\0\0\0\x02\0\0\0O\0\0\0",
      "\x01\x01o\0\x02\0\0\0/p\0\0\0\0\0\0",
      "\x02\x01s\0\x03\0\0\0a.b\0\0\0\0\0",
      "\x03\x01s\0\x01\0\0\0M\0\0\0\0\0\0\0",
      "\x06\x01s\0\x03\0\0\0a.b\0\0\0\0\0",
      "\x08\x01g\0\x09saoa{ss}v\0\0",
      "\x01\0\0\0x\0\0\0",
      "\x15\0\0\0\x04\0\0\0/a/1\0\0\0\0\x04\0\0\0/a/2\0\0\0\0",
      dictionary,
      "\x05a{ss}\0\0\0",
      dictionary,
    ];
    expect(call.toString("latin1")).toBe(expected.join(""));
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
    const body = bodyOf((values) => {
      values.value(["ao", ["/a/1", "/a/2"]]);
      values.value(["ao", []]);
      values.value(["g", "b"]);
      values.uint32(1);
      values.value(["v", ["a{ss}", { service: "mistral-key" }]]);
    });
    expect(decodeMessage(reply("aoaovv", body))).toMatchObject({
      values: [["/a/1", "/a/2"], [], true, { service: "mistral-key" }],
    });
  });

  it("reads an error, and skips what is neither reply nor error", () => {
    expect(decodeMessage(errorReply(4, "org.freedesktop.DBus.Error.ServiceUnknown", "no"))).toEqual({
      kind: "error",
      to: 4,
      name: "org.freedesktop.DBus.Error.ServiceUnknown",
      text: "no",
    });
    expect(decodeMessage(signalMessage())).toEqual({ kind: "other" });
  });

  it("skips an unknown header field", () => {
    const message = messageOf({
      fields: [
        [200, "s", "of a later version"],
        [5, "u", 3],
      ],
    });
    expect(decodeMessage(message)).toMatchObject({ kind: "reply", to: 3, values: [] });
  });

  const text = (value: string) => bodyOf((body) => body.value(["s", value]));
  it.each([
    ["no number of the call it answers", messageOf({ fields: [[7, "s", ":1.5"]] })],
    ["a text for the number of the call", messageOf({ fields: [[5, "s", "1"]] })],
    ["a signature that its body does not fill", reply("ss", text("x"))],
    ["a structure, which nobody asked for", reply("(ss)", text("x"))],
    ["bytes beyond its end", reply("ay", Buffer.from("ffffff7f00", "hex"))],
    ["a text longer than the message", reply("s", Buffer.from("ffffff7f00", "hex"))],
    ["an array longer than the message", reply("ao", Buffer.from("ffffff7f", "hex"))],
    ["an array that ends inside an element", reply("ao", Buffer.from("02000000010000002f00", "hex"))],
    [
      "a variant of two values",
      reply("v", Buffer.concat([bodyOf((body) => body.value(["g", "ss"])), text("a"), text("b")])),
    ],
  ])("refuses %s", (_, message) => {
    expect(() => decodeMessage(message)).toThrow(MalformedMessage);
  });

  it("refuses variants inside variants without end", () => {
    const nested = Buffer.alloc(150_000, "\x01v\0");
    expect(() => decodeMessage(reply("v", nested))).toThrow(MalformedMessage);
  });

  it.each([
    ["byte order", Buffer.concat([Buffer.from("B"), pathReply(1, "/a").subarray(1)])],
    ["version", messageOf({ version: 2, fields: [[5, "u", 1]] })],
  ])("refuses a message from its first bytes when its %s is another one", (_, message) => {
    expect(() => messageLength(message)).toThrow(MalformedMessage);
  });

  it("refuses a message from its first bytes when no reply can be that long", () => {
    const message = messageOf({ fields: [[5, "u", 1]], bodyLength: 100_000_000 });
    expect(() => messageLength(message.subarray(0, 16))).toThrow(MalformedMessage);
    const header = Buffer.from(pathReply(1, "/a").subarray(0, 16));
    header.writeUInt32LE(0x7fffffff, 12);
    expect(() => messageLength(header)).toThrow(MalformedMessage);
  });

  it("reads or refuses, for any input", () => {
    const valid = [
      reply(
        "aoa{ss}",
        bodyOf((body) => {
          body.value(["ao", ["/a"]]);
          body.value(["a{ss}", {}]);
        }),
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
