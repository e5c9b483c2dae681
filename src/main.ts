import type { CommandInput } from "./command-table.ts";
import type { Deps } from "./deps.ts";
import { Cancelled, MistralKeyError } from "./errors.ts";
import { type ExitCode, exitCodeOfKind, exitCodes } from "./exit-codes.ts";
import type { SecretStore, StoreKind } from "./stores/secret-store.ts";
import { packageVersion } from "./version.ts";

/** Runs the program: reads the command line, runs the command, and sets the exit code. */
export async function main(): Promise<void> {
  const argv = process.argv.slice(2);
  // A reader that has seen enough (`| head`) closes the pipe; that is its choice, not a failure.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", ignoreClosedPipe);
  if (argv.length === 1 && (argv[0] === "--version" || argv[0] === "-V")) {
    process.stdout.write(`${packageVersion()}\n`);
    return;
  }
  process.exitCode = await run(argv);
}

async function run(argv: readonly string[]): Promise<ExitCode> {
  const signals = watchSignals();
  try {
    const { parseCommandLine } = await import("./cli.ts");
    const columns = process.stdout.columns ?? 80;
    const invocation = parseCommandLine(argv, { columns, version: packageVersion() });
    if (invocation.kind === "text") {
      process.stdout.write(invocation.text);
      return exitCodes.done;
    }
    const input: CommandInput = { args: invocation.args, flags: invocation.flags };
    const code = await invocation.command.run(input, await createDeps(input, signals.signal));
    return signals.exitCode() ?? code;
  } catch (error) {
    return await report(error, argv, signals.exitCode());
  } finally {
    signals.stop();
  }
}

/** The only place where an error becomes words and an exit code. */
async function report(
  error: unknown,
  argv: readonly string[],
  signalCode: ExitCode | undefined,
): Promise<ExitCode> {
  const failure = error instanceof MistralKeyError ? error : bug(error);
  const code = signalCode ?? exitCodeOfKind(failure.kind);
  const end = argv.indexOf("--");
  const own = end === -1 ? argv : argv.slice(0, end);
  const { renderFailure, failureDocument } = await import("./terminal/failure.ts");
  const { openOutput } = await import("./terminal/terminal-output.ts");
  const output = openOutput(process, { color: !own.includes("--no-color") });
  if (own.includes("--json")) output.json(failureDocument(failure, code));
  else output.print(renderFailure(failure, output, { verbose: own.includes("--verbose") }));
  return code;
}

function bug(error: unknown): MistralKeyError {
  return new MistralKeyError(
    "bug",
    "Something went wrong inside mistral-key. Your stored key was not touched by this.",
    {
      cause: error,
      hint: "Please report it, with what `mistral-key --version` and the command with --verbose print: https://github.com/mistral-key/mistral-key/issues",
    },
  );
}

async function createDeps({ flags }: CommandInput, signal: AbortSignal): Promise<Deps> {
  const { env } = process;
  const [{ openOutput }, { ProfileFolder }, { JournalFolder }, { programFolder }] = await Promise.all([
    import("./terminal/terminal-output.ts"),
    import("./profiles/profile-folder.ts"),
    import("./rotation/journal-folder.ts"),
    import("./profiles/program-folder.ts"),
  ]);
  const output = openOutput(process, { color: !flags.off("color") });
  const folder = programFolder(env);
  const onTerminal = process.stdin.isTTY === true && process.stderr.isTTY === true;
  const interactive = onTerminal && !flags.off("input") && !runsInCi(env);
  const stores = new Map<StoreKind, Promise<SecretStore>>();
  return {
    output,
    interactive,
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
    prompts: async () => {
      const { TerminalPrompts } = await import("./terminal/terminal-prompts.ts");
      return new TerminalPrompts({
        input: process.stdin,
        output: process.stderr,
        theme: output.theme,
        signal,
      });
    },
    store: (kind) => {
      const opened = stores.get(kind) ?? openStore(kind, { env, interactive });
      stores.set(kind, opened);
      return opened;
    },
    mistral: async (endpoint) => {
      const { SdkMistralApi } = await import("./mistral/sdk-mistral-api.ts");
      return new SdkMistralApi({ endpoint, debug: env.MISTRAL_DEBUG !== undefined });
    },
    profiles: new ProfileFolder(folder),
    journal: new JournalFolder(folder),
    openPage: async (url) => (await import("./terminal/browser.ts")).openPage(url, env),
  };
}

async function openStore(
  kind: StoreKind,
  context: { readonly env: Deps["env"]; readonly interactive: boolean },
): Promise<SecretStore> {
  switch (kind) {
    case "keychain": {
      const { KeychainStore } = await import("./stores/keychain.ts");
      return new KeychainStore({ platform: process.platform, ...context });
    }
    case "file":
      throw new MistralKeyError("usage", "The encrypted file is not part of this version.");
    case "memory": {
      const { MemoryStore } = await import("./stores/memory.ts");
      return new MemoryStore();
    }
  }
}

function runsInCi(env: Deps["env"]): boolean {
  const ci = env.CI;
  return ci !== undefined && ci !== "" && ci !== "0" && ci.toLowerCase() !== "false";
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}

/**
 * Turns a signal into an abort that flows can end cleanly on. A second signal, or a flow that has
 * not ended three seconds later, ends the program at once.
 */
function watchSignals(): { signal: AbortSignal; exitCode(): ExitCode | undefined; stop(): void } {
  const controller = new AbortController();
  let code: ExitCode | undefined;
  const numbers = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;
  const watched = Object.entries(numbers).map(([name, number]) => {
    const listener = () => {
      if (code !== undefined) process.exit(code);
      code = 128 + number;
      controller.abort(new Cancelled());
      setTimeout(() => process.exit(128 + number), 3000).unref();
    };
    process.on(name, listener);
    return { name, listener };
  });
  return {
    signal: controller.signal,
    exitCode: () => code,
    stop: () => {
      for (const { name, listener } of watched) process.off(name, listener);
    },
  };
}
