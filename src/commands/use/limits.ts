import type { CommandInput } from "../../cli/command-types.ts";
import type { Deps } from "../../deps.ts";
import { codeOfDiagnosis, type ExitCode } from "../../exit-codes.ts";
import { printLimits } from "../../models/print-limits.ts";
import { readSettings } from "../../settings.ts";
import { printFailedCall, printNotes } from "../../verification/print-verdict.ts";
import { verificationDocument } from "../../verification/verification-document.ts";
import { verifyProfile } from "../../verification/verify-profile.ts";

/** Shows the rate limits of the stored key's workspace, from one tiny model call. */
export async function limits({ flags }: CommandInput, deps: Deps): Promise<ExitCode> {
  const settings = readSettings(flags, deps);
  const model = flags.value("model");
  const { output } = deps;
  const verified = await verifyProfile(deps, { ...settings, model, silent: true });
  const { check, identity = null } = verified;
  const called = check.completion?.model ?? model;
  if (settings.json) {
    const { profile, ok, diagnosis, hint } = verificationDocument(verified);
    const { workspace = null, organization = null } = identity ?? {};
    const { rateLimits } = check;
    output.json({ profile, ok, diagnosis, model: called ?? null, workspace, organization, rateLimits, hint });
  } else {
    const answered = check.diagnosis === "valid";
    if (answered || check.rateLimits !== null) {
      printLimits(output.answers, called, identity, check.rateLimits);
    }
    if (!answered) printFailedCall(output, verified.profile, check);
  }
  printNotes(output, verified.notes);
  return codeOfDiagnosis[check.diagnosis];
}
