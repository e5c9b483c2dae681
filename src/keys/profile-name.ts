import { MistralKeyError } from "../errors.ts";

declare const brand: unique symbol;

/** A name that is safe as a file name and as a keychain account on every platform. */
export type ProfileName = string & { readonly [brand]: "ProfileName" };

/** Whether Windows keeps a file name for a device, with any extension. */
export function isReservedOnWindows(name: string): boolean {
  return /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)/i.test(name);
}

/**
 * Validates a profile name: 1 to 64 letters, digits, `.`, `_` or `-`, no dot at either end, not
 * reserved by Windows, and not shaped like a misplaced key.
 *
 * @param source - what named it, if not the command
 * @throws MistralKeyError of kind `usage` for anything else
 */
export function parseProfileName(text: string, source?: string): ProfileName {
  const from = source === undefined ? "" : ` in ${source}`;
  if (/^[A-Za-z0-9]{32}$/.test(text)) {
    throw new MistralKeyError("usage", `This profile name${from} looks like an API key.`, {
      hint: "Names are shown in many places, and keys should not be. If it was a real key, make a new one and delete this one.",
    });
  }
  const fits = /^[A-Za-z0-9._-]{1,64}$/.test(text) && !/^\.|\.$/.test(text);
  if (!fits || isReservedOnWindows(text)) {
    throw new MistralKeyError("usage", `That profile name${from} cannot be used.`, {
      hint: "Use 1 to 64 letters, digits, '.', '_' or '-', with no '.' at either end; for example: work",
    });
  }
  return text as ProfileName;
}

/** The profile used when none is named. */
export const defaultProfile = "default" as ProfileName;
