import { describe, expect, it } from "vitest";
import { MistralKeyError } from "../../src/errors.ts";
import { ApiKey } from "../../src/keys/api-key.ts";
import { commandEnvironment, parseVariableName, takeEnvironment } from "../../src/running/environment.ts";

const key = ApiKey.of("testKey0".repeat(4));
const standard = { names: ["MISTRAL_API_KEY"], platform: "linux" } as const;

describe("commandEnvironment", () => {
  it("adds the key and leaves the rest as it is", () => {
    const { env, replaced } = commandEnvironment({ A: "1", EMPTY: "", GONE: undefined }, key, standard);
    expect(env).toEqual({ A: "1", EMPTY: "", MISTRAL_API_KEY: key.reveal() });
    expect(replaced).toEqual([]);
  });

  it("says which variables held something else", () => {
    const names = ["MISTRAL_API_KEY", "LLM_MISTRAL_KEY", "THIRD"];
    const before = { MISTRAL_API_KEY: "another", LLM_MISTRAL_KEY: key.reveal(), THIRD: "" };
    const { env, replaced } = commandEnvironment(before, key, { ...standard, names });
    expect(replaced).toEqual(["MISTRAL_API_KEY"]);
    expect(Object.values(env)).toEqual(names.map(() => key.reveal()));
  });

  it("leaves MISTRAL_API_KEY alone when the key goes under another name", () => {
    const { env } = commandEnvironment({ MISTRAL_API_KEY: "mine" }, key, { ...standard, names: ["OTHER"] });
    expect(env).toEqual({ MISTRAL_API_KEY: "mine", OTHER: key.reveal() });
  });

  it("does not pass the passphrase of the encrypted file on", () => {
    const { env } = commandEnvironment({ MISTRAL_KEY_PASSPHRASE: "secret words" }, key, standard);
    expect(env).toEqual({ MISTRAL_API_KEY: key.reveal() });
  });

  it("replaces a name that differs only by case on Windows, and only there", () => {
    const before = { Mistral_Api_Key: "another" };
    expect(commandEnvironment(before, key, { ...standard, platform: "win32" })).toEqual({
      env: { MISTRAL_API_KEY: key.reveal() },
      replaced: ["Mistral_Api_Key"],
    });
    expect(commandEnvironment(before, key, standard).env).toEqual({
      ...before,
      MISTRAL_API_KEY: key.reveal(),
    });
  });
});

describe("parseVariableName", () => {
  it.each(["LLM_MISTRAL_KEY", "_x", "a1"])("takes %j", (name) => {
    expect(parseVariableName(name)).toBe(name);
  });

  it.each(["", "1A", "A-B", "A B", "A=B", "A\nB", "Ä", "a".repeat(200)])("refuses %j", (name) => {
    expect(() => parseVariableName(name)).toThrow(MistralKeyError);
  });
});

describe("takeEnvironment", () => {
  it("returns everything, and leaves in the process what any program may inherit", () => {
    const env: Record<string, string | undefined> = {
      PATH: "relative:/usr/bin",
      HOME: "/home/ada",
      MISTRAL_API_KEY: key.reveal(),
      MISTRAL_KEY_PASSPHRASE: "secret words",
    };
    const before = { ...env };
    expect(takeEnvironment({ env, platform: "linux" })).toEqual(before);
    expect(env).toEqual({ PATH: "/usr/bin", HOME: "/home/ada" });
  });

  it("finds Mistral's variables on Windows however they are spelled", () => {
    const env: Record<string, string | undefined> = {
      Path: "C:\\bin",
      mistral_api_key: key.reveal(),
      Mistral_Key_Profile: "work",
      llm_mistral_key: "of llm",
      mistral_model: "codestral-latest",
    };
    expect(takeEnvironment({ env, platform: "win32" })).toEqual({
      Path: "C:\\bin",
      MISTRAL_API_KEY: key.reveal(),
      MISTRAL_KEY_PROFILE: "work",
      LLM_MISTRAL_KEY: "of llm",
      mistral_model: "codestral-latest",
    });
    expect(env).toEqual({ Path: "C:\\bin", Mistral_Key_Profile: "work" });
  });
});
