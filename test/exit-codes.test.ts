import { expect, it } from "vitest";
import type { FailureKind } from "../src/errors.ts";
import { codeOfDiagnosis, codeOfKind, type Diagnosis, type ExitCode } from "../src/exit-codes.ts";

const ofKinds: Readonly<Record<FailureKind, ExitCode>> = {
  bug: 1,
  usage: 2,
  "needs-terminal": 2,
  "no-key": 3,
  rejected: 4,
  unreachable: 5,
  unusable: 6,
  "store-absent": 7,
  "store-locked": 7,
  "store-unresponsive": 7,
  "store-denied": 7,
  "store-damaged": 7,
  "wrong-passphrase": 7,
  unfinished: 9,
  "command-not-executable": 126,
  "command-not-found": 127,
  cancelled: 130,
};

const ofDiagnoses: Readonly<Record<Diagnosis, ExitCode>> = {
  valid: 0,
  "bad-request": 1,
  "model-not-found": 2,
  "invalid-key": 4,
  expired: 4,
  "wrong-product": 4,
  forbidden: 4,
  "server-error": 5,
  unreachable: 5,
  "no-plan": 6,
  "rate-limited": 6,
  "over-capacity": 6,
};

// Scripts rely on these, and no other test covers all of them.
it.each(Object.entries(ofKinds))("a failure of kind %s ends with %i", (kind, code) => {
  expect(codeOfKind[kind as FailureKind]).toBe(code);
});

it.each(Object.entries(ofDiagnoses))("a key that is diagnosed %s ends with %i", (diagnosis, code) => {
  expect(codeOfDiagnosis[diagnosis as Diagnosis]).toBe(code);
});
