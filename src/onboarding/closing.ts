import type { Deps } from "../deps.ts";
import { codeOfDiagnosis, type ExitCode, exitCodes } from "../exit-codes.ts";
import { commandFor, runCommand } from "../hints.ts";
import type { ApiKey } from "../keys/api-key.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import type { KeyCheck } from "../mistral/mistral-api.ts";
import { printRotation, rotationDocument } from "../rotation/outcome.ts";
import { commandEnvironment, standardVariable } from "../running/environment.ts";
import type { Output } from "../terminal/output/output.ts";
import { printKeyCard } from "../verification/key-card.ts";
import { printNotes } from "../verification/print-verdict.ts";
import { verificationDocument } from "../verification/verification-document.ts";
import { shadowNotes } from "../verification/verify-profile.ts";
import type { OnboardOutcome, StoredOutcome } from "./outcome.ts";

/** Prints what was stored and what to do next. */
export function printStored(deps: Deps, stored: StoredOutcome): void {
  const { output, now } = deps;
  const { profile, check } = stored;
  printKeyCard(output, profile, check, now());
  printWords(output, check);
  if (stored.replaced?.finished !== false) printOwnCall(output, stored);
  printWhatNext(deps, stored);
}

/** Prints what is left of replacing a key, or the commands to try next, and which key apps use instead. */
export function printWhatNext(deps: Deps, { profile, key, replaced }: StoredOutcome): void {
  if (replaced?.finished === false) printRotation(deps, { ...replaced, profile });
  else {
    printNextCommands(deps.output, profile.name);
    printNotes(deps.output, shadowNotes(deps.env, key, profile.name));
  }
}

/** Prints the model's reply to the test call. */
export function printWords(output: Output, check: KeyCheck | undefined): void {
  if (!check?.words || check.completion === null) return;
  output.print();
  output.paragraph(`${check.completion.model} says: ${check.words}`);
}

function printOwnCall(output: Output, { profile, check }: StoredOutcome): void {
  if (check?.diagnosis !== "valid" || check.completion === null) return;
  output.print();
  output.paragraph("Ask it something yourself:");
  output.line(output.theme.strong(commandFor(profile.name, 'try "What can you do?"')));
}

function printNextCommands(output: Output, profile: ProfileName): void {
  const { theme } = output;
  output.print();
  output.rows([
    { label: theme.faint("Use it now"), value: theme.strong(runCommand(profile)) },
    { label: theme.faint("Check it later"), value: theme.strong(commandFor(profile, "verify")) },
    { label: theme.faint("Replace it"), value: theme.strong(commandFor(profile, "rotate")) },
  ]);
}

/** The exit code for a stored key: it may not work yet, or a rotation may be unfinished. */
export function exitCodeOfStored({ check, replaced }: StoredOutcome): ExitCode {
  if (replaced?.finished === false) return exitCodes.unfinished;
  return check === undefined ? exitCodes.done : codeOfDiagnosis[check.diagnosis];
}

/** The `init --json` document for a captured key. Stable interface. */
export function captureDocument(
  outcome: Exclude<OnboardOutcome, { outcome: "kept" }>,
  { profile, expiresAt }: { readonly profile: ProfileName; readonly expiresAt: string | null | undefined },
  now: Date,
): object {
  const { key, check } = outcome;
  if (outcome.outcome !== "stored") {
    return { ...verificationDocument({ profile, key, store: null, expiresAt, check, now }), stored: false };
  }
  const { replaced } = outcome;
  const { name, store, expiresAt: end } = outcome.profile;
  const stored = { profile: name, key, store, expiresAt: end, check, now };
  return {
    ...verificationDocument(stored),
    stored: true,
    ...(replaced === undefined ? {} : rotationDocument(replaced)),
  };
}

/**
 * Starts a shell that has the key, for a user with nowhere to store it. Leaving the shell forgets it.
 *
 * @returns the shell's exit code
 */
export async function useOnce(deps: Deps, key: ApiKey): Promise<ExitCode> {
  const { output, env } = deps;
  const { platform } = deps.processContext();
  const shell = platform === "win32" ? (env.ComSpec ?? "cmd.exe") : env.SHELL || "/bin/sh";
  const ofShell = commandEnvironment(env, key, { names: [standardVariable], platform });
  output.print();
  output.paragraph(`A shell starts now, with the key in ${standardVariable}.`);
  output.paragraph("Type exit to leave it. The key is then forgotten here.");
  output.print();
  return await deps.runCommand([shell], { env: ofShell.env });
}
