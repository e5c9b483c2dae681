import { stripVTControlCharacters } from "node:util";
import type { FailureKind, MistralKeyError } from "../../errors.ts";
import type { ExitCode } from "../../exit-codes.ts";
import { maskKey } from "../../keys/mask.ts";
import { hang } from "./layout.ts";
import type { Output } from "./output.ts";

/** What `--json` prints when there is no answer to give. Stable surface. */
export interface FailureDocument {
  readonly error: {
    readonly code: ExitCode;
    readonly kind: FailureKind;
    readonly message: string;
    readonly hint: string | null;
  };
}

/** The JSON document for a failure. */
export function failureDocument(failure: MistralKeyError, code: ExitCode): FailureDocument {
  const { kind, message, hint } = failure;
  return { error: { code, kind, message: plain(message), hint: hint === undefined ? null : plain(hint) } };
}

/**
 * A failure for people: what happened, a blank line, what to do next.
 *
 * @param options.verbose - also what made it fail: the chain of causes and, for a bug, the stack
 */
export function renderFailure(
  failure: MistralKeyError,
  output: Pick<Output, "theme" | "columns">,
  options: { readonly verbose: boolean },
): string {
  const { theme } = output;
  const columns = Math.min(output.columns, 80);
  // Stopping is what the person wanted, not something that went wrong.
  const symbol = failure.kind === "cancelled" ? theme.symbol.warn : theme.symbol.fail;
  const [first = "", ...rest] = plain(failure.message).split("\n");
  const parts = [hang(`${symbol} `, theme.strong(first), columns)];
  if (rest.length > 0) parts.push("", ...rest.map((line) => hang("  ", line, columns)));
  if (failure.hint !== undefined) {
    const lines = plain(failure.hint).split("\n");
    parts.push("", ...lines.map((line) => hang(`  ${theme.symbol.next} `, line, columns)));
  }
  if (options.verbose) {
    const details = describeCauses(failure);
    if (details.length > 0) parts.push("", ...details.map((line) => `  ${theme.faint(line)}`.trimEnd()));
  }
  return parts.join("\n");
}

function describeCauses(failure: MistralKeyError): string[] {
  const lines: string[] = [];
  const seen = new Set<unknown>([failure]);
  let cause = failure.cause;
  while (cause !== undefined && cause !== null && !seen.has(cause)) {
    seen.add(cause);
    const text = describe(cause, failure.kind === "bug");
    lines.push(...maskKeys(plain(`Because: ${text}`)).split("\n"));
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

/** A cause comes from elsewhere, and may quote what it was given. */
function maskKeys(text: string): string {
  return text.replace(/[A-Za-z0-9]{32,}/g, maskKey);
}

/** Without anything that would move the cursor or colour the terminal: part of it may come from a server. */
function plain(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/\r\n?/g, "\n")
    .replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, "");
}
