import type { Deps } from "../deps.ts";
import type { ExitCode } from "../exit-codes.ts";
import type { ProcessContext } from "../files/process-context.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import type { Endpoint } from "../mistral/endpoint.ts";
import type { Discovery } from "../plaintext/find-keys.ts";
import type { ProfileChoice } from "../profiles/choose-profile.ts";
import type { Profile } from "../profiles/profile.ts";
import type { Inspection, SecretStore } from "../stores/secret-store.ts";
import type { NetworkProbe } from "./network-probe.ts";

/** What a check found: one sentence and, where there is something to do, what, one action a line. Neither holds a key. */
export type CheckResult = { readonly message: string; readonly hint?: string | undefined } & (
  | {
      /** `ok`: nothing to do. `warn`: worth knowing, and nothing is broken. `skipped`: not looked at. */
      readonly state: "ok" | "warn" | "skipped";
    }
  | {
      /** Something is wrong. */
      readonly state: "fail";
      readonly code: ExitCode;
    }
);

/** What the checks look at. They change nothing, ask nobody, and print nothing. */
export interface CheckContext {
  readonly deps: Pick<
    Deps,
    "env" | "now" | "profiles" | "journal" | "store" | "signal" | "mistral" | "openTarget"
  >;
  readonly profile: ProfileName;
  /** The same profile, with the rule that chose it. */
  readonly choice: ProfileChoice;
  /** What is known of that profile's key; `undefined` when there is none or it cannot be read. */
  readonly known: Profile | undefined;
  /** The store that the profile uses, or would use. */
  readonly store: SecretStore;
  readonly endpoint: Endpoint;
  /** The folder of the program. */
  readonly folder: string;
  readonly processContext: ProcessContext;
  /** What the store holds for the profile, looked at once. */
  readonly inspection: () => Promise<Inspection>;
  /** The keys that lie in plaintext on this machine, looked for once. */
  readonly plaintext: () => Promise<Discovery>;
  /** The one call of the API without a key; `undefined` with `--offline`. */
  readonly network: (() => Promise<NetworkProbe>) | undefined;
}

/** One check: looks at something and judges it. */
export interface Check {
  /** Part of the stable `--json` surface. */
  readonly id: string;
  /** Its name for people. */
  readonly title: string;
  /** After so many milliseconds it counts as not answered; {@link localLimitMs} where absent. */
  readonly limitMs?: number;
  run(context: CheckContext): Promise<CheckResult>;
}

/** How long a check of this machine may take, in milliseconds. */
export const localLimitMs = 4000;

/** What checks that need the network find with `--offline`. */
export const offline: CheckResult = { state: "skipped", message: "Not checked (--offline)." };

/** A sentence with its number of things: `1 profile`, `3 profiles`. */
export function count(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? "" : "s"}`;
}
