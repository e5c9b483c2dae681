import { daysLeft, formatDay } from "../keys/expiry.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import type { Assessed, KeyCheck } from "../mistral/mistral-api.ts";
import type { Output } from "../terminal/output/output.ts";
import { explain } from "./explain.ts";
import { isRefusal, verdictOf } from "./verdict.ts";
import { type CheckedKey, commandOf, endsWithinMinDays } from "./verification-document.ts";
import type { ProfileResult } from "./verify-every-profile.ts";

/** Prints what an assessment means, with a blank line before and after. */
export function printExplanation(output: Output, assessed: Assessed): void {
  output.print();
  printMeaning(output, assessed);
  output.print();
}

function printMeaning(output: Output, assessed: Assessed): void {
  const { sentence, facts = [], causes = [], hint } = explain(assessed);
  if (isRefusal(assessed.diagnosis)) output.fail(sentence, 0);
  else output.warn(output.theme.strong(sentence), 0);
  if (facts.length > 0) output.print();
  for (const fact of facts) output.paragraph(fact);
  if (causes.length > 0) {
    output.print();
    output.paragraph(causes.length === 1 ? "This may be why:" : "One of these may be why:");
  }
  for (const cause of causes) output.bullet(cause);
  if (hint === undefined) return;
  output.print();
  output.next(hint);
}

/** Prints the verdict on one key as the answer: one line if valid, else with what to do about it. */
export function printVerdict(output: Output, { check, profile }: CheckedKey): void {
  const { answers } = output;
  // Progress is above on the screen, not part of the answer.
  output.print();
  if (check.diagnosis === "valid") answers.ok(answers.theme.strong(explain(check).sentence), 0);
  else printWithNext(answers, profile, check);
}

/** Prints why a call with a stored key failed, and the commands worth trying next. */
export function printFailedCall(output: Output, profile: ProfileName, assessed: Assessed): void {
  output.print();
  printWithNext(output, profile, assessed);
}

function printWithNext(output: Output, profile: ProfileName | null, assessed: Assessed): void {
  printMeaning(output, assessed);
  const { next = [] } = explain(assessed);
  if (next.length === 0) return;
  output.print();
  output.rows(
    next.map(({ command, does }) => ({
      label: output.theme.strong(commandOf(profile, command)),
      value: does,
    })),
    4,
  );
}

/** Prints one line for each profile. */
export function printVerdictRows(output: Output, results: readonly ProfileResult[]): void {
  const width = Math.max(...results.map(({ profile }) => profile.length));
  for (const result of results) {
    const name = result.profile.padEnd(width);
    if ("failure" in result) {
      output.fail(`${name}  ${result.failure.message}`, 0);
      continue;
    }
    const { check, expiresAt, key, now } = result.verified;
    if (check.diagnosis !== "valid") {
      printVerdictLine(output, `${name}  ${key.mask}`, check, 0);
      continue;
    }
    const ends = typeof expiresAt === "string" && daysLeft(expiresAt, now) < 0 ? "was to expire" : "expires";
    const end = typeof expiresAt === "string" ? `, ${ends} ${formatDay(expiresAt)}` : "";
    output[endsWithinMinDays(result.verified) ? "warn" : "ok"](`${name}  ${key.mask}  valid${end}`, 0);
  }
}

/** Prints a verdict in one line, after text ending in the key's mask. */
export function printVerdictLine(output: Output, before: string, check: KeyCheck, indent?: number): void {
  const verb = { usable: "ok", limited: "warn", unknown: "warn", rejected: "fail" } as const;
  // `before` already names the key.
  const sentence = explain(check).sentence.replace(`, ${check.context.mask}`, "");
  output[verb[verdictOf(check)]](`${before}  ${sentence}`, indent);
}

/** Prints the notes that go with a verdict. */
export function printNotes(output: Output, notes: readonly string[]): void {
  for (const note of notes) {
    output.print();
    output.warn(note, 0);
  }
}
