import { describe, expect, it } from "vitest";

/** What a machine lacks, and how to get it. */
interface Missing {
  /** The missing programs or libraries; with none, the tests run. */
  readonly missing: readonly string[];
  /** The Debian packages that contain them. */
  readonly packages: string;
}

/**
 * `describe` for tests that need more than Node. When that is missing, they are skipped, loudly. In CI on
 * Linux everything can be installed, so they fail there instead of seeming to pass;
 * `MISTRAL_KEY_TESTS=partial` says that it cannot (musl has no keychain).
 */
export function describeNeeding(name: string, { missing, packages }: Missing, suite: () => void): void {
  if (missing.length === 0) {
    describe(name, suite);
    return;
  }
  const reason = `needs ${missing.join(", ")} (Debian, Ubuntu: apt-get install ${packages})`;
  const complete = process.env.CI && process.platform === "linux";
  if (complete && process.env.MISTRAL_KEY_TESTS !== "partial") {
    it(`${name}: ${reason}`, () => {
      expect(missing).toEqual([]);
    });
    return;
  }
  console.warn(`\n!!! SKIPPED: ${name}: ${reason}\n`);
  describe.skip(`${name} (skipped: ${reason})`, suite);
}
