import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ApiKey } from "../../src/keys/api-key.ts";
import { base64TextOf } from "../../src/keys/base64-text.ts";
import { Redactor } from "../../src/running/redactor.ts";

const key = ApiKey.of(["A", "B", "C", "D"].map((letter) => `testKey${letter}`).join(""));
const awkward = ApiKey.of(`it's "$HOME" \\ & 100%/+ä`);

const forms = [
  key.reveal(),
  ...([0, 1, 2] as const).map((offset) => base64TextOf(Buffer.from(key.reveal()), offset).inside),
];

async function redact(chunks: readonly Buffer[], secret = key): Promise<Buffer> {
  return buffer(Readable.from(chunks).pipe(new Redactor(secret)));
}

async function redactText(text: string, secret = key): Promise<string> {
  return (await redact([Buffer.from(text)], secret)).toString();
}

describe("Redactor", () => {
  it("shows the mask where the key was, and everything else as it was", async () => {
    const text = `\x1b[31mkey: ${key.reveal()}\x1b[0m, again ${key.reveal()}${key.reveal()}\n`;
    expect(await redactText(text)).toBe(`\x1b[31mkey: ${key.mask}\x1b[0m, again ${key.mask}${key.mask}\n`);
  });

  it.each([0, 1, 2, 3, 4, 5])("masks the key in base64, %i bytes after the start", async (before) => {
    const around = Buffer.concat([
      Buffer.alloc(before, "x"),
      Buffer.from(key.reveal()),
      Buffer.from(":tail"),
    ]);
    for (const encoding of ["base64", "base64url"] as const) {
      const masked = await redactText(`Authorization: Basic ${around.toString(encoding)}\n`);
      expect(masked).toContain(key.mask);
      // What remains reveals at most the first and the last character, which the mask shows anyway.
      const left = masked.replace(/^Authorization: Basic /, "").split(key.mask);
      for (const piece of left) {
        expect(Buffer.from(piece, encoding).toString("latin1")).not.toMatch(/test|KeyD/);
      }
    }
  });

  it.each([4, 20, 64, 76])("masks the key in base64 that is wrapped at %i characters", async (width) => {
    for (let before = 0; before < 90; before++) {
      const encoded = Buffer.from(`${"x".repeat(before)}${key.reveal()}${"y".repeat(90)}`).toString("base64");
      for (const ending of ["\n", "\r\n", "\n    "]) {
        const wrapped = encoded.replace(new RegExp(`.{${width}}`, "g"), `$&${ending}`);
        const inOne = await redactText(wrapped);
        const [head = "", tail = ""] = inOne.replace(/\s/g, "").split(key.mask);
        expect(Buffer.from(head, "base64").toString("latin1").replace(/^x*/, "").length).toBeLessThan(4);
        expect(tail.length).toBeLessThanOrEqual(124);
        const bytes = [...Buffer.from(wrapped)].map((byte) => Buffer.of(byte));
        if (before % 9 === 0) expect(String(await redact(bytes))).toBe(inOne);
      }
    }
  });

  it("masks a key that is itself wrapped, and does not hold back a whole line for a letter at its end", async () => {
    const text = key.reveal();
    expect(await redactText(`<${text.slice(0, 12)}\n${text.slice(12)}>`)).toBe(`<${key.mask}>`);
    const redactor = new Redactor(key);
    // Node 26 gives one chunk at a time, earlier ones give all.
    const passedOn = () => {
      let all = "";
      for (let chunk = redactor.read(); chunk !== null; chunk = redactor.read()) all += chunk;
      return all;
    };
    redactor.write("the latest\n".slice(0, -3));
    redactor.write("t\n");
    expect(passedOn()).toBe("the latet\n");
    redactor.write(text.slice(1));
    expect(passedOn()).toBe(key.mask);
  });

  it("does not follow a partial match across more than a line break", async () => {
    const text = `testKey${"\n".repeat(100_000)}`;
    const redactor = new Redactor(key);
    redactor.write(text);
    expect(String(redactor.read())).toBe(text);
  });

  it("masks base64 with + and / in both alphabets", async () => {
    const secret = ApiKey.of("~~~???>>>~~~???>>>");
    const ordinary = Buffer.from(secret.reveal()).toString("base64");
    expect(ordinary).toMatch(/[+/]/);
    expect(await redactText(ordinary, secret)).toBe(secret.mask);
    expect(await redactText(Buffer.from(secret.reveal()).toString("base64url"), secret)).toBe(secret.mask);
  });

  it("masks a key with other characters in a URL and in JSON", async () => {
    const url = `https://x.example/?key=${encodeURIComponent(awkward.reveal())}&b=1`;
    expect(await redactText(url, awkward)).toBe(`https://x.example/?key=${awkward.mask}&b=1`);
    const lower = url.replace(/%[0-9A-F]{2}/g, (sequence) => sequence.toLowerCase());
    expect(await redactText(lower, awkward)).toBe(`https://x.example/?key=${awkward.mask}&b=1`);
    expect(await redactText(JSON.stringify({ key: awkward.reveal() }), awkward)).toBe(
      `{"key":"${awkward.mask}"}`,
    );
  });

  it("gives the same result for any chunks, even one byte at a time", async () => {
    const pieces = fc.oneof(
      fc.constantFrom(
        ...forms,
        ...forms.map((form) => form.slice(0, -1)),
        "testKeyA",
        "t",
        "\x1b[1m",
        "\n",
        " ",
      ),
      fc.string({ unit: "binary", maxLength: 20 }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(pieces, { maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
        async (parts, sizes) => {
          const whole = Buffer.from(parts.join(""));
          const chunks: Buffer[] = [];
          for (let at = 0, turn = 0; at < whole.length; turn++) {
            const size = sizes[turn % sizes.length] ?? 1;
            chunks.push(whole.subarray(at, at + size));
            at += size;
          }
          const inOne = await redact([whole]);
          expect((await redact(chunks)).equals(inOne)).toBe(true);
          for (const form of forms) expect(inOne.includes(form)).toBe(false);
        },
      ),
      { numRuns: 100 },
    );
  });

  it("shows one mask for keys that overlap", async () => {
    const periodic = ApiKey.of("testKey0".repeat(4));
    const chunks = Array.from({ length: 9 }, () => Buffer.from("testKey0"));
    expect(String(await redact([Buffer.from("<"), ...chunks, Buffer.from(">")], periodic))).toBe(
      `<${periodic.mask}>`,
    );
  });

  it("leaves binary output as it is, byte for byte", async () => {
    const bytes = randomBytes(3_000_000);
    const chunks = Array.from({ length: 50 }, (_, n) => bytes.subarray(n * 60_000, (n + 1) * 60_000));
    expect((await redact(chunks)).equals(bytes)).toBe(true);
  });

  it("passes a prompt on at once, and holds back only a possible start of the key", () => {
    const redactor = new Redactor(key);
    redactor.write("Your name? ");
    expect(String(redactor.read())).toBe("Your name? ");
    redactor.write("latest");
    expect(String(redactor.read())).toBe("la");
    redactor.write("!");
    expect(String(redactor.read())).toBe("test!");
  });

  it("passes on what it held back when the output ends", async () => {
    expect(await redactText("testKeyAtest")).toBe("testKeyAtest");
  });

  it("pauses its source while nobody reads", () => {
    const redactor = new Redactor(key);
    expect(redactor.write(Buffer.alloc(1_000_000))).toBe(false);
  });
});
