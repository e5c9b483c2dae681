import type { CommandInput } from "../../cli/command-types.ts";
import type { Deps } from "../../deps.ts";
import { Cancelled, MistralKeyError } from "../../errors.ts";
import { type ExitCode, exitCodeOfDiagnosis, exitCodes } from "../../exit-codes.ts";
import { commandFor } from "../../hints.ts";
import { parseExpiry } from "../../keys/expiry.ts";
import { abortRotation } from "../../rotation/abort-rotation.ts";
import { finishRotation } from "../../rotation/finish-rotation.ts";
import type { RotationRecord } from "../../rotation/journal.ts";
import { printRotation } from "../../rotation/print-rotation.ts";
import { type RotateRequest, rotateKey } from "../../rotation/rotate-key.ts";
import { rotationDocument } from "../../rotation/rotation-document.ts";
import type { RotationOutcome } from "../../rotation/rotation-outcome.ts";
import { underWay } from "../../rotation/unfinished.ts";
import { readSettings } from "../../settings.ts";
import { quietly, requirePerson } from "../../terminal/absence.ts";
import { hang } from "../../terminal/output/layout.ts";
import { printExplanation } from "../../verification/print-verdict.ts";
import { verificationDocument } from "../../verification/verification-document.ts";

type Mode = "new" | "finish" | "abort";

interface RotateOptions extends RotateRequest {
  readonly mode: Mode;
  readonly json: boolean;
}

/** Puts a new key in the place of the stored one, or brings a rotation that was cut off to an end. */
export async function rotate({ flags }: CommandInput, deps: Deps): Promise<ExitCode> {
  const expires = flags.value("expires");
  const mode = flags.on("finish") ? "finish" : flags.on("abort") ? "abort" : "new";
  if (expires !== undefined && mode !== "new") {
    throw new MistralKeyError("usage", `--expires is for a new key, and --${mode} brings none.`, {
      hint: "Leave one of the two away.",
    });
  }
  const options: RotateOptions = {
    ...readSettings(flags, deps),
    mode,
    expiresAt: expires === undefined ? undefined : parseExpiry(expires, deps.now()),
    from: flags.on("withKey") ? "stdin" : "prompt",
    browser: !flags.off("browser") && deps.opensPages,
  };
  if (mode !== "new") return await goOn(deps, options, mode);
  if (options.from === "stdin") return await startNew(deps, options);
  requirePerson(deps, {
    message: "A rotation asks for the new key",
    hint: `Send it on standard input instead: ${commandFor(options.profile, "rotate --with-key")} < FILE`,
  });
  const unfinished = deps.journal.read(options.profile);
  if (unfinished === undefined) return await startNew(deps, options);
  return await goOn(deps, options, await askHowToGoOn(deps, unfinished));
}

async function startNew(deps: Deps, options: RotateOptions): Promise<ExitCode> {
  const outcome = await quietly(deps, () => rotateKey(deps, options));
  if (outcome.outcome === "rotated") return answer(deps, options, outcome);
  const { key, store, check } = outcome;
  if (options.json) {
    const { profile, expiresAt } = options;
    const document = verificationDocument({
      profile,
      key,
      store: store.kind,
      check,
      expiresAt,
      now: deps.now(),
    });
    deps.output.json({ ...document, stored: false });
  }
  printExplanation(deps.output, check, "fail");
  deps.output.print("  Nothing was changed; the stored key stays in use.");
  return exitCodeOfDiagnosis(check.diagnosis);
}

