import type { CommandInput, Invocation } from "./cli/command-types.ts";
import type { Flags } from "./cli/flags.ts";
import { readCommandLine } from "./cli/read-command-line.ts";
import type { Deps } from "./deps.ts";
import { Cancelled, MistralKeyError } from "./errors.ts";
import { type ExitCode, exitCodeOfKind, exitCodes } from "./exit-codes.ts";
import { nameEveryProfile, ownCommand, startedIn } from "./hints.ts";
import { defaultProfile } from "./keys/profile-name.ts";
import { takeEnvironment } from "./running/environment.ts";
import { type WatchedSignals, watchSignals } from "./signals.ts";
import { endDespiteHungCall } from "./stores/keychain/native-calls.ts";
import type { SecretStore, StoreKind } from "./stores/secret-store.ts";
import { findAbsence } from "./terminal/absence.ts";
import type { Output } from "./terminal/output/output.ts";
import { closeLostTerminals, isTerminal, StandardStream } from "./terminal/output/standard-stream.ts";
import type { KeyboardPrompts } from "./terminal/prompts/keyboard-prompts.ts";
import { opensPages } from "./terminal/terminal-capabilities.ts";

const { platform } = process;
const env = takeEnvironment(process);
startedIn({ env, platform });
let answerIsLost = false;
const stdout = new StandardStream(
  1,
  () => process.stdout,
  (error) => {
    if (!answerIsLost) {
      stderr.write(`The answer could not be written to standard output (${error.code}).\n`);
      stderr.write("Run the command again with an output that can be written.\n");
    }
    answerIsLost = true;
    // It may have been the last thing to do.
    process.exitCode ||= exitCodes.unfinished;
  },
);
// What people are told goes on without them: to stop in the middle of a rotation helps nobody.
const stderr = new StandardStream(2, () => process.stderr);

/**
 * Runs the program: reads the command line, runs the command, and sets the exit code.
 *
 * @param version - of this package
 */
export async function main(version: string): Promise<void> {
  process.once("exit", (code) => {
    // A question that ends because its terminal does was not cancelled by anybody, and where stopping at
    // it loses nothing it was not answered either.
    const stopped = code === exitCodes.cancelled || code === exitCodes.done;
    if (closeLostTerminals() && stopped) process.exitCode = exitCodes.hungUp;
  });
  const code = await run(process.argv.slice(2), version);
  process.exitCode = code === exitCodes.done && answerIsLost ? exitCodes.unfinished : code;
  // Runs only when something keeps the process alive: a call into the keychain's library may hang.
  setTimeout(() => endDespiteHungCall(process, code), 100).unref();
}

async function run(argv: readonly string[], version: string): Promise<ExitCode> {
  let invocation: Invocation;
  try {
    invocation = await readCommandLine(argv, { columns: () => stdout.columns ?? 80, version });
  } catch (error) {
    return await report(error, guessWish(argv));
  }
  if (invocation.kind === "text") {
    stdout.write(invocation.text);
    return exitCodes.done;
  }
  const { command, ...input } = invocation;
  const signals = watchSignals();
  try {
    const code = await command.run(input, await createDeps(input, signals));
    return endCode(code, signals.exitCode());
  } catch (error) {
    return await report(error, wishOf(input.flags), signals.exitCode());
  } finally {
    signals.stop();
  }
}

/** A signal decides how the program ends, unless the person pressed Ctrl-C to leave a rest for later. */
function endCode(code: ExitCode, signalCode: ExitCode | undefined): ExitCode {
  return signalCode === exitCodes.cancelled && code === exitCodes.unfinished ? code : (signalCode ?? code);
}

/** In what form a failure is wanted. */
interface ReportWish {
  readonly json: boolean;
  readonly verbose: boolean;
  readonly color: boolean;
}

function wishOf(flags: Flags): ReportWish {
  return { json: flags.on("json"), verbose: flags.on("verbose"), color: !flags.off("color") };
}

/** For a command line that could not be read. */
function guessWish(argv: readonly string[]): ReportWish {
  const end = argv.indexOf("--");
  const own = new Set(end === -1 ? argv : argv.slice(0, end));
  return { json: own.has("--json"), verbose: own.has("--verbose"), color: !own.has("--no-color") };
}

/** The only place where an error becomes words and an exit code. */
async function report(error: unknown, wish: ReportWish, signalCode?: ExitCode): Promise<ExitCode> {
  const failure = error instanceof MistralKeyError ? error : bug(error);
  const code = endCode(exitCodeOfKind(failure.kind), signalCode);
  const { printFailure, failureDocument } = await import("./terminal/output/failure.ts");
  const { openOutput } = await import("./terminal/output/terminal-output.ts");
  const output = openOutput({ stdout, stderr, env, platform }, { color: wish.color });
  if (wish.json) output.json(failureDocument(failure, code));
  else printFailure(failure, output, { verbose: wish.verbose });
  return code;
}

function bug(error: unknown): MistralKeyError {
  return new MistralKeyError("bug", "Something went wrong inside mistral-key, and it is not your doing.", {
    cause: error,
    hint: `To see how your keys stand: ${ownCommand("status")}\nPlease report it, with what the command prints with --verbose and what ${ownCommand("--version")} prints, in the project's issue tracker.`,
  });
}

