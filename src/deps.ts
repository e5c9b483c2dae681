import type { Copied } from "./clipboard/copy-key.ts";
import type { ExitCode } from "./exit-codes.ts";
import type { ProcessContext } from "./files/process-context.ts";
import type { AdminApi } from "./issuers/admin-api.ts";
import type { ApiKey } from "./keys/api-key.ts";
import type { ProfileName } from "./keys/profile-name.ts";
import type { Endpoint } from "./mistral/endpoint.ts";
import type { MistralApi } from "./mistral/mistral-api.ts";
import type { Drafts } from "./onboarding/drafts.ts";
import type { ProfileChoice } from "./profiles/choose-profile.ts";
import type { Profile } from "./profiles/profile.ts";
import type { ProfileRegistry } from "./profiles/profile-folder.ts";
import type { RotationJournal } from "./rotation/journal-folder.ts";
import type { RunningProcess } from "./running/find-processes.ts";
import type { CommandStart } from "./running/run-command.ts";
import type { SecretStore, StoreKind } from "./stores/secret-store.ts";
import type { StoreContext } from "./stores/store-context.ts";
import type { Target } from "./targets/target.ts";
import type { Absence } from "./terminal/absence.ts";
import type { Output } from "./terminal/output/output.ts";
import type { Prompts } from "./terminal/prompts/prompts.ts";

/**
 * Everything outside that a command or flow may touch. `create-deps.ts` builds the real one, tests build
 * their own. What is slow to load is a function, so that a command pays only for what it uses.
 */
export interface Deps {
  readonly output: Output;
  /** Whether a user can answer: stdin and stderr are terminals, `CI` and `--no-input` are not set. */
  readonly interactive: boolean;
  /** Why nobody can answer; `undefined` when a user can. */
  readonly absence: Absence | undefined;
  /** Whether pages may and can be opened in a browser. */
  readonly opensPages: boolean;
  readonly stdinIsTerminal: boolean;
  /** Whether stdout is a terminal: others may see it, and it stays in the scrollback. */
  readonly stdoutIsTerminal: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by a signal that ends the program, such as Ctrl-C outside a prompt. */
  readonly signal: AbortSignal;
  now(): Date;
  sleep(ms: number): Promise<void>;
  /** @throws MistralKeyError of kind `usage` when stdin is a terminal */
  readStdin(): Promise<string>;
  /** @param withdrawn - aborts an open question with `Cancelled` */
  prompts(withdrawn?: AbortSignal): Promise<Prompts>;
  /** @param person - who is asked to unlock it, if not the user at the terminal */
  store(kind: StoreKind, person?: StoreContext["person"]): Promise<SecretStore>;
  mistral(endpoint: Endpoint): Promise<MistralApi>;
  issuer(endpoint: Endpoint, adminKey: ApiKey): Promise<AdminApi>;
  readonly profiles: ProfileRegistry;
  /** @param asked - the value of `--profile` */
  chooseProfile(asked: string | undefined): ProfileChoice;
  /** Reminds the user, at most once a day, that a key expires soon or should have expired. */
  remindOfEnd(key: ApiKey, profile: Profile): void;
  readonly journal: RotationJournal;
  drafts(): Promise<Drafts>;
  /** @throws MistralKeyError of kind `usage` for a kind that this version does not know */
  openTarget(target: string, profile: ProfileName): Promise<Target>;
  processContext(): ProcessContext;
  /** The names of this process's ancestors, nearest first; empty where the system does not list them. */
  ancestors(): Promise<readonly string[]>;
  /**
   * This user's other processes that started with such a value in a variable; none where the system does
   * not list them.
   */
  findProcessesWith(isWanted: (value: string) => boolean): Promise<readonly RunningProcess[]>;
  machineName(): string;
  /** Runs a command in place of this program; see `runCommand`. */
  runCommand(command: readonly string[], start: CommandStart): Promise<ExitCode>;
  /** @throws MistralKeyError of kind `usage` when no clipboard of the user can be reached */
  copyKey(key: ApiKey): Promise<Copied>;
  /** Offers to take the key on a page, where the terminal cannot paste; `undefined` if declined. */
  keyOnPage(message: string): Promise<ApiKey | undefined>;
  /** Returns whether a browser could be started. */
  openPage(url: string): Promise<boolean>;
}
