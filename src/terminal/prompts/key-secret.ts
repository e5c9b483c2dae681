import { ApiKey } from "../../keys/api-key.ts";
import { readPastedKey } from "../../keys/pasted-key.ts";
import type { SecretKind } from "./secret-kind.ts";

/** How an API key is captured: whatever is pasted around it is taken off, and only its length is told. */
export const keySecret: SecretKind<ApiKey> = {
  placeholder: "paste it here; it stays hidden",
  awaited: "Nothing was entered. Paste the key that the Mistral console shows, then press Enter.",
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
    return pasted.outcome === "key" ? { outcome: "value", value: ApiKey.of(pasted.value) } : pasted;
  },
};

/** Said in the place of a key by somebody who wants to go back a step; no key is that short. */
export const back = Symbol("back");

/** How an API key is captured by somebody who may rather go back a step. */
export const keyOrBackSecret: SecretKind<ApiKey | typeof back> = {
  placeholder: "paste it here; it stays hidden (b and Enter: back)",
  awaited: "Nothing was entered. Paste the key that the Mistral console shows, or enter b to go back.",
  note: (text) => (isBack(text) ? { text: "back", good: true, command: true } : keySecret.note(text)),
  read: (text) => (isBack(text) ? { outcome: "value", value: back } : keySecret.read(text)),
};

function isBack(text: string): boolean {
  return text.trim() === "b";
}
