import { describe, expect, it } from "vitest";
import { MistralKeyError } from "../../src/errors.ts";
import { ApiKey } from "../../src/keys/api-key.ts";
import { defaultProfile, parseProfileName } from "../../src/keys/profile-name.ts";
import type { Assessment, KeyCheck } from "../../src/mistral/mistral-api.ts";
import { newKey } from "../../src/mistral/mistral-api.ts";
import { profileOf } from "../../src/profiles/known-key.ts";
import { printVerdict, printVerdictLine, printVerdictRows } from "../../src/verification/print-verdict.ts";
import type { VerifiedKey } from "../../src/verification/verify-profile.ts";
import { recordOutput } from "../support/recorded-output.ts";

const key = ApiKey.of("testKey0".repeat(4));
const profile = parseProfileName("work");

function checkOf(assessment: Assessment, accepted: boolean): KeyCheck {
  return {
    ...assessment,
    context: {
      history: newKey,
      mask: key.mask,
      usualShape: true,
      endpoint: { region: "global" },
      model: undefined,
      accepted,
      timeoutMs: 10_000,
    },
    authentication: { ok: accepted, models: accepted ? 1 : 0, latencyMs: 1 },
    completion: null,
    identity: null,
    rateLimits: null,
  };
}

const valid = checkOf({ diagnosis: "valid", tried: "completion" }, true);
const limited = checkOf({ diagnosis: "over-capacity" }, true);
const unknown = checkOf({ diagnosis: "server-error", status: 500 }, false);
const rejected = checkOf({ diagnosis: "invalid-key", codestral: "not-known" }, false);

describe("a verdict", () => {
  const printed = (check: KeyCheck) => {
    const { output, stdout } = recordOutput();
    const store = "memory" as const;
    printVerdict(output, { check, profile, key, store, expiresAt: undefined, now: new Date() });
    return stdout();
  };

  it("is one line, and a tick, only of a key that can be used", () => {
    expect(printed(valid)).toMatch(/^✓ [^\n]+\n$/);
    expect(printed(limited)).toMatch(/^! /);
    expect(printed(unknown)).toMatch(/^! /);
    expect(printed(rejected)).toMatch(/^✗ /);
  });

  it("says what to do next, and names the profile in the command", () => {
    expect(printed(limited)).toMatch(/› Try again later[\s\S]*mistral-key open status/);
    const checked = checkOf({ diagnosis: "model-not-found", missing: "model" }, true);
    expect(printed(checked)).toMatch(/› If you named it[\s\S]*mistral-key models -p work/);
  });
});

describe("a verdict in one line", () => {
  it.each([
    ["✓", valid],
    ["!", limited],
    ["!", unknown],
    ["✗", rejected],
  ])("begins with %s", (symbol, check) => {
    const { output, stderr } = recordOutput();
    printVerdictLine(output, "work", check, 0);
    expect(stderr().startsWith(`${symbol} work  `)).toBe(true);
  });
});

describe("the verdicts on several keys", () => {
  const now = new Date("2026-11-23T12:00:00Z");
  const knowledge = profileOf({ name: profile, key, store: "memory", endpoint: { region: "global" } }, now);
  const rowOf = (check: KeyCheck, more: Partial<VerifiedKey> = {}) => {
    const { output, stderr } = recordOutput();
    const verified = {
      profile,
      key,
      store: "memory",
      check,
      expiresAt: undefined,
      now,
      knowledge,
      notes: [],
    } as const;
    printVerdictRows(output, [{ profile, verified: { ...verified, ...more } }]);
    return stderr();
  };

  it("are called valid only if they are, with the last day, and a warning if that is too near", () => {
    const soon = { expiresAt: "2026-11-30" } as const;
    expect(rowOf(valid)).toBe("✓ work  test...Key0  valid\n");
    expect(rowOf(valid, soon)).toBe("✓ work  test...Key0  valid, expires 30 Nov 2026\n");
    expect(rowOf(valid, { ...soon, minDays: 7 })).toBe("! work  test...Key0  valid, expires 30 Nov 2026\n");
    const past = rowOf(valid, { expiresAt: "2026-11-22" });
    expect(past).toBe("✓ work  test...Key0  valid, was to expire 22 Nov 2026\n");
    expect(rowOf(limited)).toMatch(/^! work {2}test\.\.\.Key0 {2}(?!valid)/);
    expect(rowOf(unknown)).toMatch(/^! work {2}test\.\.\.Key0 {2}(?!valid)/);
    expect(rowOf(rejected, soon)).toBe("✗ work  test...Key0  Mistral does not accept this key.\n");
  });

  it("are a failure where no key could be read", () => {
    const { output, stderr } = recordOutput();
    const failure = new MistralKeyError("store-locked", "GNOME Keyring is locked.");
    printVerdictRows(output, [
      { profile, failure },
      { profile: defaultProfile, failure },
    ]);
    expect(stderr()).toBe("✗ work     GNOME Keyring is locked.\n✗ default  GNOME Keyring is locked.\n");
  });
});
