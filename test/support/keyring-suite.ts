import { describe, expect, it } from "vitest";
import { missingForKeyring } from "./keyring.ts";

/**
 * `describe` for tests that need a real keyring. On a machine without one they are skipped and say
 * so; with `CI` set on Linux they fail instead, so that nobody believes they ran.
 */
export function describeWithKeyring(name: string, suite: () => void): void {
  const missing = missingForKeyring();
  if (missing.length === 0) {
    describe(name, suite);
    return;
  }
  const reason = `needs ${missing.join(", ")} (Debian, Ubuntu: apt-get install dbus gnome-keyring libsecret-tools)`;
  if (process.env.CI && process.platform === "linux") {
    it(`${name}: ${reason}`, () => {
      expect(missing).toEqual([]);
    });
    return;
  }
  console.warn(`\n!!! SKIPPED: ${name}: ${reason}\n`);
  describe.skip(`${name} (skipped: ${reason})`, suite);
}
