import type { Output } from "../terminal/output/output.ts";
import { type CheckResult, count } from "./check.ts";
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
    for (const cause of causes) output.bullet(cause, 2);
    for (const action of (result.hint ?? "").split("\n")) {
      if (action !== "") output.next(action, 2);
    }
  }
  output.print();
  output.heading(summaryOf(finished), 0);
}

function summaryOf(finished: readonly FinishedCheck[]): string {
  const inState = (state: CheckResult["state"]) =>
    finished.filter(({ result }) => result.state === state).length;
  const wrong = inState("fail");
  const notable = inState("warn");
  const toKnow = notable === 0 ? "" : `${count(notable, "thing")} to know`;
  if (wrong === 0) return toKnow === "" ? "Nothing is wrong." : `Nothing is wrong; ${toKnow}.`;
  const toMend = `${count(wrong, "thing")} to put right`;
  return toKnow === "" ? `${toMend}.` : `${toMend}, ${toKnow}.`;
}
