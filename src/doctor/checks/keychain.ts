import { insteadOfKeychain, unusableStore } from "../../stores/choose-store.ts";
import type { StoreAvailability } from "../../stores/secret-store.ts";
import { type Check, type Finding, localLimitMs } from "../check.ts";

/** What the judgement of the keychain depends on. */
export interface KeychainFacts {
  /** The keychain's own name. */
  readonly name: string;
  readonly availability: StoreAvailability;
  /** Whether a key of this person is in it, or would be put there. */
  readonly needed: boolean;
}

/** Judges the state of the keychain. */
export function judgeKeychain({ name, availability, needed }: KeychainFacts): Finding {
  if (availability.state === "available") return { state: "ok", message: `${name} can be used.` };
  if (!needed) {
    return {
      state: "ok",
      message: `Not needed, your keys are in an encrypted file. (${availability.reason})`,
    };
  }
  const { kind, message, hint } = unusableStore("keychain", availability, insteadOfKeychain(undefined));
  return { state: "fail", kind, message: `${message} (${availability.state})`, hint };
}

/** Whether the keychain can be used now. */
export const keychainCheck: Check = {
  id: "keychain",
  title: "Keychain",
  limitMs: localLimitMs,
  look: async ({ deps, storeKind }) => {
    const store = await deps.store("keychain");
    const availability = await store.availability();
    const used = deps.profiles.list().some((row) => "profile" in row && row.profile.store === "keychain");
    return judgeKeychain({ name: store.describe(), availability, needed: used || storeKind === "keychain" });
  },
};
