import { Socket } from "node:net";
import type { Writable } from "node:stream";
import type { Invocation } from "./cli/command-types.ts";
import type { Flags } from "./cli/flags.ts";
import { readCommandLine } from "./cli/read-command-line.ts";
import { MistralKeyError } from "./errors.ts";
import { codeOfKind, type ExitCode, exitCodes } from "./exit-codes.ts";
import { ownCommand, startedIn } from "./hints.ts";
import { keepMemoryOutOfDumps } from "./running/core-dumps.ts";
import { takeEnvironment } from "./running/environment.ts";
import { watchSignals } from "./signals.ts";
import { endDespiteHungCall } from "./stores/keychain/native-calls.ts";
import { closeLostTerminals, findTerminals } from "./terminal/lost-terminals.ts";
import { FileOutput } from "./terminal/output/file-output.ts";
import type { TerminalStream } from "./terminal/output/terminal-output.ts";

const { platform, stderr } = process;
const stdout: Writable & TerminalStream =
  process.stdout instanceof Socket ? process.stdout : new FileOutput();
const env = takeEnvironment(process);
startedIn({ env, platform });
let answerIsLost = false;
stdout.on("error", (error: NodeJS.ErrnoException) => {
  // A reader (`| head`) may close the pipe early. EIO: the terminal is gone; SIGHUP ends the program.
  if (error.code === "EPIPE" || error.code === "EIO") return;
  if (!answerIsLost) {
    stderr.write(`The answer could not be written to standard output (${error.code}).\n`);
    stderr.write("Run the command again with an output that can be written.\n");
  }
  answerIsLost = true;
  // This may have been the last write.
  process.exitCode ||= exitCodes.unfinished;
});
// Losing stderr stops nothing: to stop in the middle of a rotation would help nobody.
stderr.on("error", () => {});

/**
 * Runs the program: reads the command line, runs the command, and sets the exit code.
 *
 * @param version - of this package
 */
export async function main(version: string): Promise<void> {
  const terminals = findTerminals();
  process.once("exit", (code) => {
    // A prompt that ends with its terminal was not cancelled by anyone, nor answered where stopping loses
    // nothing.
    const stopped = code === exitCodes.cancelled || code === exitCodes.done;
    if (closeLostTerminals(terminals, code) && stopped) process.exitCode = exitCodes.hungUp;
  });
  keepMemoryOutOfDumps(platform);
  const code = await run(process.argv.slice(2), version);
  process.exitCode = code === exitCodes.done && answerIsLost ? exitCodes.unfinished : code;
  // Runs only if something keeps the process alive: a call into the keychain or a lookup of a name may hang.
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
    const { createDeps } = await import("./create-deps.ts");
    const deps = await createDeps(input, { stdout, stderr, env, platform, signals });
    const code = (await command.run(input, deps)) ?? exitCodes.done;
    return endCode(code, signals.exitCode());
  } catch (error) {
    return await report(error, wishOf(input.flags), signals.exitCode());
  } finally {
    signals.stop();
  }
}

/** A signal sets the exit code, unless Ctrl-C only left work for later. */
function endCode(code: ExitCode, signalCode: ExitCode | undefined): ExitCode {
  return signalCode === exitCodes.cancelled && code === exitCodes.unfinished ? code : (signalCode ?? code);
}

interface ReportWish {
  readonly json: boolean;
  readonly verbose: boolean;
  readonly color: boolean;
}

function wishOf(flags: Flags): ReportWish {
  return { json: flags.on("json"), verbose: flags.on("verbose"), color: !flags.off("color") };
}

function guessWish(argv: readonly string[]): ReportWish {
  const end = argv.indexOf("--");
  const own = new Set(end === -1 ? argv : argv.slice(0, end));
  return { json: own.has("--json"), verbose: own.has("--verbose"), color: !own.has("--no-color") };
}

/** The only place that turns an error into words and an exit code. */
async function report(error: unknown, wish: ReportWish, signalCode?: ExitCode): Promise<ExitCode> {
  const failure = error instanceof MistralKeyError ? error : bug(error);
  const code = endCode(codeOfKind[failure.kind], signalCode);
  const { printFailure, failureDocument } = await import("./terminal/output/failure.ts");
  const { TerminalOutput } = await import("./terminal/output/terminal-output.ts");
  const output = new TerminalOutput({ stdout, stderr, env, platform }, { color: wish.color });
  if (wish.json) output.json(failureDocument(failure, code));
  else printFailure(failure, output, { verbose: wish.verbose });
  return code;
}

function bug(error: unknown): MistralKeyError {
  return new MistralKeyError("bug", "Something went wrong inside mistral-key. It is not your fault.", {
    cause: error,
    hint: `To see the state of your keys: ${ownCommand("status")}\nPlease report it, with what the command prints with --verbose and what ${ownCommand("--version")} prints, in the project's issue tracker.`,
  });
}
