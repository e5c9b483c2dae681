import type { Copied } from "./clipboard/copied.ts";
import type { ProcessContext } from "./files/process-context.ts";
import type { KeyIssuer } from "./issuers/key-issuer.ts";
import type { ApiKey } from "./keys/api-key.ts";
import type { ProfileName } from "./keys/profile-name.ts";
import type { Endpoint } from "./mistral/endpoint.ts";
import type { MistralApi } from "./mistral/mistral-api.ts";
import type { Drafts } from "./onboarding/drafts.ts";
import type { ProfileChoice } from "./profiles/choose-profile.ts";
import type { Profile } from "./profiles/profile.ts";
import type { ProfileRegistry } from "./profiles/profile-registry.ts";
import type { TargetReference } from "./profiles/target-reference.ts";
import type { RotationJournal } from "./rotation/journal.ts";
import type { CommandRunner } from "./running/command-runner.ts";
import type { RunningProcess } from "./running/find-processes.ts";
import type { SecretStore, StoreKind } from "./stores/secret-store.ts";
import type { StoreContext } from "./stores/store-context.ts";
import type { Target } from "./targets/target.ts";
import type { Absence } from "./terminal/absence.ts";
import type { Output } from "./terminal/output/output.ts";
import type { Prompts } from "./terminal/prompts/prompts.ts";

/**
 * Everything a command or flow may touch of the outside. `create-deps.ts` builds the real one; tests
 * build their own. What is costly to load is a function, so that a command pays only for what it uses.
 */
export interface Deps {
  readonly output: Output;
  /** Whether a person can answer: stdin and stderr are terminals, `CI` and `--no-input` are not set. */
  readonly interactive: boolean;
  /** Why nobody can answer; `undefined` where a person can. */
  readonly absence: Absence | undefined;
  /** Whether pages can be opened in a browser that the person sees. */
  readonly opensPages: boolean;
  /** Whether standard input is a keyboard, and no pipe or file. */
  readonly stdinIsTerminal: boolean;
  /** Whether what is answered on stdout can be read over a shoulder and stays in the scrollback. */
  readonly stdoutIsTerminal: boolean;
  /** The environment of the process. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted when the person presses Ctrl-C outside a prompt. */
  readonly signal: AbortSignal;
  now(): Date;
  sleep(ms: number): Promise<void>;
  /**
   * All of standard input, as text.
   *
   * @throws MistralKeyError of kind `usage` when stdin is a terminal
   */
  readStdin(): Promise<string>;
  /** @param withdrawn - ends a question that is being asked, with `Cancelled` */
  prompts(withdrawn?: AbortSignal): Promise<Prompts>;
  /** @param person - who is asked to unlock it, where that is not whoever is at the terminal */
  store(kind: StoreKind, person?: StoreContext["person"]): Promise<SecretStore>;
  mistral(endpoint: Endpoint): Promise<MistralApi>;
  /** The Admin API of an organization. */
  issuer(endpoint: Endpoint, adminKey: ApiKey): Promise<KeyIssuer>;
  readonly profiles: ProfileRegistry;
  /**
   * The profile to use, and the rule that chose it.
   *
   * @param asked - the value of `--profile`
   * @throws MistralKeyError as `chooseProfile` of `src/profiles` does
   */
  chooseProfile(asked: string | undefined): ProfileChoice;
  /** Says that a key ends soon, or should have ended, where a person reads it and has not been told today. */
  remindOfEnd(key: ApiKey, profile: Profile): void;
  readonly journal: RotationJournal;
  drafts(): Promise<Drafts>;
  /**
   * Opens a place that a key of this profile is delivered to. Nothing is looked at or started yet.
   *
   * @throws MistralKeyError of kind `usage` for a kind that this version does not know
   */
  openTarget(reference: TargetReference, profile: ProfileName): Promise<Target>;
  /** Where the program runs: the folder, the home folder, the system. */
  processContext(): ProcessContext;
  /** The names of the processes that started this one, the nearest first; empty where the system does not tell. */
  ancestors(): Promise<readonly string[]>;
  /** The processes of this person, but for this one, that were started with such a value in a variable; none where the system does not tell. */
  findProcessesWith(isWanted: (value: string) => boolean): Promise<readonly RunningProcess[]>;
  /** The name of this machine, for the name of a new key. */
  machineName(): string;
  /** Runs other programs in the place of this one. */
  runner(): Promise<CommandRunner>;
  /**
   * Puts a key on the clipboard of whoever sits at the terminal.
   *
   * @throws MistralKeyError of kind `usage` when there is no clipboard that this program can reach
   */
  copyKey(key: ApiKey): Promise<Copied>;
  /**
   * Offers a person whose terminal does not paste to take the key on a page in the browser.
   *
   * @returns `undefined` when they do not want that
   */
  keyOnPage(message: string): Promise<ApiKey | undefined>;
  /** Opens a page in the browser. Answers whether a browser could be started. */
  openPage(url: string): Promise<boolean>;
}
