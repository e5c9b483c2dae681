import { ApiKey } from "../../../keys/api-key.ts";
import { readPastedKey } from "../../../keys/pasted-key.ts";

/** How a hidden text is validated and described. No sentence may contain any part of it. */
export interface SecretKind<Value> {
  /** Shown for an empty input. */
  readonly placeholder: string;
  /** Describes the text so far. */
  note(text: string): SecretNote;
  /** Reads a complete text. */
  read(text: string): SecretReading<Value>;
}

/** A note on a hidden text. */
export interface SecretNote {
  readonly text: string;
  readonly good: boolean;
  /** Whether the text is a command, not a secret. */
  readonly command?: boolean;
}

/** The result of reading a complete text: a value, or why it was refused. */
export type SecretReading<Value> =
  | { readonly outcome: "value"; readonly value: Value }
  | { readonly outcome: "refused"; readonly reason: string };

/** Shown if Ctrl-V reached the program instead of pasting. */
export const howToPaste =
  "Ctrl+V did not paste here. Use your terminal's own way: Ctrl+Shift+V or Shift+Insert, Cmd+V on a Mac, a right click on Windows.";

/** Captures an API key: strips what was pasted around it and reveals only its length. */
export const keySecret: SecretKind<ApiKey> = {
  placeholder: "paste it here; it stays hidden",
  note: (text) => {
    const pasted = readPastedKey(text);
    if (pasted.outcome === "unusable") return { text: pasted.reason, good: false };
    if (pasted.outcome === "empty") return { text: "no key yet", good: true };
    const key = ApiKey.of(pasted.value);
    const count = key.length === 1 ? "1 character" : `${key.length} characters`;
    return key.hasUsualShape
      ? { text: `${count}, looks right`, good: true }
      : { text: `${count}, usually 32 letters and digits`, good: false };
  },
  read: (text) => {
    const pasted = readPastedKey(text);
    if (pasted.outcome === "key") return { outcome: "value", value: ApiKey.of(pasted.value) };
    const nothing = "Nothing was entered. Paste the key that the Mistral console shows, then press Enter.";
    return { outcome: "refused", reason: pasted.outcome === "empty" ? nothing : pasted.reason };
  },
};

/** Captures an API key, or `b` to go back a step; no key is that short. */
export const keyOrBackSecret: SecretKind<ApiKey | "back"> = {
  placeholder: "paste it here; it stays hidden (b and Enter: back)",
  note: (text) => (isBack(text) ? { text: "back", good: true, command: true } : keySecret.note(text)),
  read: (text) => (isBack(text) ? { outcome: "value", value: "back" } : keySecret.read(text)),
};

/** Captures a key, where Enter selects a made-up one for a demonstration. */
export function offering<Value>(kind: SecretKind<Value>, offered: ApiKey): SecretKind<Value | ApiKey> {
  const isNothing = (text: string) => text.trim() === "";
  return {
    ...kind,
    placeholder: "paste it here; it stays hidden (Enter: the made-up one)",
    note: (text) =>
      isNothing(text) ? { text: "the made-up key", good: true, command: true } : kind.note(text),
    read: (text) => (isNothing(text) ? { outcome: "value", value: offered } : kind.read(text)),
  };
}

function isBack(text: string): boolean {
  return text.trim() === "b";
}

/** Whether a pasted text is a key of the usual shape, ignoring quotes and the like around it. */
export function looksLikeKey(text: string): boolean {
  const reading = keySecret.read(text);
  return reading.outcome === "value" && reading.value.hasUsualShape;
}

/** Captures a passphrase exactly as entered, without the trailing newline. */
export function passphraseSecret(atLeast = 1): SecretKind<string> {
  return {
    placeholder: "it stays hidden",
    note: () => ({ text: "entered", good: true }),
    read: (text) => {
      const value = text.replace(/\n+$/, "");
      if (value === "") {
        return {
          outcome: "refused",
          reason: "Nothing was entered. A passphrase has at least one character.",
        };
      }
      if (value.includes("\n")) {
        return { outcome: "refused", reason: "That was more than one line; a passphrase is one line." };
      }
      if (value.length < atLeast) {
        const reason = `That has fewer than ${atLeast} characters; four or five words are good.`;
        return { outcome: "refused", reason };
      }
      return { outcome: "value", value };
    },
  };
}
