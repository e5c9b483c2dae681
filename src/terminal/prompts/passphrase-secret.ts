import type { SecretKind } from "./secret-kind.ts";

/** How a passphrase is captured: exactly as entered, without the newline that ended it. */
export const passphraseSecret: SecretKind<string> = {
  placeholder: "it stays hidden",
  awaited: "Nothing was entered. A passphrase has at least one character.",
  note: () => ({ text: "entered", good: true }),
  read: (text) => {
    const value = text.replace(/\n+$/, "");
    if (value === "") return { outcome: "empty" };
    if (value.includes("\n")) {
      return { outcome: "unusable", reason: "That was more than one line; a passphrase is one line." };
    }
    return { outcome: "value", value };
  },
};