function traceOf(flags: Flags, output: Output): { readonly trace?: (line: string) => void } {
  return flags.on("verbose") ? { trace: (line) => output.line(output.theme.faint(line)) } : {};
}

async function createDeps({ flags }: CommandInput, signals: WatchedSignals): Promise<Deps> {
  const { signal } = signals;
  const [
    { openOutput },
    { ProfileFolder },
    { remindOfEnd },
    { chooseProfile, describeChoice },
    { JournalFolder },
    { currentFolder, programFolder, refuseDeletedFolder },
    { openStore },
  ] = await Promise.all([
    import("./terminal/output/terminal-output.ts"),
    import("./profiles/profile-folder.ts"),
    import("./profiles/remind-of-end.ts"),
    import("./profiles/choose-profile.ts"),
    import("./rotation/journal-folder.ts"),
    import("./profiles/program-folder.ts"),
    import("./stores/open-store.ts"),
  ]);
  const output = openOutput({ stdout, stderr, env, platform }, { color: !flags.off("color") });
  const folder = await programFolder(env);
  const profiles = new ProfileFolder(folder);
  const stdinIsTerminal = isTerminal(0);
  const onTerminal = stderr.isTTY && stdinIsTerminal;
  const absence = findAbsence({ input: !flags.off("input"), onTerminal, env });
  const stores = new Map<StoreKind, Promise<SecretStore>>();
  let prompts: Promise<KeyboardPrompts> | undefined;
  const deps: Deps = {
    output,
    interactive: absence === undefined,
    absence,
    stdinIsTerminal,
    stdoutIsTerminal: stdout.isTTY,
    opensPages: opensPages(env, platform),
    env,
    signal,
    now: () => new Date(),
    sleep: async (ms) => {
      const { setTimeout: delay } = await import("node:timers/promises");
      await delay(ms, undefined, { signal }).catch(() => {
        throw new Cancelled();
      });
    },
    readStdin: async () => (await import("./terminal/stdin.ts")).readStdin(process.stdin, signal),
    prompts: async (withdrawn) => {
      // One for all questions: two readers of one keyboard would take it from each other.
      prompts ??= import("./terminal/prompts/open-prompts.ts").then(({ openPrompts }) =>
        openPrompts({
          input: process.stdin,
          output: stderr.stream,
          env,
          theme: output.theme,
          signal,
        }),
      );
      return withdrawn === undefined ? prompts : (await prompts).endedBy(withdrawn);
    },
    store: (kind, person = deps) => {
      const opened = stores.get(kind) ?? openStore(kind, { folder, platform, env, signal, person });
      stores.set(kind, opened);
      return opened;
    },
    mistral: async (endpoint) => {
      const { SdkMistralApi } = await import("./mistral/sdk-mistral-api.ts");
      return new SdkMistralApi({
        endpoint,
        env,
        now: () => new Date(),
        ...traceOf(flags, output),
      });
    },
    issuer: async (endpoint, key) => {
      const { AdminApi } = await import("./issuers/admin-api.ts");
      return new AdminApi({ endpoint, key, env, signal, ...traceOf(flags, output) });
    },
    profiles,
    chooseProfile: (asked) => {
      const choice = chooseProfile(asked, { env, cwd: currentFolder(), profiles });
      if (choice.rule !== "default" || choice.name !== defaultProfile) nameEveryProfile();
      if (flags.on("verbose")) output.line(output.theme.faint(describeChoice(choice)));
      return choice;
    },
    remindOfEnd: (key, profile) => {
      if (!stderr.isTTY || flags.on("json") || env.MISTRAL_KEY_NO_REMINDERS) return;
      remindOfEnd({ key, profile }, { folder, output, now: () => new Date() });
    },
    journal: new JournalFolder(folder),
    drafts: async () => (await import("./onboarding/drafts.ts")).openDrafts(folder),
    openTarget: async (reference, profile) => {
      const { openTarget } = await import("./targets/open-target.ts");
      return openTarget(reference, { profile, processContext: deps.processContext(), signal });
    },
    processContext: () => ({
      platform: process.platform,
      home: process.getBuiltinModule("node:os").homedir(),
      get cwd() {
        return currentFolder() ?? refuseDeletedFolder();
      },
      env,
    }),
    ancestors: async () => (await import("./shell/guess-shell.ts")).ancestorNames(process.ppid),
    findProcessesWith: async (isWanted) =>
      (await import("./running/find-processes.ts")).findProcessesWith(isWanted),
    machineName: () => process.getBuiltinModule("node:os").hostname(),
    runner: async () => {
      const { ProcessRunner } = await import("./running/process-runner.ts");
      return new ProcessRunner({ process, env, stdout, stderr, signal, handOver: signals.stop });
    },
    clipboard: async () =>
      (await import("./clipboard/open-clipboard.ts")).openClipboard({
        platform,
        env,
        writeTerminal: stderr.isTTY ? (text) => stderr.write(text) : undefined,
        self: [process.execPath, process.argv[1] ?? "", "__clear-clipboard"],
      }),
    keyOnPage: async (message) => (await import("./web/on-page.ts")).keyOnPage(deps, message),
    openPage: async (url) => (await import("./terminal/browser.ts")).openPage(url, env),
  };
  return deps;
}
