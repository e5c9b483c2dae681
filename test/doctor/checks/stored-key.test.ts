import { expect, it } from "vitest";
import type { CheckContext } from "../../../src/doctor/check.ts";
import { mistralCheck } from "../../../src/doctor/checks/stored-key.ts";
import { targetsCheck } from "../../../src/doctor/checks/targets.ts";
import { ApiKey } from "../../../src/keys/api-key.ts";
import { defaultProfile } from "../../../src/keys/profile-name.ts";
import { profileOf } from "../../../src/profiles/known-key.ts";
import { contextOf } from "../check-context.ts";

// As macOS, which might ask, and an encrypted file without its passphrase.
it.each([mistralCheck, targetsCheck])(
  "$title does not call a key absent that was not read",
  async (check) => {
    const known = profileOf(
      {
        name: defaultProfile,
        key: ApiKey.of("testKey0".repeat(4)),
        store: "keychain",
        endpoint: { region: "global" },
        targets: [{ target: "llm", since: null }],
      },
      new Date("2026-09-01T10:00:00.000Z"),
    );
    const context: CheckContext = {
      ...contextOf({
        known,
        inspection: async () => ({ state: "unread", because: "it might ask you first" }),
      }),
      network: async () => {
        throw new Error("Nothing is to be called.");
      },
    };
    const result = await check.run(context);
    expect(result).toMatchObject({ state: "skipped", message: expect.stringMatching(/^No key was read/) });
  },
);
