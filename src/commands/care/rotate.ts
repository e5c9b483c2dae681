import type { CommandInput } from "../../cli/command-types.ts";
import type { Flags } from "../../cli/flags.ts";
import type { Deps } from "../../deps.ts";
import { MistralKeyError } from "../../errors.ts";
import { codeOfDiagnosis, type ExitCode, exitCodes } from "../../exit-codes.ts";
import { commandFor, ownCommand, shellWord } from "../../hints.ts";
import { revokeByIssuer, rotateByIssuer } from "../../issuers/rotate-by-issuer.ts";
import { parseExpiry } from "../../keys/expiry.ts";
import type { ProfileName } from "../../keys/profile-name.ts";
import { showName } from "../../outside-text.ts";
import { warnOfUnread } from "../../profiles/known-key.ts";
import { placeOf } from "../../profiles/profile.ts";
import { endRotation, findRotation } from "../../rotation/end-rotation.ts";
import type { RotationRecord } from "../../rotation/journal.ts";
import {
  printRotation,
  type RotationOutcome,
  rotationDocument,
  type WayBack,
  warnOfOldProcesses,
} from "../../rotation/outcome.ts";
import { rotateKey } from "../../rotation/rotate-key.ts";
import type { Direction } from "../../rotation/stages.ts";
import { notUnderWay, withoutTarget } from "../../rotation/unfinished.ts";
import { readSettings } from "../../settings.ts";
import { isService } from "../../targets/deliver-everywhere.ts";
import { quietly, requirePerson } from "../../terminal/absence.ts";
import { printExplanation } from "../../verification/print-verdict.ts";
import { verificationDocument } from "../../verification/verification-document.ts";
import { type RotateOptions, rotateDue, type Told } from "./rotate-due.ts";

/** Replaces the stored key, or ends an interrupted rotation. */
export async function rotate({ flags }: CommandInput, deps: Deps): Promise<ExitCode> {
  const expires = flags.value("expires");
  const direction = flags.on("finish") ? "forward" : flags.on("abort") ? "back" : undefined;
  const { json, ...settings } = readSettings(flags, deps);
  const auto = flags.on("auto");
  const options: RotateOptions = {
    ...settings,
    expiresAt: expires === undefined ? undefined : parseExpiry(expires, deps.now()),
    from: flags.on("withKey") ? "stdin" : "prompt",
    waitMs: readWait(flags.value("wait"), settings.profile),
    yes: flags.on("yes"),
    auto,
    revoke: auto ? revokeByIssuer(deps) : undefined,
  };
  const due = readDue(flags);
  const work = (here: Deps, asked: RotateOptions) =>
    quietly(here, async () => {
      if (due !== undefined) return await rotateDue(here, asked, due, rotateOne);
      return direction === undefined ? await rotateOne(here, asked) : await end(here, asked, direction);
    });
  if (flags.on("web")) {
    // Said at once, since the page waits to be opened. Reading a store may have to ask on the page.
    if (direction === undefined) deps.journal.requireNone(options.profile);
    else if (!deps.journal.list().some(({ name }) => name === options.profile)) {
      throw notUnderWay(options.profile);
    }
    const { onPage } = await import("../../web/on-page.ts");
    return await onPage(deps, async (page) => (await work(page, options)).code);
  }
  const { code, document } = await work(deps, options);
  if (json) deps.output.json(document);
  return code;
}

/** Starts a rotation; with `--auto`, resumes an interrupted one. */
async function rotateOne(deps: Deps, options: RotateOptions): Promise<Told> {
  if (options.from === "prompt" && !options.auto) {
    deps.journal.requireNone(options.profile);
    requirePerson(deps, {
      message: "A rotation asks for the new key",
      hint: `Send it on standard input instead: ${commandFor(options.profile, "rotate --with-key")} < FILE`,
    });
  }
  const unfinished = options.auto ? await findRotation(deps, options) : undefined;
  return unfinished === undefined
    ? await startNew(deps, options)
    : await resume(deps, options, unfinished.record);
}

/** How soon a key must expire to be rotated, in days. */
function readDue(flags: Flags): number | undefined {
  const [text, all] = [flags.value("expiring"), flags.on("all")];
  if (text === undefined && !all) return undefined;
  const days = /^(\d{1,5})\s*d(?:ays?)?$/i.exec(text?.trim() ?? "")?.[1];
  if (all && days !== undefined) return Number(days);
  throw new MistralKeyError(
    "usage",
    "--all and --expiring go together, and --expiring needs a number of days.",
    {
      hint: `For example: ${ownCommand("rotate --all --expiring 14d")}`,
    },
  );
}

function readWait(text: string | undefined, profile: ProfileName): number | undefined {
  if (text === undefined) return undefined;
  const [, amount, unit] = /^(\d{1,4})\s*(s|m)$/i.exec(text.trim()) ?? [];
  if (amount !== undefined) return Number(amount) * (unit?.toLowerCase() === "m" ? 60_000 : 1000);
  throw new MistralKeyError("usage", "--wait needs a time in seconds or minutes.", {
    hint: `For example: ${commandFor(profile, "rotate --finish --wait 90s")}`,
  });
}

/**
 * Resumes a rotation without asking for the direction: forward, unless it is already going back or Mistral
 * refuses the new key. If that leaves the old key in use, starts a new rotation.
 */
