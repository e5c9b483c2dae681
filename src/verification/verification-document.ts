import { codeOfDiagnosis, type ExitCode, exitCodes } from "../exit-codes.ts";
import { commandFor, ownCommand } from "../hints.ts";
import type { ApiKey } from "../keys/api-key.ts";
import { daysLeft, type Expiry } from "../keys/expiry.ts";
import { defaultProfile, type ProfileName } from "../keys/profile-name.ts";
import type { Assessed, Identity, KeyCheck } from "../mistral/mistral-api.ts";
import { describeEnd } from "../profiles/key-end.ts";
import type { ListedKey } from "../profiles/profile.ts";
import type { StoreKind } from "../stores/secret-store.ts";
import { explain } from "./explain.ts";

/** A key, where it is kept, and what Mistral says of it. */
export interface Verification {
  /** `null` for a key that is not stored. */
  readonly profile: ProfileName | null;
  readonly key: Pick<ApiKey, "mask">;
  /** `null` for a key that is not stored. */
  readonly store: StoreKind | null;
  /** `undefined` if no test call was made. */
  readonly check: KeyCheck | undefined;
  /** `undefined` when not known. */
  readonly expiresAt: Expiry | undefined;
  /** The key's row in Mistral's list, if it was fetched. */
  readonly listed?: ListedKey | undefined;
  /** Whose key it was at an earlier check, used if Mistral does not say now. */
  readonly identity?: Identity | null;
  /** When the check was made. */
  readonly now: Date;
  /** How many days the key must still last. */
  readonly minDays?: number | undefined;
}

/** A key with a verdict. */
export type CheckedKey = Verification & { readonly check: KeyCheck };

/** What `verify --json` prints; `init` and `rotate` add to it. Stable surface; holds the key's mask only. */
export function verificationDocument(verification: Verification) {
  const { profile, key, store, check, expiresAt, identity, now } = verification;
  return {
    profile,
    ok: exitCodeOfVerification(verification) === exitCodes.done,
    diagnosis: check?.diagnosis ?? null,
    key: key.mask,
    store,
    checks: { authentication: check?.authentication ?? null, completion: check?.completion ?? null },
    identity: check?.identity ?? identity ?? null,
    rateLimits: check?.rateLimits ?? null,
    expiresAt: expiresAt ?? null,
    daysLeft: typeof expiresAt === "string" ? daysLeft(expiresAt, now) : null,
    verifiedAt: check === undefined ? null : now.toISOString(),
    hint: hintOf(verification),
  };
}

/** The exit code of a verdict; a key that expires too soon counts only if nothing else is wrong. */
export function exitCodeOfVerification(verification: Verification): ExitCode {
  const { check } = verification;
  const code = check === undefined ? exitCodes.done : codeOfDiagnosis[check.diagnosis];
  return code === exitCodes.done && endsWithinMinDays(verification) ? exitCodes.expiring : code;
}

/** Whether the key expires within the days it must still last. */
export function endsWithinMinDays({ expiresAt, minDays, now }: Verification): boolean {
  return minDays !== undefined && typeof expiresAt === "string" && daysLeft(expiresAt, now) <= minDays;
}

function hintOf(verification: Verification): string | null {
  const { profile, check, expiresAt, listed, now } = verification;
  if (check !== undefined && check.diagnosis !== "valid") return hintFor(profile, check);
  return endsWithinMinDays(verification) && typeof expiresAt === "string"
    ? describeEnd(profile, { expiresAt, listed }, now)
    : null;
}

/** What an assessment means and what to do, in one line for `--json`. */
export function hintFor(profile: ProfileName | null, assessed: Assessed): string {
  const { sentence, hint, next: [first] = [] } = explain(assessed);
  const command = first && `Try: ${commandOf(profile, first.command)}`;
  return [sentence, hint, command].filter((part) => part !== undefined).join(" ");
}

/** A suggested command to copy, with the profile unless it opens a page. */
export function commandOf(profile: ProfileName | null, command: string): string {
  return command.startsWith("open ") ? ownCommand(command) : commandFor(profile ?? defaultProfile, command);
}
