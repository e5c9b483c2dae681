import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import type { Copied } from "../../src/clipboard/copy-key.ts";
import type { Deps } from "../../src/deps.ts";
import { Cancelled } from "../../src/errors.ts";
import type { ProcessContext } from "../../src/files/process-context.ts";
import { ApiKey } from "../../src/keys/api-key.ts";
import { openDrafts } from "../../src/onboarding/drafts.ts";
import { chooseProfile } from "../../src/profiles/choose-profile.ts";
import type { ProfileRegistry } from "../../src/profiles/profile-folder.ts";
import { ProfileFolder } from "../../src/profiles/profile-folder.ts";
import { remindOfEnd } from "../../src/profiles/remind-of-end.ts";
import type { RotationJournal } from "../../src/rotation/journal-folder.ts";
import { JournalFolder } from "../../src/rotation/journal-folder.ts";
import { MemoryStore } from "../../src/stores/memory.ts";
import type { SecretStore } from "../../src/stores/secret-store.ts";
import { openTarget } from "../../src/targets/open-target.ts";
import type { Absence } from "../../src/terminal/absence.ts";
import { readStdin } from "../../src/terminal/stdin.ts";
import { platform } from "./platform.ts";
import { recordOutput } from "./recorded-output.ts";
import { type ScriptedAnswer, ScriptedPrompts } from "./scripted-prompts.ts";

/** How the test differs from an empty machine with nobody at the keyboard. */
export interface TestDepsOptions {
  /** The user's answers; without them nobody is there, and a question fails the test. */
  readonly answers?: readonly ScriptedAnswer[];
  /** Why nobody is there; by default, there is no terminal. */
  readonly absence?: Absence;
  /** Piped input; without it, standard input is a terminal. */
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** The address of a loopback API, for every request. */
  readonly serverUrl?: string;
  readonly stdoutIsTerminal?: boolean;
  /** Whether pages can be opened in a browser; yes by default. */
  readonly opensPages?: boolean;
  /** Whether that browser starts; yes by default. */
  readonly browser?: boolean;
  /** The key pasted on the page, where the terminal cannot paste; none by default. */
  readonly keyOnPage?: string | undefined;
  /** The outcome of copying a key. */
  readonly copied?: Copied;
  readonly columns?: number;
  /** Whether the user is reminded on stderr of keys that end. */
  readonly reminds?: boolean;
  /** The clock at the start; `sleep` moves it and does not wait. */
  readonly now?: Date;
  readonly home?: string;
  readonly processContext?: Partial<ProcessContext>;
  /** Other processes, each with the value of a variable in its environment. */
  readonly processes?: readonly { readonly id: number; readonly name: string; readonly value: string }[];
  /** How long a call of the Admin API may take; long by default, since busy machines are slow. */
  readonly adminLimitMs?: number;
  /** How long a target's program may take. */
  readonly programLimitMs?: number;
  /** The names of the process's ancestors. */
  readonly ancestors?: readonly string[];
  readonly store?: SecretStore;
  readonly profiles?: ProfileRegistry;
  readonly journal?: RotationJournal;
}

/** Real parts around a memory store and a temporary folder, and what they recorded. */
export interface TestDeps extends Deps {
  /** The program's folder. */
  readonly home: string;
  readonly secrets: SecretStore;
  readonly script: ScriptedPrompts;
  /** The addresses that were opened. */
  readonly opened: readonly string[];
  /** The keys copied to the clipboard. */
  readonly copied: readonly ApiKey[];
  stdout(): string;
  stderr(): string;
  /** The `--json` document. */
  document(): unknown;
  /** Presses Ctrl-C outside a prompt. */
  interrupt(): void;
  /** The same machine for the next command: files, store and clock stay, answers and output are new. */
  next(options?: TestDepsOptions): TestDeps;
  /** Fails when an answer was not used, and removes the folder. */
  close(): void;
}

