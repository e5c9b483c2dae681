import type { CommandInput } from "../../cli/command-types.ts";
import type { Deps } from "../../deps.ts";
import { codeOfDiagnosis, type ExitCode, exitCodes } from "../../exit-codes.ts";
import { commandFor } from "../../hints.ts";
import { formatDay, parseExpiry } from "../../keys/expiry.ts";
import { captureDocument, exitCodeOfStored, printStored, useOnce } from "../../onboarding/closing.ts";
import { type InitOutcome, initialize } from "../../onboarding/initialize.ts";
import type { OnboardRequest } from "../../onboarding/outcome.ts";
import { readSettings } from "../../settings.ts";
import { quietly } from "../../terminal/absence.ts";
import { printExplanation } from "../../verification/print-verdict.ts";

type Asked = OnboardRequest & { readonly json: boolean };

/** The wizard: from no account to a verified key in a store. */
export async function init(input: CommandInput, deps: Deps): Promise<ExitCode> {
  const { flags } = input;
  if (flags.on("admin")) {
    const { initAdmin } = await import("./init-admin.ts");
    await quietly(deps, () => initAdmin(input, deps));
    return exitCodes.done;
  }
  const expires = flags.value("expires");
  const request: Asked = {
    ...readSettings(flags, deps),
    expiresAt: expires === undefined ? undefined : parseExpiry(expires, deps.now()),
    from: flags.on("withKey") ? "stdin" : "prompt",
    verify: !flags.off("verify"),
    replace: flags.on("yes"),
  };
  const work = flags.on("demo") ? showDemonstration : obtain;
  if (!flags.on("web")) return await work(deps, request);
  const { onPage } = await import("../../web/on-page.ts");
  return await onPage(deps, (page) => work(page, request));
}

async function showDemonstration(deps: Deps, request: Asked): Promise<ExitCode> {
  const { demonstrate } = await import("../../onboarding/demo/demo.ts");
  await demonstrate(deps, request);
  return exitCodes.done;
}

async function obtain(deps: Deps, request: Asked): Promise<ExitCode> {
  const outcome = await initialize(deps, request);
  if (request.json) deps.output.json(documentOf(outcome, request, deps.now()));
  return await report(deps, outcome, request);
}

function documentOf(outcome: InitOutcome, request: OnboardRequest, now: Date): object {
  switch (outcome.outcome) {
    case "kept":
      return { profile: outcome.profile, stored: true, kept: true };
    case "moved": {
      const { name: profile, key } = outcome.profile;
      return { profile, key, store: outcome.store.kind, stored: true, moved: true };
    }
    default:
      return captureDocument(outcome, request, now);
  }
}

/** Prints the outcome, unless the document has it. */
async function report(deps: Deps, outcome: InitOutcome, { json, from }: Asked): Promise<ExitCode> {
  const { output } = deps;
  switch (outcome.outcome) {
    case "moved":
      return exitCodes.done;
    case "kept":
      output.paragraph(
        `${wordsForKept(outcome.noted)} To check the key: ${commandFor(outcome.profile, "verify")}`,
      );
      return exitCodes.done;
    case "refused":
      printExplanation(output, outcome.check);
      output.paragraph("The key was not stored.");
      return codeOfDiagnosis[outcome.check.diagnosis];
    case "once":
      return await useOnce(deps, outcome.key);
    case "stored":
      if (json) return exitCodeOfStored(outcome);
      printStored(deps, outcome);
      if (from === "prompt") {
        const { offerPlaces } = await import("../../targets/offer-places.ts");
        await quietly(deps, () => offerPlaces(deps, outcome.profile, outcome.key));
      }
      return exitCodeOfStored(outcome);
  }
}

function wordsForKept(noted: string | null | undefined): string {
  if (noted === undefined) return "Nothing was changed.";
  return noted === null ? "Noted that it never expires." : `Its last day is noted: ${formatDay(noted)}.`;
}
