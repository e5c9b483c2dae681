import { MistralKeyError } from "../errors.ts";
import { type ExitCode, exitCodeOfKind, exitCodes } from "../exit-codes.ts";
import type { Check, CheckId, Finding, Patient } from "./check.ts";

/** A check and what it found. */
export interface Examined {
  readonly id: CheckId;
  readonly title: string;
  readonly finding: Finding;
}

/** Runs all checks at the same time, each within its time limit. One that fails itself is a finding too. */
export async function examine(checks: readonly Check[], patient: Patient): Promise<readonly Examined[]> {
  return Promise.all(
    checks.map(async ({ id, title, limitMs, look }) => ({
      id,
      title,
      finding: await withinLimit(
        limitMs,
        look(patient).catch((error: unknown) => findingOf(error)),
      ),
    })),
  );
}

/**
 * The exit code: that of the first check that fails, in the order they are printed in, which puts
 * causes before what follows from them.
 */
export function exitCodeOf(examined: readonly Examined[]): ExitCode {
  for (const { finding } of examined) {
    if (finding.state === "fail") return exitCodeOfKind(finding.kind);
  }
  return exitCodes.done;
}

async function withinLimit(ms: number, finding: Promise<Finding>): Promise<Finding> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Finding>((resolve) => {
    timer = setTimeout(
      () => resolve({ state: "warn", message: `No answer within ${ms / 1000} seconds.` }),
      ms,
    );
  });
  try {
    return await Promise.race([finding, late]);
  } finally {
    clearTimeout(timer);
  }
}

function findingOf(error: unknown): Finding {
  if (error instanceof MistralKeyError) {
    return { state: "fail", kind: error.kind, message: error.message, hint: error.hint };
  }
  const what = error instanceof Error ? error.name : "error";
  return { state: "fail", kind: "bug", message: `This could not be looked at (${what}).` };
}
