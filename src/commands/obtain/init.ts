import type { CommandInput } from "../../cli/command-types.ts";
import type { Deps } from "../../deps.ts";
import { codeOfDiagnosis, type ExitCode, exitCodes } from "../../exit-codes.ts";
import { commandFor } from "../../hints.ts";
import { formatDay, parseExpiry } from "../../keys/expiry.ts";
import type { ProfileName } from "../../keys/profile-name.ts";
import { captureDocument, exitCodeOfStored, printStored, useOnce } from "../../onboarding/closing.ts";
import { type InitOutcome, initialize } from "../../onboarding/initialize.ts";
import type { OnboardRequest } from "../../onboarding/outcome.ts";
import { readSettings } from "../../settings.ts";
import { quietly } from "../../terminal/absence.ts";
import { printExplanation } from "../../verification/print-verdict.ts";
import { verificationDocument } from "../../verification/verification-document.ts";

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
    web: flags.on("web"),
  };
  const isDemo = flags.on("demo");
  // Before anything is asked, or a page waits to be opened.
  if (!isDemo) deps.journal.requireNone(request.profile);
  const work = isDemo ? showDemonstration : obtain;
  if (!request.web) return await work(deps, request);
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
  if (request.json) deps.output.json(documentOf(deps, outcome, request));
  return await report(deps, outcome, request);
}

function documentOf(deps: Deps, outcome: InitOutcome, request: OnboardRequest): object {
  if (outcome.outcome === "kept" || outcome.outcome === "moved")
    return { ...uncheckedDocument(deps, outcome.profile), [outcome.outcome]: true };
  return captureDocument(outcome, request, deps.now());
}

/** The document of a key that was stored before, and not checked now. */
function uncheckedDocument({ profiles, now }: Deps, profile: ProfileName): object {
  const known = profiles.read(profile);
  if (known === undefined) return { profile, stored: true };
  const { key: mask, expiresAt } = known;
  const unchecked = { ...known, profile, key: { mask }, expiresAt, check: undefined, now: now() };
  return { ...verificationDocument(unchecked), stored: true };
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
