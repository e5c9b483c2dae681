import type { ApiKey } from "../../keys/api-key.ts";
import { back, keyOrBackSecret, keySecret } from "./key-secret.ts";
import { passphraseSecret } from "./passphrase-secret.ts";
import type { KeyQuestion } from "./prompts.ts";
import type { SecretKind } from "./secret-kind.ts";

/** What asking for a key or a passphrase is made of. */
export interface SecretAsker {
  askSecret<Value>(message: string, kind: SecretKind<Value>): Promise<Value>;
  confirm(question: { readonly message: string; readonly initial: boolean }): Promise<boolean>;
  /** Prints a line of warning. */
  warn(text: string): void;
}

/** Asks for a key, and once more whether to use one of another shape: that shape may be tomorrow's. */
export async function askKey(asker: SecretAsker, { message, onBack }: KeyQuestion): Promise<ApiKey> {
  for (;;) {
    const key = await asker.askSecret(message, onBack === undefined ? keySecret : keyOrBackSecret);
    if (key === back) {
      await onBack?.();
      continue;
    }
    if (key.hasUsualShape) return key;
    asker.warn("It does not look like the usual 32 letters and digits.");
    if (await asker.confirm({ message: "Use it all the same?", initial: false })) return key;
  }
}

/** Asks for a passphrase; for a new one until it was entered twice alike, since nobody sees a slip. */
export async function askPassphrase(asker: SecretAsker, message: string, twice: boolean): Promise<string> {
  for (;;) {
    const passphrase = await asker.askSecret(message, passphraseSecret);
    if (!twice) return passphrase;
    const again = await asker.askSecret("The same once more", passphraseSecret);
    if (again === passphrase) return passphrase;
    asker.warn("The two were not the same. Enter both again.");
  }
}
