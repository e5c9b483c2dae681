import { hang, padEnd } from "../terminal/output/layout.ts";
import type { Output } from "../terminal/output/output.ts";
import { count, type Finding } from "./check.ts";
import type { Examined } from "./examine.ts";

/** What `--json` prints. Stable surface. */
export interface DoctorDocument {
  /** Whether nothing failed. */
  readonly ok: boolean;
  readonly checks: readonly {
    readonly id: string;
    readonly state: Finding["state"];
    readonly message: string;
    readonly hint: string | null;
  }[];
}

/** The JSON document. */
export function doctorDocument(examined: readonly Examined[]): DoctorDocument {
  return {
    ok: examined.every(({ finding }) => finding.state !== "fail"),
    checks: examined.map(({ id, finding: { state, message, hint } }) => ({
      id,
      state,
      message,
      hint: hint ?? null,
    })),
  };
}

const titleWidth = 14;

/** The report for people: a line for each check, what to do below it, and how it adds up. */
export function renderReport(
  examined: readonly Examined[],
  { theme, columns }: Pick<Output, "theme" | "columns">,
): string {
  const width = Math.min(columns, 80);
  const lines = examined.flatMap(({ title, finding }) => {
    const { ok, warn, fail, bullet } = theme.symbol;
    const symbol = { ok, warn, fail, skipped: theme.faint(bullet) }[finding.state];
    const message = finding.state === "skipped" ? theme.faint(finding.message) : finding.message;
    const narrow = width < 60;
    const line = narrow
      ? hang(`${symbol} `, `${title}: ${message}`, width)
      : hang(`${symbol} ${padEnd(title, titleWidth)}`, message, width);
    const indent = " ".repeat(narrow ? 2 : titleWidth + 2);
    const hints = (finding.hint ?? "").split("\n").filter((text) => text !== "");
    return [line, ...hints.map((text) => hang(`${indent}${theme.symbol.next} `, text, width))];
  });
  return [...lines, "", theme.strong(summaryOf(examined))].join("\n");
}

function summaryOf(examined: readonly Examined[]): string {
  const wrong = examined.filter(({ finding }) => finding.state === "fail").length;
  const notable = examined.filter(({ finding }) => finding.state === "warn").length;
  const toKnow = notable === 0 ? "" : `${count(notable, "thing")} to know`;
  if (wrong === 0) return toKnow === "" ? "Nothing is wrong." : `Nothing is wrong; ${toKnow}.`;
  const toMend = `${count(wrong, "thing")} to put right`;
  return toKnow === "" ? `${toMend}.` : `${toMend}, ${toKnow}.`;
}
