import { runCommand } from "../../hints.ts";
import { ApiKey } from "../../keys/api-key.ts";
import { matchesFingerprint } from "../../keys/fingerprint.ts";
import type { Profile } from "../../profiles/profile.ts";
import { type Check, type Finding, localLimitMs } from "../check.ts";

/** Judges `MISTRAL_API_KEY` against the stored key, without reading that. */
export function judgeEnvironment(value: string | undefined, known: Profile | undefined): Finding {
  if (value === undefined || value === "") {
    return { state: "ok", message: "MISTRAL_API_KEY is not set in this shell." };
  }
  const inShell = ApiKey.of(value);
  if (known === undefined) {
    return {
      state: "warn",
      message: `MISTRAL_API_KEY is set in this shell (${inShell.mask}), and no key is stored.`,
      hint: "Store it, and take it out of your shell's start-up files: mistral-key import",
    };
  }
  if (value.trim() !== value || /^["'].*["']$/.test(value)) {
    return {
      state: "warn",
      message:
        "MISTRAL_API_KEY in this shell has spaces, quotes or a newline around it, so Mistral will refuse it.",
      hint: `Unset it, and start apps with: ${runCommand(known.name)}`,
    };
  }
  if (matchesFingerprint(inShell, known.fingerprint)) {
    return { state: "ok", message: "MISTRAL_API_KEY in this shell is the same as the stored key." };
  }
  return {
    state: "warn",
    message: `MISTRAL_API_KEY in this shell (${inShell.mask}) is different from the stored key (${known.key}); apps started here use the one of the shell.`,
    hint: `Unset it, or start apps with: ${runCommand(known.name)}`,
  };
}

/** Whether a variable hides the stored key. */
export const environmentCheck: Check = {
  id: "environment",
  title: "Environment",
  limitMs: localLimitMs,
  look: async ({ deps, known }) => judgeEnvironment(deps.env.MISTRAL_API_KEY, known),
};
