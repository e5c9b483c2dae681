import type { FailureKind } from "./errors.ts";

/** The exit codes that scripts may rely on. */
export const exitCodes = {
  done: 0,
  bug: 1,
  usage: 2,
  noKey: 3,
  rejected: 4,
  unreachable: 5,
  unusable: 6,
  store: 7,
  expiring: 8,
  unfinished: 9,
  /** As in shells: `run` found its command but may not start it. */
  commandNotExecutable: 126,
  /** As in shells: `run` did not find its command. */
  commandNotFound: 127,
  /** 128 + SIGHUP: the terminal is gone. */
  hungUp: 129,
  cancelled: 130,
} as const;

/** One of {@link exitCodes}, 128 + the number of a signal, or the code of a command that was run. */
export type ExitCode = number;

/** The exit code for each kind of failure. */
export const codeOfKind: Readonly<Record<FailureKind, ExitCode>> = {
  usage: exitCodes.usage,
  "needs-terminal": exitCodes.usage,
  "no-key": exitCodes.noKey,
  rejected: exitCodes.rejected,
  unreachable: exitCodes.unreachable,
  unusable: exitCodes.unusable,
  "store-absent": exitCodes.store,
  "store-locked": exitCodes.store,
  "store-unresponsive": exitCodes.store,
  "store-denied": exitCodes.store,
  "store-damaged": exitCodes.store,
  "wrong-passphrase": exitCodes.store,
  unfinished: exitCodes.unfinished,
  "command-not-found": exitCodes.commandNotFound,
  "command-not-executable": exitCodes.commandNotExecutable,
  cancelled: exitCodes.cancelled,
  bug: exitCodes.bug,
};

/** The verdicts on a key, with the exit code for each. Part of the stable `--json` surface. */
export const codeOfDiagnosis = {
  valid: exitCodes.done,
  "invalid-key": exitCodes.rejected,
  expired: exitCodes.rejected,
  "wrong-product": exitCodes.rejected,
  forbidden: exitCodes.rejected,
  "no-plan": exitCodes.unusable,
  "rate-limited": exitCodes.unusable,
  "over-capacity": exitCodes.unusable,
  "model-not-found": exitCodes.usage,
  // Only when Mistral itself says so; a gateway's complaint is `unreachable`.
  "bad-request": exitCodes.bug,
  "server-error": exitCodes.unreachable,
  unreachable: exitCodes.unreachable,
} as const;

/** One of {@link codeOfDiagnosis}. */
export type Diagnosis = keyof typeof codeOfDiagnosis;
