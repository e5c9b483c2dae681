import { join } from "node:path";
import type { StoreContext } from "../store-context.ts";
import { EncryptedFileStore } from "./encrypted-file.ts";
import { PassphraseSource } from "./passphrase.ts";

/** Opens the encrypted file store in a program folder. Does no I/O until it is used. */
export function openEncryptedFile({
  folder,
  env,
  signal,
  person,
}: Omit<StoreContext, "platform">): EncryptedFileStore {
  const passphrases = new PassphraseSource({
    env,
    ask: person?.interactive ? async (question) => (await person.prompts()).passphrase(question) : undefined,
  });
  return new EncryptedFileStore({
    folder: join(folder, "keys"),
    quietly: async (work) =>
      passphrases.origin === "person" && person !== undefined
        ? (await person.prompts()).quietly(work)
        : work(),
    work: {
      signal,
      begin: () => {
        const progress = person?.output.progress("Working out the encryption key from the passphrase");
        return () => progress?.clear();
      },
    },
    passphrases,
  });
}
