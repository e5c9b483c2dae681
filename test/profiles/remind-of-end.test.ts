import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Flags } from "../../src/cli/flags.ts";
import { env } from "../../src/commands/use/env.ts";
import { get } from "../../src/commands/use/get.ts";
import { type ProfileName, parseProfileName } from "../../src/keys/profile-name.ts";
import { newKey, storeKey } from "../rotation/stored-key.ts";
import { openTestDeps, type TestDeps } from "../support/deps.ts";

const work = parseProfileName("work");
let deps: TestDeps;

beforeEach(() => {
  deps = openTestDeps();
});

afterEach(() => {
  deps.close();
});

/** What `get` prints on stderr, a terminal, at a given time. */
async function said(day: string, name: ProfileName = work): Promise<string> {
  deps = deps.next({ reminds: true, now: new Date(day.includes("T") ? day : `${day}T12:00:00Z`) });
  expect(await get({ args: [], flags: new Flags({ profile: name }) }, deps)).toBeUndefined();
  return deps.stderr();
}

/** The days of a period on which a command that runs several times a day reminds, and how often. */
async function remindedDays(first: string, days: number): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (let index = 0; index < days; index += 1) {
    const day = new Date(Date.parse(`${first}T00:00:00Z`) + index * 86_400_000).toISOString().slice(0, 10);
    for (const hour of ["08", "12", "20"]) {
      if ((await said(`${day}T${hour}:00:00Z`)) !== "") counts[day] = (counts[day] ?? 0) + 1;
    }
  }
  return counts;
}

describe("the reminder that a key expires", () => {
  it("comes once a month before, then once a day in the last fortnight and after the end", async () => {
    await storeKey(deps, { name: work, expiresAt: "2027-02-21" });
    const days = await remindedDays("2027-01-15", 45);
    const wanted = [
      "2027-01-22",
      ...Array.from({ length: 22 }, (_, day) => `2027-02-${String(day + 7).padStart(2, "0")}`),
    ];
    expect(days).toEqual(Object.fromEntries(wanted.map((day) => [day, 1])));
  });

  it("comes with the first command of the month, whenever that is", async () => {
    await storeKey(deps, { name: work, expiresAt: "2027-02-21" });
    expect(await said("2027-02-01")).toContain("in 20 days");
    expect(await said("2027-02-06")).toBe("");
    expect(await said("2027-02-07")).toContain("in 14 days");
  });

  it("names the profile, the date and the command, in one line", async () => {
    await storeKey(deps, { name: work, expiresAt: "2027-02-21" });
    expect(await said("2027-02-12")).toBe(
      '! Key "work" expires in 9 days, on 21 Feb 2027: mistral-key rotate -p work\n',
    );
    expect(await said("2027-02-20")).toContain("expires tomorrow, on 21 Feb 2027:");
    expect(await said("2027-02-21")).toContain("expires today, on 21 Feb 2027:");
    expect(await said("2027-02-22")).toContain("was to expire on 21 Feb 2027:");
  });

  it("is counted for each profile, and restarts with a new date", async () => {
    await storeKey(deps, { name: work, expiresAt: "2027-02-21" });
    await storeKey(deps, { expiresAt: "2027-02-20" });
    const usual = parseProfileName("default");
    expect(await said("2027-02-12")).toContain('"work"');
    expect(await said("2027-02-12", usual)).toContain('"default"');
    expect((await said("2027-02-12")) + (await said("2027-02-12", usual))).toBe("");
    await storeKey(deps, { name: work, expiresAt: "2027-05-30" });
    expect(await said("2027-02-13")).toBe("");
    expect(await said("2027-04-30")).toContain("in 30 days");
  });

  it.each([[null], [undefined], ["2027-12-31"]])(
    "does not come for a key that expires %s",
    async (expiresAt) => {
      const { expiresAt: _, ...profile } = await storeKey(deps, { name: work });
      deps.profiles.write(expiresAt === undefined ? profile : { ...profile, expiresAt });
      expect(await said("2027-02-12")).toBe("");
      expect(existsSync(join(deps.home, "state"))).toBe(false);
    },
  );

  it("does not come for a key that was stored from outside, whose date is not known", async () => {
    await storeKey(deps, { name: work, expiresAt: "2027-02-21" });
    await deps.secrets.set({ profile: work, slot: "current" }, newKey);
    expect(await said("2027-02-12")).toBe("");
  });

  it("comes with every command that hands the key out, before it does", async () => {
    await storeKey(deps, { name: work, expiresAt: "2027-02-21" });
    deps = deps.next({ reminds: true, now: new Date("2027-02-12T12:00:00Z") });
    await env({ args: [], flags: new Flags({ profile: work, shell: "bash" }) }, deps);
    expect(deps.stderr()).toContain("expires in 9 days");
    expect(deps.stdout()).toMatch(/^export MISTRAL_API_KEY=/);
  });

  it.each(["", "tomorrow"])("comes even when its own record holds %j", async (text) => {
    await storeKey(deps, { name: work, expiresAt: "2027-02-21" });
    mkdirSync(join(deps.home, "state"), { mode: 0o700 });
    writeFileSync(join(deps.home, "state", "reminded-work"), text, { mode: 0o600 });
    expect(await said("2027-02-12")).not.toBe("");
    expect(await said("2027-02-12")).toBe("");
  });

  it("is forgotten with its profile", async () => {
    await storeKey(deps, { name: work, expiresAt: "2027-02-21" });
    await said("2027-02-12");
    expect(readdirSync(join(deps.home, "state"))).toEqual(["reminded-work"]);
    deps.profiles.remove(work);
    expect(readdirSync(join(deps.home, "state"))).toEqual([]);
  });

  it.skipIf(process.getuid?.() === 0)("comes even when nothing can be recorded", async () => {
    await storeKey(deps, { name: work, expiresAt: "2027-02-21" });
    mkdirSync(join(deps.home, "state"), { mode: 0o500 });
    expect(await said("2027-02-12")).not.toBe("");
    chmodSync(join(deps.home, "state"), 0o700);
  });
});
