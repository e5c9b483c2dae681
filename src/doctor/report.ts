import type { Output } from "../terminal/output/output.ts";
import { count } from "./check.ts";
import type { FinishedCheck } from "./run-checks.ts";

/** The `doctor --json` document. Stable interface. */
export function doctorDocument(finished: readonly FinishedCheck[]) {
  return {
    ok: finished.every(({ result }) => result.state !== "fail"),
    checks: finished.map(({ id, result: { state, message, hint } }) => ({
      id,
      state,
      message,
      hint: hint ?? null,
    })),
  };
}

/** Prints a line per check, its actions below, and a summary. */
export function printReport(output: Output, finished: readonly FinishedCheck[]): void {
  for (const { title, result } of finished) {
    const [line = "", ...causes] = `${title}: ${result.message}`.split("\n");
    if (result.state === "skipped") output.bullet(output.theme.faint(line), 0);
    else output[result.state](line, 0);
    for (const cause of causes) output.bullet(cause);
    for (const action of (result.hint ?? "").split("\n")) {
      if (action !== "") output.next(action);
    }
  }
  const counted = (state: string) => finished.filter(({ result }) => result.state === state).length;
  const wrong = counted("fail");
  const odd = counted("warn");
  const sound =
    odd === 0 ? "Found nothing wrong." : `Found nothing broken; ${count(odd, "thing")} to look at.`;
  output.print();
  output.heading(wrong === 0 ? sound : `${count(wrong, "thing")} to put right.`, 0);
}
