import { describe, expect, it } from "vitest";
import { environmentCheck } from "../../../src/doctor/checks/environment.ts";
import { ApiKey } from "../../../src/keys/api-key.ts";
import { defaultProfile, parseProfileName } from "../../../src/keys/profile-name.ts";
import { profileOf } from "../../../src/profiles/known-key.ts";
import { contextOf } from "../check-context.ts";

const key = ApiKey.of("testKey0".repeat(4));
const known = profileOf(
  { name: defaultProfile, key, store: "keychain", endpoint: { region: "global" } },
  new Date("2026-09-01T10:00:00.000Z"),
);

describe("MISTRAL_API_KEY", () => {
  it.each([
    ["absent", undefined, known, "ok", /not set/],
    ["empty", "", known, "ok", /not set/],
    ["the stored key", key.reveal(), known, "ok", /is the key of profile "default"/],
    ["another key", "testKey1".repeat(4), known, "warn", /another key, .*in place of the one of profile/],
    ["quoted", `"${key.reveal()}"`, known, "warn", /quotes/],
    ["followed by a newline", `${key.reveal()}\n`, known, "warn", /line ending/],
    ["no key at all", "a b", known, "warn", /cannot be a key/],
    [
      "set while nothing is stored",
      key.reveal(),
      undefined,
      "warn",
      /another key, .*apps started here use it\.$/,
    ],
    ["no key, while nothing is stored", "a b", undefined, "warn", /cannot be a key/],
  ])("is judged when it is %s", async (_what, value, profile, state, says) => {
    const context = contextOf({ env: value === undefined ? {} : { MISTRAL_API_KEY: value } });
    if (profile !== undefined) context.deps.profiles.write(profile);
    const result = await environmentCheck.run(context);
    expect(result.state).toBe(state);
    expect(result.message).toMatch(says);
    expect(JSON.stringify(result)).not.toContain("testKey1test");
  });

  it("is stored by import only if no profile has it yet", async () => {
    const hintFor = async (value: string) => {
      const context = contextOf({ env: { MISTRAL_API_KEY: value } });
      context.deps.profiles.write({ ...known, name: parseProfileName("work") });
      return (await environmentCheck.run(context)).hint;
    };
    expect(await hintFor(key.reveal())).toBe("To see whether it is stored, too: mistral-key verify -p work");
    expect(await hintFor("testKey1".repeat(4))).toBe("To store it: mistral-key import");
  });
});
