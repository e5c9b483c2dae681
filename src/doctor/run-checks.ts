import { MistralKeyError } from "../errors.ts";
import { codeOfKind, type ExitCode, exitCodes } from "../exit-codes.ts";
import { explainFileError } from "../files/file-errors.ts";
import { commandFor } from "../hints.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import { TimedOut, withinLimit } from "../within-limit.ts";
import { type Check, type CheckContext, type CheckResult, localLimitMs } from "./check.ts";
import { appsCheck, dotenvCheck, environmentCheck } from "./checks/environment.ts";
import { permissionsCheck, profilesCheck, rotationsCheck } from "./checks/files.ts";
import { browserCheck, clipboardCheck, nodeCheck } from "./checks/machine.ts";
import { apiCheck, certificatesCheck, clockCheck, dnsCheck, proxyCheck, tlsCheck } from "./checks/network.ts";
import { keyCheck, keychainCheck, mistralCheck } from "./checks/stored-key.ts";
import { targetsCheck } from "./checks/targets.ts";

/** Every check of `doctor`, in report order: causes before their effects. */
export const checks: readonly Check[] = [
  nodeCheck,
  keychainCheck,
  permissionsCheck,
  profilesCheck,
  keyCheck,
  rotationsCheck,
  targetsCheck,
  environmentCheck,
  appsCheck,
  dotenvCheck,
  browserCheck,
  clipboardCheck,
  proxyCheck,
  certificatesCheck,
  dnsCheck,
  tlsCheck,
  apiCheck,
  clockCheck,
  mistralCheck,
];

/** A finished check and its result. */
export interface FinishedCheck extends Pick<Check, "id" | "title"> {
  readonly result: CheckResult;
}

/** Runs checks concurrently, each within its time limit. One that throws has a result too. */
export async function runChecks(
  toRun: readonly Check[],
  context: CheckContext,
): Promise<readonly FinishedCheck[]> {
  return Promise.all(
    toRun.map(async ({ id, title, limitMs = localLimitMs, run }) => {
      const result = withinLimit({ limitMs }, () => run(context));
      const otherwise = (error: unknown) => resultOf(error, limitMs, context.profile);
      return { id, title, result: await result.catch(otherwise) };
    }),
  );
}

/** The exit code of the first check that fails; report order puts causes before their effects. */
export function exitCodeOfChecks(finished: readonly FinishedCheck[]): ExitCode {
  const failed = finished.map(({ result }) => result).find((result) => result.state === "fail");
  return failed?.code ?? exitCodes.done;
}

function resultOf(error: unknown, limitMs: number, profile: ProfileName): CheckResult {
  if (error instanceof TimedOut) {
    const message = `Not known: there was no answer within ${limitMs / 1000} seconds.`;
    return { state: "warn", message, hint: `To check again: ${commandFor(profile, "doctor")}` };
  }
  const known =
    error instanceof Error && "path" in error && typeof error.path === "string"
      ? explainFileError(error.path, "read", error)
      : error;
  if (known instanceof MistralKeyError) {
    return { state: "fail", code: codeOfKind[known.kind], message: known.message, hint: known.hint };
  }
  const what = error instanceof Error ? error.name : "error";
  return {
    state: "fail",
    code: exitCodes.bug,
    message: `This could not be checked (${what}).`,
    hint: "Please report it in the project's issue tracker.",
  };
}
