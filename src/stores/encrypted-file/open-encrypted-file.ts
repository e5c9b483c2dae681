import { join } from "node:path";
import { MistralKeyError } from "../../errors.ts";
import type { Output } from "../../terminal/output/output.ts";
import type { Prompts } from "../../terminal/prompts/prompts.ts";
import { EncryptedFileStore } from "./encrypted-file.ts";
import { PassphraseSource } from "./passphrase.ts";

/** What the encrypted file needs to know and may touch. */
export interface EncryptedFileOutside {
  /** The folder of the program. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** Whether and how a person is asked for the passphrase; absent where nobody may be asked. */
  readonly person?: {
    readonly interactive: boolean;
    prompts(): Promise<Prompts>;
    readonly output: Output;
  };
}

/** Opens the encrypted file store of a program folder. Touches nothing until it is used. */
export function openEncryptedFile({ folder, env, signal, person }: EncryptedFileOutside): EncryptedFileStore {
  const notice = (text: string) => person?.output.print(`${person.output.theme.symbol.warn} ${text}`);
  const passphrases = new PassphraseSource({
    env,
    interactive: person?.interactive ?? false,
    signal,
    ask: async (question) => {
      if (person === undefined) throw new MistralKeyError("store-locked", "Nobody can be asked here.");
      return (await person.prompts()).passphrase(question);
    },
    notice,
  });
  return new EncryptedFileStore({
    folder: join(folder, "keys"),
    quietly: async (work) =>
      passphrases.origin === "person" && person !== undefined
        ? (await person.prompts()).quietly(work)
        : work(),
    notice,
    work: {
      signal,
      begin: () => {
        const progress = person?.output.progress("Working out the key of the encrypted file");
        return () => progress?.clear();
      },
    },
    passphrases,
  });
}
