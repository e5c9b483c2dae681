/** What a keychain depends on. */
export interface KeychainOptions {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether a person is there who can answer the desktop's prompt to unlock the keychain. */
  readonly interactive: boolean;
  /** Aborted when the person has stopped the program. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * A keychain of an operating system: passwords by account, under the service `mistral-key`. What
 * goes wrong is thrown as `KeychainProblem`.
 */
export interface Keychain {
  /** Its own name, as far as it is known by now. */
  readonly name: string;
  /** Throws what is the matter with it. Prompts nobody. */
  examine(): Promise<void>;
  /** `undefined` when there is no password, which has been made sure. */
  read(account: string): Promise<string | undefined>;
  /** What is there, as far as that can be told without asking a person anything. */
  peek(account: string): Promise<Peeked>;
  write(account: string, password: string): Promise<void>;
  /** Answers whether there was one; then there is none any more. */
  erase(account: string): Promise<boolean>;
}

/** What an account holds, found without asking a person. */
export type Peeked =
  | { readonly state: "found"; readonly password: string }
  | { readonly state: "missing" }
  /** `locked`: it is, or where it would be is; `asks`: to read it might bring up a question. */
  | { readonly state: "unread"; readonly reason: "locked" | "asks" };
