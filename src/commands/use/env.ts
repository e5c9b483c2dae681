import type { CommandInput } from "../../cli/command-types.ts";
import type { Deps } from "../../deps.ts";
import { MistralKeyError } from "../../errors.ts";
import { commandFor, runCommand } from "../../hints.ts";
import { showName } from "../../outside-text.ts";
import { parseVariableName, standardVariable } from "../../running/environment.ts";
import { readSettings, type Settings } from "../../settings.ts";
import { guessShell } from "../../shell/guess-shell.ts";
import { assignment, type Shell, shells } from "../../shell/shells.ts";
import { readKeyForUse } from "../../stores/stored-key.ts";

/** Prints the stored key for a shell to evaluate, or writes it to a dotenv file. */
export async function env({ flags }: CommandInput, deps: Deps): Promise<undefined> {
  const settings = readSettings(flags, deps);
  const name = parseVariableName(flags.value("as") ?? standardVariable);
  const file = flags.value("write");
  if (file !== undefined) return writeFile({ file, name }, settings, deps);

  // The parser lets nothing else in.
  const asked = flags.value("shell") as Shell | undefined;
  const as = name === standardVariable ? "" : ` --as ${name}`;
  const shellFlag = asked === undefined ? "" : ` --shell ${asked}`;
  const command = (flag = "") => commandFor(settings.profile, `env${shellFlag}${as}${flag}`);
  const shell = asked ?? guessShell({ ...deps.processContext(), ancestors: await deps.ancestors() });
  if (shell === undefined) {
    throw new MistralKeyError("usage", "mistral-key cannot tell which shell this is.", {
      hint: `Name it: ${command(` --shell ${shells.join("|")}`)}. Other POSIX shells understand the line for bash.`,
    });
  }
  if (shell === "other") {
    throw new MistralKeyError("usage", "env cannot write for this shell.", {
      hint: `Have your shell set ${name} to what this prints: ${commandFor(settings.profile, "get")}\nTo print the line for another shell: ${command(" --shell bash")}`,
    });
  }
  if (settings.json) {
    throw new MistralKeyError("usage", "env prints a key, which --json never does.", {
      hint: `Leave --json out, or ask for the key itself: ${commandFor(settings.profile, "get --json")}`,
    });
  }
  if (deps.stdoutIsTerminal && !flags.on("reveal")) {
    const { platform } = deps.processContext();
    const get = commandFor(settings.profile, "get");
    const evaluation = `eval "$(${command()})"`;
    const lines: Readonly<Record<Shell, string>> = {
      bash: evaluation,
      zsh: evaluation,
      fish: `${command()} | source`,
      // Its logs may keep what Invoke-Expression evaluates, but not what a program prints into a variable.
      powershell: `$env:${name} = ${get}`,
    };
    // Where PowerShell is guessed, it may as well be cmd.exe: nothing tells them apart for certain.
    const isGuessed = platform === "win32" && asked === undefined && shell === "powershell";
    const inCmd = isGuessed ? `\nIn cmd.exe: for /f %k in ('${get}') do @set ${name}=%k` : "";
    throw new MistralKeyError("usage", "This would print the key on your screen.", {
      hint: `To give it to this shell: ${lines[shell]}${inCmd}\nTo print it anyway: ${command(" --reveal")}`,
    });
  }
  const { key } = await readKeyForUse(settings, deps);
  deps.output.answer(`${assignment(shell, name, key.reveal())}\n`);
}

async function writeFile(
  { file, name }: { readonly file: string; readonly name: string },
  settings: Settings,
  deps: Deps,
): Promise<undefined> {
  const { profile } = settings;
  if (file === "-") {
    const as = name === standardVariable ? "" : ` --as ${name}`;
    throw new MistralKeyError("usage", "--write needs a file; - would be standard output.", {
      hint: `To print a line for a shell: ${commandFor(profile, `env${as}`)}\nFor a file of that name: --write ./-`,
    });
  }
  const { writeDotenv } = await import("../../shell/dotenv/write-dotenv.ts");
  const { key } = await readKeyForUse(settings, deps);
  const { output } = deps;
  const shown = showName(file);
  const mayIgnore = async () =>
    (await deps.prompts()).confirm({
      message: `Git does not ignore ${shown}, so a key in it could be committed. Add it to .gitignore?`,
      initial: true,
    });
  const processContext = deps.processContext();
  const { outcome, mode, replaced, ignored } = await writeDotenv(
    { path: file, name, key, profile, mayIgnore: deps.interactive ? mayIgnore : undefined },
    processContext,
  );
  if (settings.json) {
    output.json({ profile, key: key.mask, variable: name, written: file, outcome });
    return;
  }
  if (ignored !== undefined) output.ok(`A line for it was added to .gitignore: ${showName(ignored)}`);
  output.ok(
    `${shown} ${outcome === "unchanged" ? "already had the key" : "now has the key"}, as ${name}${replaced ? ", in place of another value" : ""}.`,
  );
  // Windows has no modes: a file's access is inherited from its folder.
  if (processContext.platform !== "win32") {
    if ((mode & 0o077) === 0) output.paragraph("Only you may read the file.");
    else output.warn("Others may be able to read the file: its disk does not support permissions.");
  }
  output.next(`It holds the key in plaintext. Without a file: ${runCommand(profile, name)}`);
}
