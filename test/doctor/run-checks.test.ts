import { describe, expect, it } from "vitest";
import type { Check, CheckResult } from "../../src/doctor/check.ts";
import { doctorDocument, printReport } from "../../src/doctor/report.ts";
import { checks, exitCodeOfChecks, runChecks } from "../../src/doctor/run-checks.ts";
import { MistralKeyError } from "../../src/errors.ts";
import { ApiKey } from "../../src/keys/api-key.ts";
import { openTestDeps } from "../support/deps.ts";
import { contextOf } from "./check-context.ts";

const ok: CheckResult = { state: "ok", message: "Fine." };

const check = (id: Check["id"], run: Check["run"]): Check => ({ id, title: id, limitMs: 50, run });

describe("the checks", () => {
  it("hold nobody up, and take none of the others along when one breaks", async () => {
    const finished = await runChecks(
      [
        check("node", () => new Promise(() => {})),
        check("keychain", () =>
          Promise.reject(new MistralKeyError("store-locked", "Locked.", { hint: "Unlock." })),
        ),
        check("dotenv", () =>
          Promise.reject(new TypeError(`broken ${ApiKey.of("testKey0".repeat(4)).reveal()}`)),
        ),
        check("api", async () => ok),
        check("permissions", () =>
          Promise.reject(Object.assign(new Error("no"), { code: "EACCES", path: "/home/ada/keys" })),
        ),
      ],
      contextOf(),
    );
    expect(finished.map(({ result }) => result)).toEqual([
      {
        state: "warn",
        message: "Not known: there was no answer within 0.05 seconds.",
        hint: "To check again: mistral-key doctor",
      },
      { state: "fail", code: 7, message: "Locked.", hint: "Unlock." },
      {
        state: "fail",
        code: 1,
        message: "This could not be checked (TypeError).",
        hint: expect.stringContaining("Please report it"),
      },
      ok,
      {
        state: "fail",
        code: 7,
        message: "/home/ada/keys could not be read: permission denied.",
        hint: expect.stringContaining("Give yourself access to it"),
      },
    ]);
    expect(exitCodeOfChecks(finished)).toBe(7);
    expect(doctorDocument(finished)).toMatchObject({
      ok: false,
      checks: [
        { id: "node", state: "warn" },
        {},
        {},
        { id: "api", state: "ok", message: "Fine." },
        { id: "permissions", state: "fail" },
      ],
    });
  });

  it("each have a name and a title of their own", () => {
    for (const member of ["id", "title"] as const) {
      const names = checks.map((one) => one[member]);
      expect(new Set(names).size).toBe(names.length);
    }
  });
});

it.each([30, 80])("the report reads well in %d columns", async (columns) => {
  const deps = openTestDeps({ columns });
  try {
    const finished = await runChecks(
      [
        check("clock", async () => ({ ...ok, message: "The clock of this machine is right, by Mistral's." })),
        check("browser", async () => ({ state: "warn", message: "None.", hint: "Do this.\nOr do that." })),
        check("dns", async () => ({ state: "skipped", message: "Not checked." })),
      ],
      contextOf(),
    );
    printReport(deps.output.answers, finished);
    const words = deps.stdout().replace(/\s+/g, " ").trim();
    expect(words).toBe(
      "✓ clock: The clock of this machine is right, by Mistral's. ! browser: None. › Do this. › Or do that. • dns: Not checked. Found nothing broken; 1 thing to look at.",
    );
    expect(
      deps
        .stdout()
        .split("\n")
        .filter((line) => line.length > columns),
    ).toEqual([]);
    expect(exitCodeOfChecks(finished)).toBe(0);
  } finally {
    deps.close();
  }
});
