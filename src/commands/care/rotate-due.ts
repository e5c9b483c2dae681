import type { Deps } from "../../deps.ts";
import { expected } from "../../errors.ts";
import { codeOfKind, type ExitCode } from "../../exit-codes.ts";
import { commandFor, ownCommand } from "../../hints.ts";
import { daysLeft } from "../../keys/expiry.ts";
import type { ProfileName } from "../../keys/profile-name.ts";
import type { ListedProfile } from "../../profiles/profile-folder.ts";
import type { RotateRequest } from "../../rotation/rotate-key.ts";
import { requirePerson } from "../../terminal/absence.ts";
import { failureDocument, printHint } from "../../terminal/output/failure.ts";
import { worstExitCode } from "../../verification/verify-every-profile.ts";

/** The options of one rotation. */
export interface RotateOptions extends RotateRequest {
  /** Whether the Admin API makes and deletes keys. */
  readonly auto: boolean;
}

/** The result of one rotation, already printed. */
export interface Told {
  readonly code: ExitCode;
  readonly document: object;
}

type RotateOne = (deps: Deps, options: RotateOptions) => Promise<Told>;

/** Rotates the keys that expire within some days, one after the other; a failure does not stop the others. */
export async function rotateDue(
  deps: Deps,
  options: RotateOptions,
  days: number,
  rotateOne: RotateOne,
): Promise<Told> {
  const { output } = deps;
  if (!options.auto) {
    requirePerson(deps, {
      message: "Each rotation asks for the new key",
      hint: `Have the Admin API make the keys: ${ownCommand(`rotate --all --expiring ${days}d --auto`)}\nTo store its key for a profile: ${ownCommand("init --admin -p NAME")}`,
    });
  }
  const { due, notDue, unknown } = findDue(deps, days);
  const told: Told[] = [];
  for (const profile of due) {
    output.heading(`Profile "${profile}"`);
    told.push(await rotateNext(deps, { ...options, profile }, rotateOne));
    output.print();
  }
  if (told.length === 0) output.ok(`No key is known to expire within ${days} days.`);
  for (const profile of unknown) {
    output.warn(`It is not known here when the key of profile "${profile}" expires.`);
    output.next(`To note it: ${commandFor(profile, "expires DATE")}`);
  }
  return {
    code: worstExitCode(told.map(({ code }) => code)),
    document: { profiles: told.map(({ document }) => document), notDue, unknown },
  };
}

type Due = "due" | "notDue" | "unknown";

/** Sorts profiles by whether their key expires soon. Unreadable and unfinished ones count as due. */
function findDue(
  { profiles, journal, now }: Deps,
  days: number,
): Readonly<Record<Due, readonly ProfileName[]>> {
  const rotating = new Set(journal.list().map(({ name }) => name));
  const stateOf = (row: ListedProfile): Due => {
    if ("damaged" in row || rotating.has(row.name)) return "due";
    const { expiresAt } = row.profile;
    if (expiresAt === undefined) return "unknown";
    return expiresAt !== null && daysLeft(expiresAt, now()) <= days ? "due" : "notDue";
  };
  const listed = profiles.list();
  const named = (state: Due) => listed.filter((row) => stateOf(row) === state).map(({ name }) => name);
  return { due: named("due"), notDue: named("notDue"), unknown: named("unknown") };
}

async function rotateNext(deps: Deps, options: RotateOptions, rotateOne: RotateOne): Promise<Told> {
  try {
    return await rotateOne(deps, options);
  } catch (error) {
    const failure = expected(error);
    deps.output.fail(failure.message);
    printHint(deps.output, failure);
    const code = codeOfKind[failure.kind];
    return { code, document: { profile: options.profile, ok: false, ...failureDocument(failure, code) } };
  }
}