async function resume(deps: Deps, options: RotateOptions, record: RotationRecord): Promise<Told> {
  try {
    if (record.stage !== "reverting") {
      const outcome = await endRotation(deps, { ...options, direction: "forward" });
      if (outcome.outcome === "rotated") return await tellOfRotation(deps, outcome);
      const told = tellOfLostKey(deps, options, outcome);
      return told.code === exitCodes.done ? await startNew(deps, options) : told;
    }
  } catch (error) {
    if (!(error instanceof MistralKeyError) || error.kind !== "rejected") throw error;
    // Its message says that both keys are kept, which ends here.
    deps.output.warn(`Mistral does not accept the new key ${record.newKey.mask}: back to the old one.`);
  }
  const told = await end(deps, { ...options, yes: true }, "back");
  return told.code === exitCodes.done ? await startNew(deps, options) : told;
}

async function startNew(deps: Deps, options: RotateOptions): Promise<Told> {
  const outcome = options.auto ? await rotateByIssuer(deps, options) : await rotateKey(deps, options);
  if (outcome.outcome === "rotated") return await tellOfRotation(deps, outcome);
  const { key, check } = outcome;
  const { profile, expiresAt } = options;
  const verification = { profile, key, store: null, check, expiresAt, now: deps.now() };
  printExplanation(deps.output, check);
  deps.output.paragraph("Nothing was changed; the stored key stays in use.");
  const document = { ...verificationDocument(verification), stored: false };
  return { code: codeOfDiagnosis[check.diagnosis], document };
}

async function end(deps: Deps, options: RotateOptions, direction: Direction): Promise<Told> {
  const outcome = await endRotation(deps, { ...options, direction });
  if (outcome.outcome === "rotated") {
    const told = await tellOfRotation(deps, outcome);
    return told.code === exitCodes.done && direction === "back"
      ? { ...told, code: exitCodes.rejected }
      : told;
  }
  if (direction === "back" || outcome.record.stage === "reverting")
    return tellOfWayBack(deps, options, outcome);
  const told = tellOfLostKey(deps, options, outcome);
  deps.output.next(`To start again: ${commandFor(options.profile, "rotate")}`);
  return { ...told, code: exitCodes.unfinished };
}

async function tellOfRotation(deps: Deps, outcome: RotationOutcome): Promise<Told> {
  const { profile, key, check } = outcome;
  const { name, expiresAt } = profile;
  const now = deps.now();
  const document = verificationDocument({ ...profile, profile: name, key, check, expiresAt, now });
  printRotation(deps, outcome);
  await warnOfOldProcesses(deps, outcome.before);
  return {
    code: outcome.finished ? exitCodes.done : exitCodes.unfinished,
    document: { ...document, stored: true, ...rotationDocument(outcome) },
  };
}

type WentBack = WayBack & { readonly record: RotationRecord };

/** A rotation to be finished went back, since its new key is lost; it may remain at Mistral. */
function tellOfLostKey(deps: Deps, options: RotateOptions, wayBack: WentBack): Told {
  const { mask } = wayBack.record.newKey;
  deps.output.warn(`The new key ${mask} is not stored here, so there was nothing to finish.`);
  return tellOfWayBack(deps, options, wayBack);
}

function tellOfWayBack(deps: Deps, { profile }: RotateOptions, wayBack: WentBack): Told {
  const { output, profiles } = deps;
  const { inUse, finished, record } = wayBack;
  const { oldKey, newKey } = record;
  const old = inUse === "old";
  const key = old ? oldKey.mask : null;
  const document = { profile, aborted: finished, key, discarded: { key: newKey.mask } };
  output.ok(
    old
      ? `The old key ${oldKey.mask} is in use for profile "${profile}".`
      : "The rotation has ended; the stored key stays in use.",
  );
  if (!finished) {
    output.warn("Not every target took the old key back, so nothing was forgotten.");
    output.next(`To try again: ${commandFor(profile, "rotate --abort")}`);
    output.next(withoutTarget(profile));
    return { code: exitCodes.unfinished, document };
  }
  warnOfLateDelivery(deps, record);
  const others = profiles.list().filter(({ name }) => name !== profile);
  const forgotten = (old ? [newKey] : [oldKey, newKey]).map(({ mask }) => mask);
  warnOfUnread(deps, profile, forgotten.join(" or "));
  for (const mask of forgotten) {
    const holder = others.find((row) => "profile" in row && row.profile.key === mask)?.name;
    const about = [record.before, record.after].find((one) => one?.key === mask);
    output.warn(`Forgotten here, which deletes nothing at Mistral: ${mask}${placeOf(about?.identity)}`);
    output.next(
      holder === undefined
        ? `To delete it there, if it still exists: ${ownCommand("open keys")}`
        : `Do not delete it there: profile "${holder}" has it, too.`,
    );
  }
  return { code: exitCodes.done, document };
}

/** A run that was killed while it delivered leaves the program for that running, which may end last. */
function warnOfLateDelivery({ output }: Deps, record: RotationRecord): void {
  const { profile, stage, targets, newKey } = record;
  if (stage !== "delivering" && stage !== "reverting") return;
  const late = targets.filter(({ target, holds }) => holds === "either" && isService(target));
  if (late.length === 0) return;
  const names = late.map(({ target }) => target);
  output.warn(
    `If that rotation was killed while it delivered, its program may still put the new key ${newKey.mask} in ${names.map(showName).join(", ")}.`,
  );
  const again = commandFor(profile, ["push", ...names.map(shellWord)].join(" "));
  output.next(`Before you delete that key, deliver the one in use again, in a minute: ${again}`);
}
