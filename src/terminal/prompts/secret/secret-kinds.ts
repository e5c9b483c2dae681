import { ApiKey } from "../../../keys/api-key.ts";
import { keyInText } from "../../../keys/mask.ts";
import { readPastedKey } from "../../../keys/pasted-key.ts";
import type { TextKind } from "../text-capture.ts";

/** How a hidden text is validated and described. No sentence may contain any part of it. */
export interface SecretKind<Value> extends TextKind<Value> {
  readonly placeholder: string;
}

/** Captures an API key: strips what was pasted around it and reveals only its length. */
export const keySecret: SecretKind<ApiKey> = {
  placeholder: "paste it here; it stays hidden",
  read: (text) => {
    const pasted = readPastedKey(text);
    if (pasted.outcome === "unusable") return { outcome: "refused", reason: pasted.reason };
    if (pasted.outcome === "empty") {
      const reason =
        "No key was entered yet. Paste the one that the Mistral console shows, then press Enter.";
      return { outcome: "refused", reason };
    }
    const value = ApiKey.of(pasted.value);
    const count = value.length === 1 ? "1 character" : `${value.length} characters`;
    const unusual = !value.hasUsualShape;
    const note = unusual ? `${count}, usually 32 letters and digits` : `${count}, looks right`;
    return { outcome: "value", value, note, unusual };
  },
};

/** Captures an API key, or `b` to go back a step; no key is that short. */
export const keyOrBackSecret: SecretKind<ApiKey | "back"> = {
  placeholder: "paste it here; it stays hidden (b and Enter: back)",
  read: (text) =>
    text.trim() === "b"
      ? { outcome: "value", value: "back", note: "back", command: true }
      : keySecret.read(text),
};

/** Captures a key, where Enter selects a made-up one for a demonstration. */
export function offering<Value>(kind: SecretKind<Value>, offered: ApiKey): SecretKind<Value | ApiKey> {
  return {
    placeholder: "paste it here; it stays hidden (Enter: the made-up one)",
    read: (text) =>
      text.trim() === ""
        ? { outcome: "value", value: offered, note: "the made-up key", command: true }
        : kind.read(text),
  };
}

/** Whether a pasted text is a key of the usual shape, ignoring quotes and the like around it, or holds one. */
export function looksLikeKey(text: string): boolean {
  const reading = keySecret.read(text);
  return (reading.outcome === "value" && reading.value.hasUsualShape) || keyInText.test(text);
}

/** Captures a passphrase exactly as entered, without the trailing newline. */
export function passphraseSecret(atLeast = 1): SecretKind<string> {
  return {
    placeholder: "it stays hidden",
    read: (text) => {
      const value = text.replace(/\n+$/, "");
      const reason = whyRefused(value, atLeast);
      return reason === undefined
        ? { outcome: "value", value, note: "entered" }
        : { outcome: "refused", reason };
    },
  };
}

function whyRefused(passphrase: string, atLeast: number): string | undefined {
  if (passphrase === "") return "Nothing was entered. A passphrase has at least one character.";
  if (passphrase.includes("\n")) return "That was more than one line; a passphrase is one line.";
  if (passphrase.length >= atLeast) return undefined;
  return `That has fewer than ${atLeast} characters; four or five words are good.`;
}
