import { format, inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { ApiKey } from "../../src/keys/api-key.ts";

const text = "testKey0".repeat(4);
const key = ApiKey.of(text);

describe("an API key", () => {
  it.each<[string, () => string]>([
    ["String", () => String(key)],
    ["a template", () => `${key}`],
    ["a sum", () => `key: ${key}`],
    ["JSON", () => JSON.stringify({ key, list: [key] })],
    ["inspect", () => inspect({ key }, { depth: 9, showHidden: true })],
    ["format", () => format("%s %o %O %j", key, key, key, key)],
    ["its members", () => JSON.stringify(Object.entries(key)) + JSON.stringify({ ...key })],
    ["an error", () => new Error(`no: ${key}`).message],
    ["a clone", () => JSON.stringify(structuredClone({ ...key }))],
  ])("does not show itself in %s", (_where, show) => {
    expect(show()).not.toContain(text);
  });

  it("shows itself only when it is asked to", () => {
    expect(key.reveal()).toBe(text);
    expect(String(key)).toBe("test...Key0");
    expect(key.mask).toBe("test...Key0");
  });

  it("cannot be empty", () => {
    expect(() => ApiKey.of("")).toThrow(TypeError);
  });

  it("is equal to the same key only", () => {
    expect(key.equals(ApiKey.of(text))).toBe(true);
    expect(key.equals(ApiKey.of(`${text}x`))).toBe(false);
    expect(key.equals(ApiKey.of(text.toLowerCase()))).toBe(false);
  });

  it("treats another shape as unusual, not as wrong", () => {
    expect(key.hasUsualShape).toBe(true);
    expect(ApiKey.of("short").hasUsualShape).toBe(false);
    expect(ApiKey.of(`${text.slice(1)}-`).hasUsualShape).toBe(false);
  });
});
