import type { Keytar } from "./keytar-library.ts";

/** One call into keytar, as it can be sent to another process. */
export type KeytarCall =
  | { readonly method: "getPassword"; readonly args: readonly [service: string, account: string] }
  | {
      readonly method: "setPassword";
      readonly args: readonly [service: string, account: string, password: string];
    }
  | { readonly method: "deletePassword"; readonly args: readonly [service: string, account: string] };

/** What a call gives: a password, `null` where there is none, or whether something was erased. */
export type KeytarResult = string | boolean | null;

/** The process that called keytar died; nothing is known of what came of the call. */
export class KeytarCrashed extends Error {
  override readonly name = "KeytarCrashed";

  constructor(how: string) {
    super(`The process that talked to the keychain ended: ${how}.`);
  }
}

/** Makes a call in this process. */
export async function callKeytar(keytar: Keytar, call: KeytarCall): Promise<KeytarResult> {
  switch (call.method) {
    case "getPassword":
      return await keytar.getPassword(...call.args);
    case "setPassword":
      await keytar.setPassword(...call.args);
      return null;
    case "deletePassword":
      return await keytar.deletePassword(...call.args);
  }
}
