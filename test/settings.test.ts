import { describe, expect, it } from "vitest";
import { Flags } from "../src/cli/flags.ts";
import { ApiKey } from "../src/keys/api-key.ts";
import { defaultProfile } from "../src/keys/profile-name.ts";
import { profileOf } from "../src/profiles/known-key.ts";
import { endpointFor, readSettings, storeFor } from "../src/settings.ts";

const read = (flags: Record<string, unknown>, env: Record<string, string> = {}) =>
  readSettings(new Flags(flags), env);
const refused = expect.objectContaining({ kind: "usage" });

describe("the settings of a command", () => {
  it("leave everything to the profile when nothing is said", () => {
    expect(read({})).toEqual({ profile: "default", store: undefined, endpoint: undefined, json: false });
  });

  it("are taken from the environment", () => {
    const env = {
      MISTRAL_KEY_PROFILE: "work",
      MISTRAL_KEY_STORE: "file",
      MISTRAL_KEY_SERVER_URL: "http://127.0.0.1:8080/",
    };
    expect(read({}, env)).toMatchObject({
      profile: "work",
      store: "file",
      endpoint: { region: "global", serverUrl: "http://127.0.0.1:8080" },
    });
  });

  it("are taken from the flags before the environment", () => {
    const env = { MISTRAL_KEY_PROFILE: "work", MISTRAL_KEY_STORE: "file" };
    expect(read({ profile: "home", store: "keychain", region: "eu", json: true }, env)).toEqual({
      profile: "home",
      store: "keychain",
      endpoint: { region: "eu" },
      json: true,
    });
  });

  it("take an empty variable for none", () => {
    expect(read({}, { MISTRAL_KEY_PROFILE: "", MISTRAL_KEY_STORE: "", MISTRAL_KEY_SERVER_URL: "" })).toEqual(
      read({}),
    );
  });

  it.each([
    { profile: "a/b" },
    { profile: "" },
    { store: "cloud" },
    { store: "memory" },
    { region: "moon" },
    { serverUrl: "http://mistral.example" },
    { serverUrl: "ftp://127.0.0.1" },
    { serverUrl: "https://user:secret@mistral.example" },
    { serverUrl: "nonsense" },
  ])("are refused when they make no sense: %j", (flags) => {
    expect(() => read(flags)).toThrow(refused);
  });

  it("never quote what might be a secret", () => {
    const message = (() => {
      try {
        read({ serverUrl: "https://user:hunter2@mistral.example" });
      } catch (error) {
        return `${error} ${(error as { hint?: string }).hint}`;
      }
      return "";
    })();
    expect(message).toContain("server address");
    expect(message).not.toContain("hunter2");
  });

  it("give way to the profile, and the profile to the usual", () => {
    const key = ApiKey.of("testKey0".repeat(4));
    const profile = profileOf(
      { name: defaultProfile, key, store: "file", endpoint: { region: "us" } },
      new Date(),
    );
    expect(storeFor(read({}), profile)).toBe("file");
    expect(storeFor(read({ store: "keychain" }), profile)).toBe("keychain");
    expect(storeFor(read({}), undefined)).toBe("keychain");
    expect(endpointFor(read({}), profile)).toEqual({ region: "us" });
    expect(endpointFor(read({ region: "eu" }), profile)).toEqual({ region: "eu" });
    expect(endpointFor(read({}), undefined)).toEqual({ region: "global" });
  });
});
