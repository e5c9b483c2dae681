import { describe, expect, it } from "vitest";
import { readEnvironmentKey } from "../../src/keys/environment-key.ts";

const key = "testKey0".repeat(4);

function read(text: string | undefined) {
  const found = readEnvironmentKey({ MISTRAL_API_KEY: text });
  return found.state === "key" ? { key: found.key.reveal(), wrapped: found.wrapped } : found.state;
}

describe("readEnvironmentKey", () => {
  it("takes a key as it is", () => {
    expect(read(key)).toEqual({ key, wrapped: false });
  });

  it.each([`"${key}"`, `'${key}'`, `${key}\r`, `${key}\n`, ` ${key} `, `"${key}"\r\n`, `" ${key}"`])(
    "strips what surrounds it in %j",
    (text) => {
      expect(read(text)).toEqual({ key, wrapped: true });
    },
  );

  it.each([undefined, "", " ", '""', "''\r"])("finds none in %j", (text) => {
    expect(read(text)).toBe("absent");
  });

  it.each([`${key} # laptop`, `${key}\x1b]0;x\x07`, `${key}\u200b`, `${key}\r\n${key}`, "schlüssel"])(
    "says that %j cannot be a key",
    (text) => {
      expect(read(text)).toBe("unusable");
    },
  );

  it("strips quotes only in pairs", () => {
    expect([read(`"${key}`), read(`"${key}'`), read('"')]).toEqual([
      { key: `"${key}`, wrapped: false },
      { key: `"${key}'`, wrapped: false },
      { key: '"', wrapped: false },
    ]);
  });
});
