import { ApiKey } from "../../../keys/api-key.ts";
import { readPastedKey } from "../../../keys/pasted-key.ts";

/** How a hidden text is judged and talked about. None of the sentences may hold any of it. */
export interface SecretKind<Value> {
  /** Said while nothing is entered. */
  readonly placeholder: string;
  /** Said of what is entered so far. */
  note(text: string): SecretNote;
  /** What a complete text is. */
  read(text: string): SecretReading<Value>;
}

/** What is said of a hidden text. */
export interface SecretNote {
  readonly text: string;
  readonly good: boolean;
  /** Whether it is no secret at all, but something to do. */
  readonly command?: boolean;
}

/** What a complete text came to: a value, or a reason why it cannot be one. */
export type SecretReading<Value> =
  | { readonly outcome: "value"; readonly value: Value }
  | { readonly outcome: "refused"; readonly reason: string };

/** Said when Ctrl-V reached the program instead of pasting. */
export const howToPaste =
  "Ctrl+V did not paste here. Use your terminal's own way: Ctrl+Shift+V or Shift+Insert, Cmd+V on a Mac, a right click on Windows.";

/** How an API key is captured: whatever is pasted around it is taken off, and only its length is told. */
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

/** How an API key is captured by somebody who may rather go back a step; no key is as short as that. */
export const keyOrBackSecret: SecretKind<ApiKey | "back"> = {
  placeholder: "paste it here; it stays hidden (b and Enter: back)",
  note: (text) => (isBack(text) ? { text: "back", good: true, command: true } : keySecret.note(text)),
  read: (text) => (isBack(text) ? { outcome: "value", value: "back" } : keySecret.read(text)),
};

/** How a key is captured where Enter takes one that was made up for a demonstration. */
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

/** Whether a text that was pasted elsewhere is a key of the usual shape, with or without what stands around one. */
export function looksLikeKey(text: string): boolean {
  const reading = keySecret.read(text);
  return reading.outcome === "value" && reading.value.hasUsualShape;
}

/** How a passphrase is captured: exactly as entered, without the newline that ended it. */
export const passphraseSecret: SecretKind<string> = {
  placeholder: "it stays hidden",
  note: () => ({ text: "entered", good: true }),
  read: (text) => {
    const value = text.replace(/\n+$/, "");
    if (value === "") {
      return { outcome: "refused", reason: "Nothing was entered. A passphrase has at least one character." };
    }
    if (value.includes("\n")) {
      return { outcome: "refused", reason: "That was more than one line; a passphrase is one line." };
    }
    return { outcome: "value", value };
  },
};
