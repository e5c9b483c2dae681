import { describe, expect, it } from "vitest";
import { worstExitCode } from "../../src/verification/verify-every-profile.ts";

describe("the exit code for several verdicts", () => {
  it("is that of the most urgent, wherever it stands", () => {
    const worstFirst = [1, 4, 3, 7, 6, 5, 2, 8, 9, 0];
    for (const [at, worse] of worstFirst.entries()) {
      for (const other of worstFirst.slice(at)) {
        expect([worse, other, worstExitCode([other, worse, 0])]).toEqual([worse, other, worse]);
        expect(worstExitCode([0, worse, other])).toBe(worse);
      }
    }
  });

  it("is success when there is no verdict", () => {
    expect(worstExitCode([])).toBe(0);
  });
});
