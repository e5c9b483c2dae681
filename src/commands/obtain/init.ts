import type { CommandInput } from "../../cli/command-types.ts";
import type { Deps } from "../../deps.ts";
import { MistralKeyError } from "../../errors.ts";
import { type ExitCode, exitCodeOfDiagnosis, exitCodes } from "../../exit-codes.ts";
import { commandFor } from "../../hints.ts";
import { type Expiry, formatDay, parseExpiry } from "../../keys/expiry.ts";
import { changeStore } from "../../onboarding/change-store.ts";
import { printNextCommands } from "../../onboarding/closing.ts";
import { type OnboardOutcome, type OnboardRequest, onboard } from "../../onboarding/onboard.ts";
import { rotationDocument } from "../../rotation/rotation-document.ts";
import { readSettings } from "../../settings.ts";
import { quietly, requirePerson } from "../../terminal/absence.ts";
import { hang } from "../../terminal/output/layout.ts";
import { type CardedKey, printKeyCard } from "../../verification/key-card.ts";
import { printExplanation } from "../../verification/print-verdict.ts";
import { verificationDocument } from "../../verification/verification-document.ts";

interface InitOptions extends OnboardRequest {
  readonly json: boolean;
}

/** The wizard: from no account to a verified key in a store. */
export async function init({ flags }: CommandInput, deps: Deps): Promise<ExitCode> {
  const settings = readSettings(flags, deps);
  const expires = flags.value("expires");
  const options: InitOptions = {
    ...settings,
    expiresAt: expires === undefined ? undefined : parseExpiry(expires, deps.now()),
    from: flags.on("withKey") ? "stdin" : "prompt",
    verify: !flags.off("verify"),
    browser: !flags.off("browser") && deps.opensPages,
    force: flags.on("yes"),
  };
  if (flags.on("demo")) return await demonstrate(deps, options);
  if (options.from === "stdin") {
    return await answer(deps, options, await quietly(deps, () => onboard(deps, options)));
  }
  if (await moveStore(deps, options)) return exitCodes.done;
  requirePerson(deps, { message: "The wizard asks questions", hint: withoutPerson(options) });
  const outcome = await quietly(deps, async () => {
    greet(deps, "a Mistral API key, safely in your keychain");
    return await onboard(deps, options);
  });
  return await answer(deps, options, outcome);
}

async function demonstrate(real: Deps, options: InitOptions): Promise<ExitCode> {
  if (options.from === "stdin" || options.json) {
    throw new MistralKeyError("usage", "A demonstration is for a person in a terminal.", {
      hint: `Leave --with-key and --json away: ${commandFor(options.profile, "init --demo")}`,
    });
  }
  requirePerson(real, { message: "A demonstration asks questions", hint: withoutPerson(options) });
  const { startDemo } = await import("../../onboarding/demo/demo.ts");
  const demo = await startDemo(real);
  const { output } = real;
  try {
    greet(real, "a demonstration");
    output.print(hang("  ", "Everything is made up: no account, no network, nothing kept.", output.columns));
    const endpoint = { ...demo.endpoint, madeUp: true } as const;
    const request = { ...options, store: undefined, endpoint, browser: false, force: true };
    const outcome = await quietly(real, () => onboard(demo.deps, { ...request, offered: demo.key }));
    if (outcome.outcome === "stored") printKeyCard(output, closingOf(outcome, real.now()));
    output.print();
    output.print(hang("  ", "That was the demonstration; nothing of it was kept.", output.columns));
    output.print(`  For a real key: ${output.theme.strong(`npx ${commandFor(options.profile, "init")}`)}`);
    return exitCodes.done;
  } finally {
    await demo.stop();
  }
}

/** `init --store` for a key that is kept in another store already moves it. */
async function moveStore(deps: Deps, { profile, store, json }: InitOptions): Promise<boolean> {
  const known = store === undefined ? undefined : deps.profiles.read(profile);
  if (store === undefined || known === undefined || known.store === store) return false;
  const target = await changeStore(deps, known, store);
  if (json) deps.output.json({ profile, key: known.key, store: target.kind, stored: true, moved: true });
  return true;
}

/** Ends with what came of it: the closing card, or why there is none. */
async function answer(deps: Deps, options: InitOptions, outcome: OnboardOutcome): Promise<ExitCode> {
  const { output } = deps;
  if (options.json && outcome.outcome !== "kept") output.json(documentOf(options, outcome, deps.now()));
  switch (outcome.outcome) {
    case "kept":
      if (options.json) output.json({ profile: outcome.profile, stored: true, kept: true });
      output.print(
        `  ${wordsForKept(outcome.noted)} To check the key: ${commandFor(outcome.profile, "verify")}`,
      );
      return exitCodes.done;
    case "refused":
      printExplanation(output, outcome.check, "fail");
      output.print("  The key was not stored.");
      return exitCodeOfDiagnosis(outcome.check.diagnosis);
    case "once": {
      const { useOnce } = await import("../../onboarding/use-once.ts");
      return await useOnce(deps, outcome.key);
    }
    case "stored":
      return close(deps, outcome);
  }
}

function wordsForKept(noted: Expiry | undefined): string {
  if (noted === undefined) return "Nothing was changed.";
  return noted === null ? "Noted that it never ends." : `Its last day is noted: ${formatDay(noted)}.`;
}

function close(deps: Deps, outcome: Extract<OnboardOutcome, { outcome: "stored" }>): ExitCode {
  const { output } = deps;
  const { check, replaced } = outcome;
  const closing = closingOf(outcome, deps.now());
  printKeyCard(output, closing);
  if (replaced !== undefined && !replaced.finished) {
    const { previous, profile } = replaced;
    output.print();
    output.print(
      `  ${output.theme.symbol.warn} The old key ${previous.mask} is kept until it is deleted at Mistral.`,
    );
    output.print(`    To see that through: ${commandFor(profile.name, "rotate --finish")}`);
    return exitCodes.unfinished;
  }
  printNextCommands(output, outcome.profile.name, deps.env.npm_command === "exec");
  return check === undefined ? exitCodes.done : exitCodeOfDiagnosis(check.diagnosis);
}

function closingOf(
  { profile, store, check }: Extract<OnboardOutcome, { outcome: "stored" }>,
  now: Date,
): CardedKey {
  return { profile, storeName: store.describe(), check, now };
}

function documentOf(
  { profile, expiresAt }: InitOptions,
  outcome: Exclude<OnboardOutcome, { outcome: "kept" }>,
  now: Date,
): object {
  const { key, check } = outcome;
  if (outcome.outcome !== "stored") {
    return { ...verificationDocument({ profile, key, store: null, expiresAt, check, now }), stored: false };
  }
  const { store, replaced } = outcome;
  const stored = { profile, key, store: store.kind, expiresAt: outcome.profile.expiresAt, check, now };
  return {
    ...verificationDocument(stored),
    stored: true,
    ...(replaced === undefined ? {} : rotationDocument(replaced)),
  };
}

function greet({ output }: Deps, subtitle: string): void {
  const { theme } = output;
  output.print();
  output.print(hang("  ", `${theme.accent(theme.strong("mistral-key"))}   ${subtitle}`, output.columns));
  output.print();
}

function withoutPerson({ profile }: InitOptions): string {
  return `Send the key on standard input instead: ${commandFor(profile, "init --with-key --expires 90d")} < FILE`;
}
