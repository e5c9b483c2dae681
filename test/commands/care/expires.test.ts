import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Flags } from "../../../src/cli/flags.ts";
import { expires } from "../../../src/commands/care/expires.ts";
import { defaultProfile, parseProfileName } from "../../../src/keys/profile-name.ts";
import { newKey, oldKey, storeKey } from "../../rotation/stored-key.ts";
import { openTestDeps, type TestDeps } from "../../support/deps.ts";
import { runLine } from "../../support/run-line.ts";

let deps: TestDeps;

beforeEach(async () => {
  deps = openTestDeps();
  await storeKey(deps);
});

afterEach(() => {
  deps.close();
});

async function run(...argv: string[]): Promise<number> {
  deps = deps.next();
  return await runLine(deps, "expires", ...argv);
}

const noted = (name = defaultProfile) => deps.profiles.read(name)?.expiresAt;

describe("expires", () => {
  it.each([
    [["2027-03-01"], "2027-03-01", "1 Mar 2027"],
    [["90d"], "2026-11-30", "30 Nov 2026"],
    [["1", "Mar", "2027"], "2027-03-01", "1 Mar 2027"],
    [["never"], null, "never"],
    [["unknown"], undefined, "not known"],
  ])("notes %j", async (argv, expiresAt, said) => {
    expect(await run(...argv)).toBe(0);
    expect(noted()).toBe(expiresAt);
    expect(deps.stderr()).toContain(said);
    expect(deps.stdout()).toBe("");
  });

  it("changes nothing else, and only the profile that is named", async () => {
    await storeKey(deps, { name: parseProfileName("work"), key: newKey });
    const { expiresAt: _, ...before } = deps.profiles.read(defaultProfile) ?? {};
    expect(await run("2027-03-01")).toBe(0);
    expect(deps.profiles.read(defaultProfile)).toEqual({ ...before, expiresAt: "2027-03-01" });
    expect(noted(parseProfileName("work"))).toBe("2027-02-21");
    expect(await run("never", "-p", "work")).toBe(0);
    expect(noted()).toBe("2027-03-01");
    expect(noted(parseProfileName("work"))).toBeNull();
  });

  it("says that a variable named the profile that it does not know", async () => {
    deps = deps.next({ env: { MISTRAL_KEY_PROFILE: "work" } });
    await expect(expires({ args: ["90d"], flags: new Flags({}) }, deps)).rejects.toMatchObject({
      kind: "no-key",
      message: expect.stringContaining('Profile "work" is used here, as MISTRAL_KEY_PROFILE says.'),
    });
  });

  it("answers with the date as JSON", async () => {
    expect(await run("90d", "--json")).toBe(0);
    expect(deps.document()).toEqual({
      profile: "default",
      key: oldKey.mask,
      expiresAt: "2026-11-30",
      daysLeft: 90,
    });
    expect(deps.stderr()).toBe("");
  });

  it.each([["soon"], ["2020-01-01"], ["2027-02-30"]])("refuses %s and changes nothing", async (text) => {
    await expect(run(text)).rejects.toMatchObject({ kind: "usage" });
    expect(noted()).toBe("2027-02-21");
  });

  it("says of a past day, which the console may show, that the key has expired", async () => {
    await expect(run("2026-08-31")).rejects.toMatchObject({ hint: expect.stringContaining("has expired") });
  });

  it("names every form of an answer when it does not understand one", async () => {
    await expect(run("soon")).rejects.toMatchObject({ hint: expect.stringMatching(/never or as unknown/) });
  });

  it("notes nothing when no key is known", async () => {
    await expect(run("90d", "-p", "work")).rejects.toMatchObject({
      kind: "no-key",
      hint: expect.stringContaining("mistral-key init -p work"),
    });
  });
});