/** Builds a {@link TestDeps}. Call `close` at the end of every test. */
export function openTestDeps(options: TestDepsOptions = {}): TestDeps {
  const home = options.home ?? mkdtempSync(join(tmpdir(), "mistral-key-test-"));
  const env = { ...(options.serverUrl && { MISTRAL_KEY_SERVER_URL: options.serverUrl }), ...options.env };
  const profiles = options.profiles ?? new ProfileFolder(home);
  const secrets = options.store ?? new MemoryStore();
  const script = new ScriptedPrompts(options.answers ?? []);
  const { output, stdout, stderr } = recordOutput({ env, columns: options.columns ?? 80 });
  const controller = new AbortController();
  const opened: string[] = [];
  const copied: ApiKey[] = [];
  let now = options.now ?? new Date("2026-09-01T10:00:00Z");
  const deps: TestDeps = {
    home,
    secrets,
    script,
    opened,
    copied,
    output,
    env,
    interactive: options.answers !== undefined,
    absence: options.answers === undefined ? (options.absence ?? "no-terminal") : undefined,
    stdinIsTerminal: options.stdin === undefined,
    stdoutIsTerminal: options.stdoutIsTerminal ?? false,
    opensPages: options.opensPages ?? true,
    signal: controller.signal,
    now: () => new Date(now),
    sleep: async (ms) => {
      if (controller.signal.aborted) throw new Cancelled();
      now = new Date(now.getTime() + ms);
    },
    readStdin: () => {
      const piped = options.stdin === undefined ? [] : [Buffer.from(options.stdin)];
      const stdin = Object.assign(Readable.from(piped), { isTTY: options.stdin === undefined });
      return readStdin(stdin, controller.signal);
    },
    prompts: async () => script,
    store: async () => secrets,
    mistral: async (endpoint) => {
      if (!/^http:\/\/(?:127\.0\.0\.1|localhost|\[::1\]):/.test(endpoint.serverUrl ?? "")) {
        throw new Error("A test wanted to reach the network; give it a serverUrl.");
      }
      const { SdkMistralApi } = await import("../../src/mistral/sdk-mistral-api.ts");
      return new SdkMistralApi({ endpoint, env, now: () => new Date(now), pauseMs: 10 });
    },
    issuer: async (endpoint, key) => {
      const { AdminApi } = await import("../../src/issuers/admin-api.ts");
      const { adminLimitMs = 30_000 } = options;
      return new AdminApi({ endpoint, key, env, signal: controller.signal, timeoutMs: adminLimitMs });
    },
    profiles,
    remindOfEnd: (key, profile) => {
      if (options.reminds) remindOfEnd(key, profile, { folder: home, output, now: new Date(now) });
    },
    chooseProfile: (asked) => chooseProfile(asked, { env, cwd: deps.processContext().cwd, profiles }),
    journal: options.journal ?? new JournalFolder(home),
    drafts: async () => openDrafts(home),
    openTarget: async (reference, profile) =>
      openTarget(reference, {
        profile,
        processContext: deps.processContext(),
        signal: controller.signal,
        programLimitMs: options.programLimitMs,
      }),
    processContext: () => ({ platform, home, cwd: home, env, ...options.processContext }),
    ancestors: async () => options.ancestors ?? [],
    findProcessesWith: async (isWanted) =>
      (options.processes ?? []).filter(({ value }) => isWanted(value)).map(({ id, name }) => ({ id, name })),
    machineName: () => "laptop.example",
    runCommand: async () => {
      throw new Error("A test wanted to start another program.");
    },
    copyKey: async (key) => {
      copied.push(key);
      return options.copied ?? { where: "desktop", concealed: false, clearedAfter: 45 };
    },
    keyOnPage: async () => (options.keyOnPage === undefined ? undefined : ApiKey.of(options.keyOnPage)),
    openPage: async (url) => {
      opened.push(url);
      return options.browser ?? true;
    },
    stdout,
    stderr,
    document: () => JSON.parse(stdout()),
    interrupt: () => controller.abort(new Cancelled()),
    next: (changes = {}) => {
      script.finish();
      const { answers: _answers, stdin: _stdin, ...kept } = options;
      return openTestDeps({ ...kept, home, store: secrets, now, ...changes });
    },
    close: () => {
      rmSync(home, { recursive: true, force: true });
      script.finish();
    },
  };
  return deps;
}