async function goOn(deps: Deps, options: RotateOptions, mode: Exclude<Mode, "new">): Promise<ExitCode> {
  const record = deps.journal.read(options.profile);
  if (record === undefined) {
    throw new MistralKeyError("usage", `No rotation of profile "${options.profile}" is under way.`, {
      hint: `To start one: ${commandFor(options.profile, "rotate")}`,
    });
  }
  const store = await deps.store(record.after.store);
  if (mode === "abort") {
    const { inUse, finished } = await abortRotation(deps, record, store);
    return tellOfWayBack(deps, options, record, { inUse, finished });
  }
  const outcome = await finishRotation(deps, record, { store, browser: options.browser });
  switch (outcome.outcome) {
    case "rotated":
      return answer(deps, options, outcome);
    case "went-back":
      return tellOfWayBack(deps, options, record, { inUse: "old", finished: outcome.finished });
    case "nothing-staged":
      throw new MistralKeyError(
        "unfinished",
        `This rotation was cut off before the new key, ${record.newKey.mask}, was stored. Your key ${record.oldKey.mask} is in use as before.`,
        { hint: `To start anew: ${commandFor(options.profile, "rotate")}` },
      );
  }
}

function answer(deps: Deps, { json }: RotateOptions, outcome: RotationOutcome): ExitCode {
  if (json) {
    const { profile, key, store, check } = outcome;
    const document = verificationDocument({
      profile: profile.name,
      key,
      store: store.kind,
      check,
      expiresAt: profile.expiresAt,
      identity: profile.identity,
      now: deps.now(),
    });
    const hint = outcome.finished
      ? document.hint
      : `To finish: ${commandFor(profile.name, "rotate --finish")}`;
    deps.output.json({ ...document, hint, stored: true, ...rotationDocument(outcome) });
  }
  printRotation(deps, outcome);
  return outcome.finished ? exitCodes.done : exitCodes.unfinished;
}

function tellOfWayBack(
  { output }: Deps,
  { profile, json }: RotateOptions,
  { oldKey, newKey }: RotationRecord,
  { inUse, finished }: { readonly inUse: "old" | "another"; readonly finished: boolean },
): ExitCode {
  const { theme } = output;
  if (json) {
    const key = inUse === "old" ? oldKey.mask : null;
    output.json({ profile, aborted: finished, key, discarded: { key: newKey.mask } });
  }
  output.print(
    inUse === "old"
      ? `  ${theme.symbol.ok} The old key ${oldKey.mask} is in use for profile "${profile}".`
      : `  ${theme.symbol.ok} The rotation is ended; the key that is stored now stays in use.`,
  );
  const forgotten = inUse === "old" ? newKey.mask : `${oldKey.mask} and ${newKey.mask}`;
  output.print(`  ${theme.symbol.warn} Forgotten here, not deleted at Mistral: ${forgotten}`);
  output.print(`    To delete it there: ${theme.strong("mistral-key open keys")}`);
  if (finished) return exitCodes.done;
  output.print(`  ${theme.symbol.warn} Not every place took the old key back.`);
  output.print(`    To try again: ${theme.strong(commandFor(profile, "rotate --abort"))}`);
  return exitCodes.unfinished;
}

async function askHowToGoOn(deps: Deps, record: RotationRecord): Promise<Exclude<Mode, "new">> {
  const { profile, stage, oldKey, newKey } = record;
  const state = `A rotation of profile "${profile}" is not finished yet: ${oldKey.mask} gives way to ${newKey.mask}.`;
  deps.output.print(hang("  ", state, Math.min(deps.output.columns, 80)));
  // Where the way back has been chosen, or the old key is dead, there is one way on.
  if (stage === "reverting") return "abort";
  if (stage === "erasing") return "finish";
  const prompts = await deps.prompts();
  const chosen = await prompts.choose<Exclude<Mode, "new"> | "stop">({
    message: "What now?",
    choices: [
      { value: "finish", name: "Finish it", description: "with the new key" },
      { value: "abort", name: "Go back", description: "to the old key" },
      { value: "stop", name: "Stop", description: "leave it as it is" },
    ],
  });
  if (chosen === "stop")
    throw new Cancelled("Stopped. The rotation is still unfinished.", { hint: underWay(profile).hint ?? "" });
  return chosen;
}
