import { randomInt } from "node:crypto";
import { describe, expect, test } from "vitest";
import { ApiKey } from "../../src/keys/api-key.ts";
import { fingerprintOf } from "../../src/keys/fingerprint.ts";
import { defaultProfile } from "../../src/keys/profile-name.ts";
import { LeakPatterns, LeakStream, type WantedKey } from "../../src/leaks/leak-pattern.ts";

function wanted(value: string): WantedKey {
  const key = ApiKey.of(value);
  return { profile: defaultProfile, mask: key.mask, fingerprint: fingerprintOf(key) };
}

const key = "testKey0".repeat(4);
// In base64 it has both characters that the URL-safe alphabet replaces, even among its first four.
const oddKey = "t?~t/Key=0".repeat(4);
const patterns = new LeakPatterns([wanted(key), wanted(oddKey)]);

function found(text: string | Buffer): readonly string[] {
  return patterns.search(Buffer.from(text as string)).map(({ encoding, offset }) => `${encoding}@${offset}`);
}

describe("finds a key by its mask and fingerprint", () => {
  test("anywhere in a text, also twice, also inside other letters", () => {
    expect(found(`a=${key}\nin${key}side`)).toEqual(["plain@2", "plain@37"]);
  });

  test.each([0, 1, 2, 3, 4, 5])("in base64, %i bytes after the start of what is encoded", (bytes) => {
    const encoded = Buffer.from(`${"u".repeat(bytes)}${key}:password`).toString("base64");
    expect(found(`Authorization: Basic ${encoded}`).map((hit) => hit.split("@")[0])).toEqual(["base64"]);
  });

  test.each([20, 64, 76])(
    "in base64 that is wrapped at %i characters, wherever that breaks the key",
    (width) => {
      for (const end of ["\n", "\r\n"]) {
        for (let bytes = 0; bytes < width; bytes += 1) {
          const encoded = Buffer.from(`${"u".repeat(bytes)}${oddKey}:password`).toString("base64");
          expect(found(encoded.replace(new RegExp(`.{${width}}`, "g"), `$&${end}`))).toHaveLength(1);
        }
      }
    },
  );

  test.each([0, 1, 2])("in URL-safe base64, %i bytes after the start", (bytes) => {
    const encoded = Buffer.from(`${"u".repeat(bytes)}${oddKey}`).toString("base64url");
    expect(found(`?key=${encoded}&x`)).toHaveLength(1);
  });

  test("in UTF-16, as PowerShell writes files", () => {
    expect(found(Buffer.from(`x=${key}\r\n`, "utf16le"))).toEqual(["utf-16@4"]);
  });

  test("not in what shares only its first and last characters", () => {
    expect(found(`test${"x".repeat(24)}Key0 test...Key0 testKey0`)).toEqual([]);
    expect(found(key.slice(0, -1))).toEqual([]);
    expect(found(key.toUpperCase())).toEqual([]);
  });
});

test("a text is shown with the mask in place of every word that has the key in it", () => {
  const encoded = Buffer.from(key).toString("base64");
  expect(patterns.mask(`error: "src/a-${key}.txt" and ${encoded} here`)).toBe(
    'error: "src/test...Key0 and test...Key0 here',
  );
});

test("of a content full of a key, only the first hundred are reported, and another key all the same", () => {
  const masks: string[] = [];
  const stream = new LeakStream(patterns, (hit) => masks.push(hit.wanted.mask));
  stream.push(Buffer.from(`${`${key}\n`.repeat(5000)}${oddKey}\n`));
  stream.end();
  const [mask, odd] = [key, oddKey].map((value) => ApiKey.of(value).mask);
  expect(masks).toEqual([...Array.from({ length: 100 }, () => mask), odd]);
});

test("what arrives in pieces is searched as if it came whole", () => {
  const lines = Array.from(
    { length: 600 },
    (_, index) => `line ${index + 1} ${index % 150 === 7 ? key : ""}`,
  );
  const bytes = Buffer.from(lines.join("\n"));
  for (let round = 0; round < 50; round += 1) {
    const seen: number[] = [];
    const stream = new LeakStream(patterns, ({ line }) => seen.push(line));
    for (let at = 0; at < bytes.length; ) {
      const next = at + randomInt(1, 3000);
      stream.push(bytes.subarray(at, next));
      at = next;
    }
    stream.end();
    expect(seen).toEqual([8, 158, 308, 458]);
  }
});
