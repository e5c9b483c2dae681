import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ICAL from "ical.js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseCommandLine } from "../../src/cli/parse.ts";
import { startedIn } from "../../src/hints.ts";
import { parseProfileName } from "../../src/keys/profile-name.ts";
import { newKey, oldKey, storeKey } from "../rotation/stored-key.ts";
import { openTestDeps, type TestDeps, type TestDepsOptions } from "../support/deps.ts";
import { runLine } from "../support/run-line.ts";
import { storeTwelve } from "./twelve-profiles.ts";

const work = parseProfileName("work");
let deps: TestDeps;

beforeEach(() => {
  deps = openTestDeps();
});

afterEach(() => {
  deps.close();
});

async function run(argv: readonly string[], options: TestDepsOptions = {}): Promise<number> {
  deps = deps.next(options);
  return await runLine(deps, "status", ...argv);
}

async function calendar(...argv: string[]): Promise<string> {
  expect(await run(["--ics", ...argv])).toBe(0);
  return deps.stdout();
}

/** The events as a calendar program reads them. */
function eventsIn(text: string): readonly ICAL.Event[] {
  const parsed = new ICAL.Component(ICAL.parse(text));
  return parsed.getAllSubcomponents("vevent").map((event) => new ICAL.Event(event));
}

describe("status --ics", () => {
  it("has an event on the last day of each key that has one, the most urgent first", async () => {
    await storeTwelve(deps);
    const events = eventsIn(await calendar());
    expect(events.map(({ startDate }) => startDate.toString())).toEqual([
      // biome-ignore format: refused, then by date
      "2027-05-05",
      "2026-08-20",
      "2026-09-01",
      "2026-09-03",
      "2026-09-12",
      "2026-10-01",
      "2026-12-01",
      "2026-12-24",
      "2027-02-21",
    ]);
    expect(events.every(({ startDate }) => startDate.isDate)).toBe(true);
    expect(events[3]?.summary).toContain('"work"');
    expect(deps.stderr()).toContain("No date is known for fresh, imported");
  });

  it("covers one profile only when one is named", async () => {
    await storeTwelve(deps);
    expect(eventsIn(await calendar("-p", "ci"))).toHaveLength(1);
  });

  it("shows the mask and never the key", async () => {
    await storeKey(deps);
    const text = await calendar();
    expect(text).toContain(oldKey.mask);
    expect(text).not.toContain(oldKey.reveal());
  });

  it("is printed for the file -, too", async () => {
    await storeKey(deps);
    expect(eventsIn(await calendar("-"))).toHaveLength(1);
    expect(existsSync(join(deps.home, "-"))).toBe(false);
  });

  it("is written to a file, which is written over the next time", async () => {
    await storeKey(deps);
    const file = join(deps.home, "keys.ics");
    writeFileSync(file, "x".repeat(10_000));
    expect(await run(["--ics", file])).toBe(0);
    expect(deps.stdout()).toBe("");
    expect(deps.stderr()).toContain("1 date is now in");
    expect(deps.stderr().replace(/\s+/g, " ")).toContain("alarms 30, 14, 7 and 1 days before.");
    expect(eventsIn(readFileSync(file, "utf8"))).toHaveLength(1);
  });

  it("fails with the reason when there is no such folder, and when no key has a date", async () => {
    await storeKey(deps);
    await expect(run(["--ics", join(deps.home, "nowhere", "keys.ics")])).rejects.toMatchObject({
      kind: "usage",
      hint: expect.stringContaining("again"),
    });
    await storeKey(deps, { expiresAt: null });
    await expect(run(["--ics"])).rejects.toMatchObject({
      kind: "usage",
      hint: expect.stringContaining("mistral-key expires"),
    });
  });

  it("refuses --json", () => {
    expect(() =>
      parseCommandLine(["status", "--ics", "--json"], { columns: () => 80, version: "0" }),
    ).toThrow(expect.objectContaining({ kind: "usage" }));
  });
});

describe("an event that is opened again", () => {
  const uidOf = async (options: TestDepsOptions = {}) => {
    expect(await run(["--ics"], options)).toBe(0);
    const [event] = eventsIn(deps.stdout());
    return { uid: event?.uid, sequence: event?.sequence ?? 0, day: event?.startDate.toString() };
  };

  it("is the same one at a later time, with another date and with another key, and newer", async () => {
    await storeKey(deps, { expiresAt: "2027-02-21" });
    const before = await uidOf();
    await storeKey(deps, { key: newKey, expiresAt: "2027-05-01" });
    const after = await uidOf({ now: new Date("2026-11-01T10:00:00Z") });
    expect(after.uid).toBe(before.uid);
    expect(after.day).toBe("2027-05-01");
    expect(after.sequence).toBeGreaterThan(before.sequence);
  });

  it("is a different one for another profile", async () => {
    await storeKey(deps, { name: work });
    const before = await uidOf();
    deps.profiles.remove(work);
    await storeKey(deps);
    expect((await uidOf()).uid).not.toBe(before.uid);
  });
});

