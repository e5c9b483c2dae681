import { afterEach, describe, expect, it } from "vitest";
import { ApiKey } from "../../../src/keys/api-key.ts";
import { parseProfileName } from "../../../src/keys/profile-name.ts";
import { profileOf } from "../../../src/profiles/known-key.ts";
import { openTestDeps, type TestDeps } from "../../support/deps.ts";
import { runLine } from "../../support/run-line.ts";

let deps: TestDeps;
afterEach(() => deps.close());

async function run(...argv: readonly string[]): Promise<number> {
  return await runLine(deps, ...argv);
}

describe("the program's bare name", () => {
  it("says what init does when no key is stored, for the profile that was named", async () => {
    deps = openTestDeps();
    expect(await run("-p", "work")).toBe(0);
    // A locked keychain may hold one.
    expect(deps.stdout()).toContain("No key is known here yet.");
    expect(deps.stdout()).toContain("mistral-key init -p work");
    expect(deps.stderr()).toBe("");
  });

  it("shows a key whose profile is missing instead of saying that there is none", async () => {
    deps = openTestDeps();
    const key = ApiKey.of("testKey0".repeat(4));
    await deps.secrets.set({ profile: parseProfileName("default"), slot: "current" }, key);
    expect(await run()).toBe(0);
    expect(deps.stdout()).toContain("test...Key0");
    expect(deps.stdout()).not.toContain("No key is known");
  });

  it("shows the stored keys and what is due", async () => {
    deps = openTestDeps({ now: new Date("2026-11-23T12:00:00Z") });
    const known = {
      name: parseProfileName("work"),
      key: ApiKey.of("testKey0".repeat(4)),
      store: "keychain",
      endpoint: { region: "global" },
      expiresAt: "2026-11-25",
    } as const;
    deps.profiles.write(profileOf(known, deps.now()));
    expect(await run()).toBe(0);
    expect(deps.stdout()).toContain("test...Key0");
    expect(deps.stdout()).toContain("25 Nov 2026");
  });

  it("answers with the document of status when --json is given", async () => {
    deps = openTestDeps();
    expect(await run("--json")).toBe(0);
    expect(deps.document()).toMatchObject({ profiles: [] });
  });
});
