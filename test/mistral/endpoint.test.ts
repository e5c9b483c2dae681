import { ServerList } from "@mistralai/mistralai/lib/config.js";
import { describe, expect, it } from "vitest";
import { addressOf, parseServerUrl } from "../../src/mistral/endpoint.ts";

describe("the address of the API", () => {
  it("is the one the official SDK has for each region", () => {
    for (const region of ["global", "eu", "us"] as const) {
      expect(addressOf({ region })).toBe(ServerList[region]);
    }
  });

  it("is the one that was given instead", () => {
    expect(addressOf({ region: "eu", serverUrl: "https://gateway.example.com" })).toBe(
      "https://gateway.example.com",
    );
  });

  it.each([
    ["https://gateway.example.com/mistral/", "https://gateway.example.com/mistral"],
    ["https://gateway.example.com?x=1#y", "https://gateway.example.com"],
    ["http://127.0.0.1:8000/", "http://127.0.0.1:8000"],
    ["http://localhost:8000", "http://localhost:8000"],
    ["http://[::1]:8000", "http://[::1]:8000"],
  ])("may be %s", (text, address) => {
    expect(parseServerUrl(text)).toBe(address);
  });

  it.each([
    "http://api.mistral.ai",
    "http://127.0.0.1.example.com",
    "http://localhost.example.com",
    "https://name:password@api.mistral.ai",
    "ftp://127.0.0.1",
    "api.mistral.ai",
    "",
  ])("is never %j", (text) => {
    expect(() => parseServerUrl(text)).toThrow(expect.objectContaining({ kind: "usage" }));
  });
});
