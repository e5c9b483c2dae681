import { describe, expect, it } from "vitest";
import { Flags } from "../src/cli/flags.ts";
import { chooseProfile } from "../src/profiles/choose-profile.ts";
import { readSettings } from "../src/settings.ts";

const read = (flags: Record<string, unknown>, env: Record<string, string> = {}) =>
  readSettings(new Flags(flags), {
    env,
    chooseProfile: (asked) =>
      chooseProfile(asked, {
        env,
        cwd: undefined,
        profiles: { readDefault: () => undefined, lookalike: () => undefined },
      }),
  });
const refused = expect.objectContaining({ kind: "usage" });

describe("the settings of a command", () => {
  it("leave everything to the profile when nothing is given", () => {
    expect(read({})).toEqual({
      profile: "default",
      choice: { name: "default", rule: "default" },
      store: undefined,
      endpoint: undefined,
      json: false,
    });
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
      choice: { name: "home", rule: "flag" },
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
});
