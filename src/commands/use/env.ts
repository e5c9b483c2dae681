import type { CommandInput } from "../../cli/command-types.ts";
import type { Deps } from "../../deps.ts";
import { MistralKeyError } from "../../errors.ts";
import { type ExitCode, exitCodes } from "../../exit-codes.ts";
import { commandFor, runCommand } from "../../hints.ts";
import { parseVariableName, standardVariable } from "../../running/environment.ts";
import { readSettings, type Settings } from "../../settings.ts";
import { assignment } from "../../shell/assignment.ts";
import { guessShell } from "../../shell/guess-shell.ts";
import { parseShell, type Shell, shells } from "../../shell/shells.ts";
import { readKeyForUse } from "../../stores/stored-key.ts";
import { hang } from "../../terminal/output/layout.ts";

/** Gives the stored key to the shell that evaluates the output, or to a dotenv file. */
export async function env({ flags }: CommandInput, deps: Deps): Promise<ExitCode> {
  const settings = readSettings(flags, deps);
  const name = parseVariableName(flags.value("as") ?? standardVariable);
  const file = flags.value("write");
  if (file !== undefined) return writeFile({ file, name }, settings, deps);

  const asked = flags.value("shell");
  const as = name === standardVariable ? "" : ` --as ${name}`;
  const shellFlag = asked === undefined ? "" : ` --shell ${asked}`;
  const command = (flag = "") => commandFor(settings.profile, `env${shellFlag}${as}${flag}`);
  const shell = await readShell(asked, command, deps);
  if (settings.json) {
    throw new MistralKeyError("usage", "env prints a key, and --json does not.", {
      hint: `Leave --json out, or ask for the key itself: ${commandFor(settings.profile, "get --json")}`,
    });
  }
  if (deps.stdoutIsTerminal && !flags.on("reveal")) throw wouldShowKey(shell, command);
  const { key } = await readKeyForUse(settings, deps);
  deps.output.answer(`${assignment(shell, name, key.reveal())}\n`);
  return exitCodes.done;
}

async function writeFile(
  { file, name }: { readonly file: string; readonly name: string },
  settings: Settings,
  deps: Deps,
): Promise<ExitCode> {
  const { writeDotenv } = await import("../../shell/dotenv/write-dotenv.ts");
  const { profile } = settings;
  const { key } = await readKeyForUse(settings, deps);
  const surroundings = deps.surroundings();
  const outcome = await writeDotenv({ path: file, name, key, profile }, surroundings);
  if (settings.json) {
    deps.output.json({ profile, key: key.mask, variable: name, written: file, outcome });
    return exitCodes.done;
  }
  const { symbol } = deps.output.theme;
  const said = outcome === "unchanged" ? "had the key already" : "has the key now";
  // Windows has no such modes; who may read a file there is inherited from its folder.
  const whose = surroundings.platform === "win32" ? "" : " Only you may read the file.";
  deps.output.print(`${symbol.ok} ${file} ${said}, as ${name}.${whose}`);
  const advice = `It holds the key in plain text. Without a file: ${runCommand(profile, name)}`;
  deps.output.print(hang(`  ${symbol.next} `, advice, Math.min(deps.output.columns, 80)));
  return exitCodes.done;
}

/** This command as it was given, with one flag more. */
type SameCommand = (flag?: string) => string;

async function readShell(asked: string | undefined, command: SameCommand, deps: Deps): Promise<Shell> {
  const shell =
    asked === undefined
      ? guessShell({ ...deps.surroundings(), ancestors: await deps.ancestors() })
      : parseShell(asked);
  if (shell !== undefined) return shell;
  throw new MistralKeyError("usage", "mistral-key cannot tell which shell this is.", {
    hint: `Name it: ${command(` --shell ${shells.join("|")}`)}. Other POSIX shells understand what is written for bash.`,
  });
}

function wouldShowKey(shell: Shell, command: SameCommand): MistralKeyError {
  return new MistralKeyError("usage", "This would print the key on your screen.", {
    hint: `To give it to this shell: ${evaluations[shell](command())}\nTo print it all the same: ${command(" --reveal")}`,
  });
}

const evaluations: Readonly<Record<Shell, (command: string) => string>> = {
  bash: (command) => `eval "$(${command})"`,
  zsh: (command) => `eval "$(${command})"`,
  fish: (command) => `${command} | source`,
  powershell: (command) => `${command} | Invoke-Expression`,
};
