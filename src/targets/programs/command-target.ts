import { MistralKeyError } from "../../errors.ts";
import { findProgram } from "../../files/find-program.ts";
import { showName } from "../../outside-text.ts";
import type { Target, TargetContext } from "../target.ts";
import { ownersProgram, type ProgramCall } from "./owners-program.ts";

/** Separates the command that takes the key from the one that reads it back. */
const separator = "--read-back";
const install = "Name it as it is found on PATH, or by its absolute path.";

/**
 * A command of the user's own that gets the key on its standard input. A second one may follow
 * `--read-back`, to print the stored key. No shell is involved; quotes keep words together.
 *
 * @throws MistralKeyError of kind `usage` if a program is missing
 */
export function openCommand(text: string, context: TargetContext): Target {
  const all = wordsOf(text);
  const at = all.indexOf(separator);
  const command = at === -1 ? all : all.slice(0, at);
  const reading = at === -1 ? undefined : all.slice(at + 1);
  if (command.length === 0 || reading?.length === 0) {
    throw new MistralKeyError("usage", "The target command: needs a program to start.", {
      hint: `Write it like this: 'command:PROGRAM... ${separator} PROGRAM...'`,
    });
  }
  const words = `the command ${showName(command[0] ?? "")}`;
  const run = ([name = "", ...args]: readonly string[], call: ProgramCall) =>
    ownersProgram({ name, install }, context)(args, call);
  return {
    words,
    check: async () => {
      for (const [program = ""] of [command, reading ?? command]) {
        if (findProgram(program, context.processContext) !== undefined) continue;
        const message = `The program ${showName(program)} is not installed.`;
        throw new MistralKeyError("usage", message, { hint: install });
      }
    },
    deliver: (key) => run(command, { input: key }),
    read: async (key) => reading && [(await run(reading, { key })).stdout.trim()],
    remove: async () => `What ${words} has already stored stays where it is.`,
  };
}

/**
 * Splits a command line into words as a shell would; nothing else is special.
 *
 * @throws MistralKeyError of kind `usage` if a quote is not closed
 */
function wordsOf(text: string): readonly string[] {
  if (/['"]/.test(text.replace(/'[^']*'|"[^"]*"/g, ""))) {
    throw new MistralKeyError("usage", "A quote in the target command: is not closed.", {
      hint: "To pass a quote on, put it between quotes of the other kind.",
    });
  }
  const words = text.match(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g) ?? [];
  return words.map((word) => word.replace(/'([^']*)'|"([^"]*)"/g, "$1$2"));
}
