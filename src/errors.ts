import { showLines } from "./outside-text.ts";

/**
 * Why something failed. `main.ts` maps a kind to an exit code; scripts read it as `error.kind` in
 * `--json` output.
 */
export type FailureKind =
  | "usage"
  | "needs-terminal"
  | "no-key"
  | "rejected"
  | "unreachable"
  | "unusable"
  | "store-absent"
  | "store-locked"
  | "store-unresponsive"
  | "store-denied"
  | "store-damaged"
  | "wrong-passphrase"
  | "unfinished"
  | "command-not-found"
  | "command-not-executable"
  | "cancelled"
  | "bug";

/** What a {@link MistralKeyError} carries besides its message. */
export interface FailureDetails {
  /** The next action, as a sentence; printed below the message and as `error.hint` in JSON. */
  readonly hint?: string | undefined;
  /** The underlying error, for `--verbose`; never holds a key. */
  readonly cause?: unknown;
}

/**
 * Every expected failure of the program and of the library: a kind for machines, a message that
 * says what happened, a hint that says what to do next. Neither ever holds a key.
 */
export class MistralKeyError extends Error {
  override readonly name: string = "MistralKeyError";
  readonly kind: FailureKind;
  readonly hint: string | undefined;

  /** Escapes what a terminal would act on in both texts. */
  constructor(kind: FailureKind, message: string, details: FailureDetails = {}) {
    super(showLines(message), details.cause === undefined ? undefined : { cause: details.cause });
    this.kind = kind;
    this.hint = details.hint === undefined ? undefined : showLines(details.hint);
  }

  get inOneLine(): string {
    // What another program said may lack the full stop.
    const sentence = /[.!?]$/.test(this.message) ? this.message : `${this.message}.`;
    return this.hint === undefined ? this.message : `${sentence} ${this.hint}`;
  }
}

/**
 * The same failure, with one more sentence on what it leaves behind.
 *
 * @param changes - another kind or hint, if it should not stay
 */
export function withSentence(
  error: MistralKeyError,
  sentence: string,
  {
    kind = error.kind,
    hint = error.hint,
  }: { readonly kind?: FailureKind; readonly hint?: string | undefined } = {},
): MistralKeyError {
  const message = `${error.message} ${sentence}`;
  const details = { cause: error, hint };
  return kind === "cancelled" ? new Cancelled(message, details) : new MistralKeyError(kind, message, details);
}

/** Returns an expected failure; throws anything else, and {@link Cancelled}, which ends the program. */
export function expected(error: unknown): MistralKeyError {
  if (error instanceof MistralKeyError && !(error instanceof Cancelled)) return error;
  throw error;
}

/** Joins hints, one a line; leaves out absent ones. */
export function joinHints(...hints: readonly (string | undefined)[]): string {
  return hints.filter((hint) => hint !== undefined).join("\n");
}

/** Whether a secret store failed, which the user may be able to fix. */
export function isStoreFailure(error: unknown): error is MistralKeyError {
  return error instanceof MistralKeyError && error.kind.startsWith("store-");
}

/** Whether what is stored is damaged, so that the caller can go on without it or replace it. */
export function isDamage(error: unknown): error is MistralKeyError {
  return error instanceof MistralKeyError && error.kind === "store-damaged";
}

/**
 * Returns what `read` returns; `undefined` when its file is damaged, for callers that can go on without
 * it or will replace it.
 */
export function unlessDamaged<Value>(
  read: () => Value,
  onDamage: (damage: MistralKeyError) => void = () => {},
): Value | undefined {
  try {
    return read();
  } catch (error) {
    if (!isDamage(error)) throw error;
    onDamage(error);
    return undefined;
  }
}

/** The user stopped a prompt (Ctrl-C, Ctrl-D) or chose to stop. Ends the program with exit code 130. */
export class Cancelled extends MistralKeyError {
  override readonly name = "Cancelled";

  constructor(message = "Stopped.", details: FailureDetails = {}) {
    super("cancelled", message, details);
  }
}
