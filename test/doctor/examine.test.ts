import { describe, expect, it } from "vitest";
import type { Check, Finding, Patient } from "../../src/doctor/check.ts";
import { examine, exitCodeOf } from "../../src/doctor/examine.ts";
import { doctorDocument, renderReport } from "../../src/doctor/report.ts";
import { MistralKeyError } from "../../src/errors.ts";
import { ApiKey } from "../../src/keys/api-key.ts";
import { openTestDeps } from "../support/deps.ts";

const ok: Finding = { state: "ok", message: "Fine." };

const check = (id: Check["id"], look: Check["look"]): Check => ({ id, title: id, limitMs: 50, look });

// These checks look at nothing.
const patient = {} as Patient;

describe("examining", () => {
  it("lets no check hold the others up, or take them along when it breaks", async () => {
    const examined = await examine(
      [
        check("node", () => new Promise(() => {})),
        check("keychain", () =>
          Promise.reject(new MistralKeyError("store-locked", "Locked.", { hint: "Unlock." })),
        ),
        check("dotenv", () =>
          Promise.reject(new TypeError(`broken ${ApiKey.of("testKey0".repeat(4)).reveal()}`)),
        ),
        check("api", async () => ok),
      ],
      patient,
    );
    expect(examined.map(({ finding }) => finding)).toEqual([
      { state: "warn", message: "No answer within 0.05 seconds." },
      { state: "fail", kind: "store-locked", message: "Locked.", hint: "Unlock." },
      { state: "fail", kind: "bug", message: "This could not be looked at (TypeError)." },
      ok,
    ]);
    expect(exitCodeOf(examined)).toBe(7);
    expect(doctorDocument(examined)).toMatchObject({
      ok: false,
      checks: [
        { id: "node", state: "warn", hint: null },
        {},
        {},
        { id: "api", state: "ok", message: "Fine." },
      ],
    });
  });

  it("reads well in a narrow terminal and without a fault", async () => {
    const deps = openTestDeps({ columns: 30 });
    try {
      const examined = await examine(
        [check("clock", async () => ({ ...ok, message: "The clock of this machine is right." }))],
        patient,
      );
      expect(renderReport(examined, deps.output)).toBe(
        "✓ clock: The clock of this\n  machine is right.\n\nNothing is wrong.",
      );
      expect(exitCodeOf(examined)).toBe(0);
    } finally {
      deps.close();
    }
  });
});
