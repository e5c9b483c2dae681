/** What a keychain depends on. */
export interface KeychainOptions {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly interactive: boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * An operating system's keychain: passwords by account, under the service `mistral-key`. Failures are
 * thrown as `KeychainProblem`.
 */
export interface Keychain {
  /** Its display name, as far as known yet. */
  readonly name: string;
  /** Throws if it cannot be used. Never prompts. */
  examine(): Promise<void>;
  /** `undefined` only if there is certainly no password. */
  read(account: string): Promise<string | undefined>;
  peek(account: string): Promise<Peeked>;
  write(account: string, password: string): Promise<void>;
  /** Returns whether there was one; afterwards there is none. */
  erase(account: string): Promise<boolean>;
}

/** What an account holds, found without prompting. */
export type Peeked =
  | { readonly state: "found"; readonly password: string }
  | { readonly state: "missing" }
  | { readonly state: "unread"; readonly because: string };
