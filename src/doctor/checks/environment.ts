import { runCommand } from "../../hints.ts";
import { type EnvironmentKey, readEnvironmentKey } from "../../keys/environment-key.ts";
import { matchesFingerprint } from "../../keys/fingerprint.ts";
import type { Profile } from "../../profiles/profile.ts";
import { type Check, type Finding, localLimitMs } from "../check.ts";

/** Judges `MISTRAL_API_KEY` against the stored key, without reading that. */
export function judgeEnvironment(inShell: EnvironmentKey, known: Profile | undefined): Finding {
  if (inShell.state === "absent") {
    return { state: "ok", message: "MISTRAL_API_KEY is not set in this shell." };
  }
  if (inShell.state === "unusable") {
    return {
      state: "warn",
      message: "MISTRAL_API_KEY in this shell holds something that cannot be a key.",
      hint:
        known === undefined
          ? "Unset it, and take it out of your shell's start-up files."
          : `Unset it, and start apps with: ${runCommand(known.name)}`,
    };
  }
  const { key, wrapped } = inShell;
  if (known === undefined) {
    return {
      state: "warn",
      message: `MISTRAL_API_KEY is set in this shell (${key.mask}), and no key is stored.`,
      hint: "Store it, and take it out of your shell's start-up files: mistral-key import",
    };
  }
  if (wrapped) {
    return {
      state: "warn",
      message:
        "MISTRAL_API_KEY in this shell has spaces, quotes or a newline around it. Mistral will refuse it from an app that does not take them off.",
      hint: `Unset it, and start apps with: ${runCommand(known.name)}`,
    };
  }
  if (matchesFingerprint(key, known.fingerprint)) {
    return { state: "ok", message: "MISTRAL_API_KEY in this shell is the same as the stored key." };
  }
  return {
    state: "warn",
    message: `MISTRAL_API_KEY in this shell (${key.mask}) is different from the stored key (${known.key}); apps started here use the one of the shell.`,
    hint: `Unset it, or start apps with: ${runCommand(known.name)}`,
  };
}

/** Whether a variable hides the stored key. */
export const environmentCheck: Check = {
  id: "environment",
  title: "Environment",
  limitMs: localLimitMs,
  look: async ({ deps, known }) => judgeEnvironment(readEnvironmentKey(deps.env), known),
};
