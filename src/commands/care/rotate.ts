import type { CommandInput } from "../../cli/command-types.ts";
import type { Deps } from "../../deps.ts";
import { Cancelled, MistralKeyError } from "../../errors.ts";
import { type ExitCode, exitCodeOfDiagnosis, exitCodes } from "../../exit-codes.ts";
import { commandFor, ownCommand } from "../../hints.ts";
import { parseExpiry } from "../../keys/expiry.ts";
import type { ProfileName } from "../../keys/profile-name.ts";
import { endRotation, findRotation } from "../../rotation/end-rotation.ts";
import type { RotationRecord } from "../../rotation/journal.ts";
import {
  nextStepOf,
  printRotation,
  type RotationOutcome,
  rotationDocument,
  type WayBack,
} from "../../rotation/outcome.ts";
import { type RotateRequest, rotateKey } from "../../rotation/rotate-key.ts";
import type { Direction } from "../../rotation/stages.ts";
import { bothWays } from "../../rotation/unfinished.ts";
import { readSettings } from "../../settings.ts";
import { quietly, requirePerson } from "../../terminal/absence.ts";
import { printExplanation } from "../../verification/print-verdict.ts";
import { verificationDocument } from "../../verification/verification-document.ts";

interface RotateOptions extends RotateRequest {
  readonly json: boolean;
}

/** Puts a new key in the place of the stored one, or brings a rotation that was cut off to an end. */
export async function rotate({ flags }: CommandInput, deps: Deps): Promise<ExitCode> {
  const expires = flags.value("expires");
  const direction = flags.on("finish") ? "forward" : flags.on("abort") ? "back" : undefined;
  if (expires !== undefined && direction !== undefined) {
    const flag = direction === "forward" ? "--finish" : "--abort";
    throw new MistralKeyError("usage", `--expires is for a new key, and ${flag} brings none.`, {
      hint: "Use only one of them.",
    });
  }
  const settings = readSettings(flags, deps);
  const options: RotateOptions = {
    ...settings,
    expiresAt: expires === undefined ? undefined : parseExpiry(expires, deps.now()),
    from: flags.on("withKey") ? "stdin" : "prompt",
    browser: !flags.off("browser") && deps.opensPages,
    waitMs: readWait(flags.value("wait"), settings.profile),
    yes: flags.on("yes"),
  };
  if (direction !== undefined) return await end(deps, options, direction);
  if (options.from === "stdin") return await startNew(deps, options);
  requirePerson(deps, {
    message: "A rotation asks for the new key",
    hint: `Send it on standard input instead: ${commandFor(options.profile, "rotate --with-key")} < FILE`,
  });
  const unfinished = await findRotation(deps, options);
  if (unfinished === undefined) return await startNew(deps, options);
  const chosen = await askDirection(deps, unfinished.record);
  return await end(deps, { ...options, yes: options.yes || chosen === "back" }, chosen);
}

function readWait(text: string | undefined, profile: ProfileName): number | undefined {
  if (text === undefined) return undefined;
  const [, amount, unit] = /^(\d{1,4})\s*(s|m)$/i.exec(text.trim()) ?? [];
  if (amount !== undefined) return Number(amount) * (unit?.toLowerCase() === "m" ? 60_000 : 1000);
  throw new MistralKeyError("usage", "--wait needs a time in seconds or minutes.", {
    hint: `For example: ${commandFor(profile, "rotate --finish --wait 90s")}`,
  });
}

async function startNew(deps: Deps, options: RotateOptions): Promise<ExitCode> {
  const outcome = await quietly(deps, () => rotateKey(deps, options));
  if (outcome.outcome === "rotated") return tellOfRotation(deps, options, outcome);
  const { key, store, check } = outcome;
  if (options.json) {
    const { profile, expiresAt } = options;
    const verification = { profile, key, store: store.kind, check, expiresAt, now: deps.now() };
    deps.output.json({ ...verificationDocument(verification), stored: false });
  }
  printExplanation(deps.output, check, "fail");
  deps.output.paragraph("Nothing was changed; the stored key stays in use.");
  return exitCodeOfDiagnosis(check.diagnosis);
}

async function end(deps: Deps, options: RotateOptions, direction: Direction): Promise<ExitCode> {
  const outcome = await endRotation(deps, { ...options, direction });
  switch (outcome.outcome) {
    case "rotated": {
      const code = tellOfRotation(deps, options, outcome);
      return code === exitCodes.done && direction === "back" ? exitCodes.rejected : code;
    }
    case "went-back":
      return tellOfWayBack(deps, options, outcome.record, outcome);
    case "nothing-staged": {
      const { oldKey, newKey } = outcome.record;
      throw new MistralKeyError(
        "unfinished",
        `This rotation was cut off before the new key, ${newKey.mask}, was stored. Your key ${oldKey.mask} is in use as before.`,
        { hint: `To start anew: ${commandFor(options.profile, "rotate")}` },
      );
    }
  }
}

function tellOfRotation(deps: Deps, { json }: RotateOptions, outcome: RotationOutcome): ExitCode {
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
    const hint = nextStepOf(outcome) ?? document.hint;
    deps.output.json({ ...document, hint, stored: true, ...rotationDocument(outcome) });
  }
  printRotation(deps, outcome);
  return outcome.finished ? exitCodes.done : exitCodes.unfinished;
}

function tellOfWayBack(
  { output }: Deps,
  { profile, json }: RotateOptions,
  { oldKey, newKey }: RotationRecord,
  { inUse, finished }: WayBack,
): ExitCode {
  const old = inUse === "old";
  if (json) {
    const key = old ? oldKey.mask : null;
    output.json({ profile, aborted: finished, key, discarded: { key: newKey.mask } });
  }
  output.ok(
    old
      ? `The old key ${oldKey.mask} is in use for profile "${profile}".`
      : "The rotation is ended; the key that is stored now stays in use.",
  );
  if (!finished) {
    output.warn("Not every target took the old key back, so the new one is kept.");
    output.next(`To try again: ${commandFor(profile, "rotate --abort")}`);
    return exitCodes.unfinished;
  }
  const forgotten = old ? newKey.mask : `${oldKey.mask} and ${newKey.mask}`;
  output.warn(`Forgotten here, not deleted at Mistral: ${forgotten}`);
  output.next(`To delete it there: ${ownCommand("open keys")}`);
  return exitCodes.done;
}

async function askDirection(deps: Deps, record: RotationRecord): Promise<Direction> {
  const { profile, stage, oldKey, newKey } = record;
  deps.output.paragraph(
    `A rotation of profile "${profile}" is not finished yet: ${oldKey.mask} gives way to ${newKey.mask}.`,
  );
  // Where the way back has been chosen, or the old key is dead, there is one way on.
  if (stage === "reverting") return "back";
  if (stage === "erasing") return "forward";
  const prompts = await deps.prompts();
  const chosen = await prompts.choose<Direction | "stop">({
    message: "What now?",
    choices: [
      { value: "forward", name: "Finish it", description: "with the new key" },
      { value: "back", name: "Go back", description: "to the old key; the new one is forgotten here" },
      { value: "stop", name: "Stop", description: "leave it as it is" },
    ],
  });
  if (chosen === "stop")
    throw new Cancelled("Stopped. The rotation is still unfinished.", { hint: bothWays(profile) });
  return chosen;
}