describe("the calendar as RFC 5545 wants it", () => {
  it("has lines of at most 75 bytes, ended by CR LF", async () => {
    await storeKey(deps, {
      name: parseProfileName("a-profile-with-a-rather-long-name-0123456789-0123456789-01234567"),
    });
    const text = await calendar();
    const lines = text.split("\r\n");
    expect(lines.pop()).toBe("");
    expect(lines.every((line) => Buffer.byteLength(line) <= 75 && !/[\r\n]/.test(line))).toBe(true);
    expect(lines.some((line) => line.startsWith(" "))).toBe(true);
    const [event] = eventsIn(text);
    expect(event?.description).toContain("Replace it: mistral-key rotate -p a-profile");
  });

  it.skipIf(process.platform === "win32")(
    "has the command in whole where npx runs a package with a comma in its path",
    async () => {
      const cache = join(deps.home, "_npx/1a2b");
      const bin = join(cache, "node_modules/.bin");
      mkdirSync(bin, { recursive: true });
      const manifest = { dependencies: { "mistral-key": "file:/a,b;c.tgz" } };
      writeFileSync(join(cache, "package.json"), JSON.stringify(manifest, undefined, 2));
      await storeKey(deps);
      startedIn({ env: { PATH: bin }, platform: process.platform });
      const text = await calendar();
      expect(text.replaceAll("\r\n ", "")).toContain(
        "DESCRIPTION:Replace it: npx 'file:/a\\,b\\;c.tgz' rotate",
      );
      expect(eventsIn(text)[0]?.description).toContain("npx 'file:/a,b;c.tgz' rotate -p default");
    },
  );

  it("has no day that the format cannot write", async () => {
    await storeKey(deps, { expiresAt: "9999-12-31" });
    const text = await calendar();
    expect(text.match(/^DT.*VALUE=DATE:.*$/gm)).toEqual(["DTSTART;VALUE=DATE:99991231"]);
    expect(eventsIn(text)[0]?.duration.toString()).toBe("P1D");
  });

  it("says when it was made, and that the day is not busy", async () => {
    await storeKey(deps);
    const [event] = eventsIn(await calendar());
    expect(event?.component.getFirstPropertyValue("dtstamp")?.toString()).toBe("2026-09-01T10:00:00Z");
    expect(event?.component.getFirstPropertyValue("transp")).toBe("TRANSPARENT");
  });
});

/** When the alarms go off, on the clock of the calendar. */
const readAlarms = `
  import ICAL from "ical.js";
  import { readFileSync } from "node:fs";
  const calendar = new ICAL.Component(ICAL.parse(readFileSync(0, "utf8")));
  const alarms = calendar.getAllSubcomponents("vevent").flatMap((component) => {
    const event = new ICAL.Event(component);
    const start = ICAL.Time.fromJSDate(event.startDate.toJSDate(), false);
    return component.getAllSubcomponents("valarm").map((alarm) => {
      const at = start.clone();
      at.addDuration(alarm.getFirstPropertyValue("trigger"));
      return at.toString();
    });
  });
  console.log(JSON.stringify([calendar.getFirstSubcomponent("vevent").getFirstPropertyValue("dtstart").toString(), ...alarms]));
`;

describe.each(["Europe/Paris", "Pacific/Auckland", "America/Los_Angeles"])("in the zone %s", (zone) => {
  const read = (text: string): readonly string[] => {
    const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", readAlarms], {
      input: text,
      encoding: "utf8",
      env: { ...process.env, TZ: zone },
    });
    expect(stderr).toBe("");
    return JSON.parse(stdout);
  };

  it.each([
    ["over a leap day", "2028-03-01", ["2028-01-31", "2028-02-16", "2028-02-23", "2028-02-29"]],
    ["on a leap day", "2028-02-29", ["2028-01-30", "2028-02-15", "2028-02-22", "2028-02-28"]],
    ["over a change of the clocks", "2027-04-10", ["2027-03-11", "2027-03-27", "2027-04-03", "2027-04-09"]],
    ["over the turn of the year", "2027-01-05", ["2026-12-06", "2026-12-22", "2026-12-29", "2027-01-04"]],
  ])("the day is the one that was entered, and alarms go off at nine: %s", async (_what, day, alarms) => {
    await storeKey(deps, { expiresAt: day });
    expect(read(await calendar())).toEqual([day, ...alarms.map((alarm) => `${alarm}T09:00:00`)]);
  });
});
