import type { Deps } from "../deps.ts";
import type { ExitCode } from "../exit-codes.ts";
import type { ProcessContext } from "../files/process-context.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import type { CallOutcome } from "../mistral/call-outcome.ts";
import type { Endpoint } from "../mistral/endpoint.ts";
import type { Discovery } from "../plaintext/find-keys.ts";
import type { ProfileChoice } from "../profiles/choose-profile.ts";
import type { Profile } from "../profiles/profile.ts";
import type { Inspection, SecretStore } from "../stores/secret-store.ts";

/**
 * A check's finding: one line, possible causes in a line each, and what to do in a line each. None holds a
 * key.
 */
export type CheckResult = { readonly message: string; readonly hint?: string | undefined } & (
  | {
      /** `ok`: nothing to do. `warn`: worth knowing, nothing is broken. `skipped`: not checked. */
      readonly state: "ok" | "warn" | "skipped";
    }
  | {
      /** Something is wrong. */
      readonly state: "fail";
      readonly code: ExitCode;
    }
);

/** The outcome of calling the API without a key. */
export interface NetworkProbe {
  readonly outcome: CallOutcome;
  /** The duration of the call, in milliseconds. */
  readonly ms: number;
  /** This machine's clock at the end of the call. */
  readonly at: Date;
}

/** The input of the checks, which change nothing, ask nobody and print nothing. */
export interface CheckContext {
  readonly deps: Deps;
  readonly profile: ProfileName;
  /** The same profile, with the rule that chose it. */
  readonly choice: ProfileChoice;
  /** What is recorded of that profile's key; `undefined` when it is missing or unreadable. */
  readonly known: Profile | undefined;
  /** The store that the profile uses, or would use. */
  readonly store: SecretStore;
  readonly endpoint: Endpoint;
  /** The program's folder. */
  readonly folder: string;
  readonly processContext: ProcessContext;
  /** What the store holds for the profile; read once. */
  readonly inspection: () => Promise<Inspection>;
  /** The plaintext keys on this machine; searched for once. */
  readonly plaintext: () => Promise<Discovery>;
  /** The one API call without a key; `undefined` with `--offline`. */
  readonly network: (() => Promise<NetworkProbe>) | undefined;
}

/** One check of `doctor`. */
export interface Check {
  /** Part of the stable `--json` interface. */
  readonly id: string;
  readonly title: string;
  /** The time limit in milliseconds; {@link localLimitMs} when absent. */
  readonly limitMs?: number;
  run(context: CheckContext): Promise<CheckResult>;
}

/** The time limit of a local check, in milliseconds. A busy machine takes seconds to derive a key from a passphrase. */
export const localLimitMs = 12_000;

/** The result of network checks with `--offline`. */
export const offline: CheckResult = { state: "skipped", message: "Not checked (--offline)." };

/** The result of checks that need the profile, when it cannot be read. */
export const withoutProfile: CheckResult = {
  state: "skipped",
  message: "Not checked, since the profile cannot be read.",
};

/** Whether the profile exists but cannot be read. */
export function isDamaged({ deps, profile }: Pick<CheckContext, "deps" | "profile">): boolean {
  return deps.profiles.list().some((row) => row.name === profile && "damaged" in row);
}

/** A number with its noun: `1 profile`, `3 profiles`. */
export function count(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? "" : "s"}`;
}
