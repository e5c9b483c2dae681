import type { MistralKeyError } from "../../errors.ts";
import type { ExitCode } from "../../exit-codes.ts";
import { maskKeys } from "../../keys/mask.ts";
import { cleanText } from "../../outside-text.ts";
import type { Output } from "./output.ts";

/** In characters: longer than any stack line. */
const longestLine = 10_000;

/** What `--json` prints on failure. Stable surface. */
export function failureDocument(failure: MistralKeyError, code: ExitCode) {
  const { kind, message, hint } = failure;
  return { error: { code, kind, message, hint: hint ?? null } };
}

/**
 * Prints a failure for humans: what happened, a blank line, what to do next.
 *
 * @param options.verbose - also print the chain of causes and, for a bug, the stack
 */
export function printFailure(
  failure: MistralKeyError,
  output: Output,
  options: { readonly verbose: boolean },
): void {
  const { theme } = output;
  const [first = "", ...rest] = failure.message.split("\n");
  // The user asked to stop; nothing went wrong.
  if (failure.kind === "cancelled") output.warn(theme.strong(first), 0);
  else output.fail(first, 0);
  const section = (lines: readonly string[], print: (line: string) => void) => {
    if (lines.length > 0) output.print();
    for (const line of lines) print(line);
  };
  section(rest, (line) => output.paragraph(line));
  if (failure.hint !== undefined) output.print();
  printHint(output, failure);
  section(options.verbose ? describeCauses(failure) : [], (line) => output.line(theme.faint(line)));
}

/** Prints what to do about a failure, one line per action. */
export function printHint(output: Output, { hint }: Pick<MistralKeyError, "hint">): void {
  for (const action of hint?.split("\n") ?? []) output.next(action);
}

function describeCauses(failure: MistralKeyError): string[] {
  const lines: string[] = [];
  const seen = new Set<unknown>([failure]);
  let cause = failure.cause;
  while (cause !== undefined && cause !== null && !seen.has(cause)) {
    seen.add(cause);
    const text = describe(cause, failure.kind === "bug");
    // A cause comes from outside and may quote its input.
    const causes = maskKeys(`Because: ${text}`).split(/\r\n|[\r\n]/);
    lines.push(...causes.map((line) => cleanText(line, [], longestLine)));
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return lines;
}

function describe(cause: unknown, withStack: boolean): string {
  if (!(cause instanceof Error)) return typeof cause === "string" ? cause : "something that is no error";
  const code = "code" in cause && typeof cause.code === "string" ? ` (${cause.code})` : "";
  const stack = withStack ? cause.stack : undefined;
  return stack ?? `${cause.name}: ${cause.message}${code}`;
}
