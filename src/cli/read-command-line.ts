import { bareCommand, commandNamed } from "./command-table.ts";
import type { HelpLayout, Invocation } from "./command-types.ts";
import { Flags } from "./flags.ts";

/**
 * Parses a command line. No side effects: it neither prints nor ends the process.
 *
 * @param argv - the arguments after the program's name
 * @throws MistralKeyError of kind `usage`
 */
export async function readCommandLine(argv: readonly string[], layout: HelpLayout): Promise<Invocation> {
  return withoutFlags(argv) ?? (await import("./parse.ts")).parseCommandLine(argv, layout);
}

/**
 * Handles a bare command, or `run -- …`, without commander: loading it takes longer than the rest of parsing.
 * A command that may hold a key is left to the parser, which refuses it.
 */
function withoutFlags([name, ...rest]: readonly string[]): Invocation | undefined {
  const command = name === undefined ? bareCommand : commandNamed(name);
  if (command === undefined) return undefined;
  const [separator, ...args] = rest;
  const complete =
    command.passThrough === true
      ? separator === "--" && args[0] !== undefined && !/[A-Za-z0-9]{32}/.test(args[0])
      : separator === undefined && command.args?.some(({ syntax }) => syntax.startsWith("<")) !== true;
  return complete ? { kind: "command", command, args, flags: new Flags({}) } : undefined;
}
