import { describe, expect, it } from "vitest";
import { dayAfter, dayOf, daysLeft, formatDay, parseExpiry } from "../../src/keys/expiry.ts";

const now = new Date(2026, 8, 1, 10);

describe("the last day of a key", () => {
  it.each([
    ["2027-02-21", "2027-02-21"],
    [" 2027-02-21 ", "2027-02-21"],
    ["2026-09-01", "2026-09-01"],
    ["2028-02-29", "2028-02-29"],
    ["21 Feb 2027", "2027-02-21"],
    ["1 sept 2026", "2026-09-01"],
    ["21  February 2027", "2027-02-21"],
    ["Feb 21, 2027", "2027-02-21"],
    ["90d", "2026-11-30"],
    ["90 days", "2026-11-30"],
    ["1 day", "2026-09-02"],
    ["0d", "2026-09-01"],
    ["never", null],
    ["Never", null],
    ["none", null],
  ])("is read from %j", (text, expected) => {
    expect(parseExpiry(text, now)).toBe(expected);
  });

  it.each([
    "",
    "soon",
    "21.02.2027",
    "02/03/2027",
    "2 3 2027",
    "31 Feb 2027",
    "21 Fe 2027",
    "21 Febuary 2027",
    "21 Feb 27",
    "21 Feb",
    "31 Aug 2026",
    "2027-02-31",
    "2027-02-29",
    "2027-13-01",
    "90",
    "-1d",
    "2026-08-31",
    "1999-01-01",
  ])("is not read from %j", (text) => {
    expect(() => parseExpiry(text, now)).toThrow(expect.objectContaining({ kind: "usage" }));
  });

  it("is counted in whole days, also around midnight and a change of clocks", () => {
    for (const hour of [0, 1, 12, 23]) {
      for (let day = 1; day <= 366; day += 1) {
        const moment = new Date(2026, 0, day, hour, 30);
        const last = dayAfter(10, moment);
        expect(daysLeft(last, moment)).toBe(10);
        expect(daysLeft(dayOf(moment), moment)).toBe(0);
      }
    }
    expect(daysLeft("2026-08-30", now)).toBe(-2);
  });

  it("is written for people", () => {
    expect(formatDay("2027-02-21")).toBe("21 Feb 2027");
    expect(formatDay("2026-09-01")).toBe("1 Sep 2026");
  });

  it("is read as it is written for people, on every day", () => {
    for (let days = 0; days <= 366; days += 1) {
      const day = dayAfter(days, now);
      expect(parseExpiry(formatDay(day), now)).toBe(day);
    }
  });
});
