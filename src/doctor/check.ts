import type { Deps } from "../deps.ts";
import type { FailureKind } from "../errors.ts";
import type { Surroundings } from "../files/surroundings.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import type { Endpoint } from "../mistral/endpoint.ts";
import type { Profile } from "../profiles/profile.ts";
import type { StoreKind } from "../stores/secret-store.ts";
import type { NetworkProbe } from "./network-probe.ts";

/** The names of the checks. Part of the stable `--json` surface. */
export type CheckId =
  | "node"
  | "keychain"
  | "key"
  | "permissions"
  | "profiles"
  | "rotations"
  | "environment"
  | "dotenv"
  | "browser"
  | "clipboard"
  | "proxy"
  | "certificates"
  | "dns"
  | "tls"
  | "api"
  | "clock";

/** What a check found: one sentence and, where there is something to do, what. Neither holds a key. */
export type Finding =
  | {
      /** `ok`: nothing to do. `warn`: worth knowing, and nothing is broken. `skipped`: not looked at. */
      readonly state: "ok" | "warn" | "skipped";
      readonly message: string;
      readonly hint?: string | undefined;
    }
  | {
      /** Something is wrong. */
      readonly state: "fail";
      /** Decides the exit code. */
      readonly kind: FailureKind;
      readonly message: string;
      readonly hint?: string | undefined;
    };

/** What the checks look at. They change nothing, ask nobody, and print nothing. */
export interface Patient {
  readonly deps: Pick<Deps, "env" | "now" | "profiles" | "journal" | "store" | "signal">;
  readonly profile: ProfileName;
  /** What is known of that profile's key; `undefined` when there is none or it cannot be read. */
  readonly known: Profile | undefined;
  /** The store that the profile uses, or would use. */
  readonly storeKind: StoreKind;
  readonly endpoint: Endpoint;
  /** The folder of the program. */
  readonly folder: string;
  readonly surroundings: Surroundings;
  /** `process.version`. */
  readonly nodeVersion: string;
  /** The one call of the API, shared by the checks; `undefined` with `--offline`. */
  readonly network: (() => Promise<NetworkProbe>) | undefined;
}

/** One check: looks at something and judges it. */
export interface Check {
  readonly id: CheckId;
  /** Its name for people. */
  readonly title: string;
  /** After so many milliseconds it counts as not answered. */
  readonly limitMs: number;
  look(patient: Patient): Promise<Finding>;
}

/** How long a check of this machine may take, in milliseconds. */
export const localLimitMs = 4000;

/** A sentence with its number of things: `1 profile`, `3 profiles`. */
export function count(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? "" : "s"}`;
}
