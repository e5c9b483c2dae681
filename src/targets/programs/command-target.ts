import { MistralKeyError } from "../../errors.ts";
import { findProgram } from "../../files/find-program.ts";
import type { ApiKey } from "../../keys/api-key.ts";
import { showName } from "../../outside-text.ts";
import type { Target, TargetContext } from "../target.ts";
import { OwnersProgram, type ProgramCall } from "./owners-program.ts";

/** What stands between the command that takes the key and the one that reads it back. */
const separator = "--read-back";
const install = "Name it as it is found on PATH, or by its absolute path.";

/**
 * A command of the person's own: it gets the key on its standard input. Behind the word `--read-back`
 * may stand another one, which prints the key that is there. No shell is asked; quotes keep words together.
 */
export class CommandTarget implements Target {
  readonly #command: readonly string[];
  readonly #reading: readonly string[] | undefined;
  readonly #context: TargetContext;

  constructor(command: string, context: TargetContext) {
    const words = wordsOf(command);
    const at = words.indexOf(separator);
    this.#command = at === -1 ? words : words.slice(0, at);
    this.#reading = at === -1 ? undefined : words.slice(at + 1);
    this.#context = context;
    if (this.#command.length > 0 && this.#reading?.length !== 0) return;
    throw new MistralKeyError("usage", "A program to start is missing in the target command:.", {
      hint: `Write it like this: 'command:PROGRAM… ${separator} PROGRAM…'`,
    });
  }

  describe(): string {
    return `the command ${showName(this.#command[0] ?? "")}`;
  }

  async check(): Promise<void> {
    for (const [program = ""] of [this.#command, this.#reading ?? this.#command]) {
      if (findProgram(program, this.#context.processContext) !== undefined) continue;
      const message = `The program ${showName(program)} is not installed.`;
      throw new MistralKeyError("usage", message, { hint: install });
    }
  }

  async deliver(key: ApiKey): Promise<void> {
    await this.#run(this.#command, { input: key });
  }

  async read(key: ApiKey): Promise<string | undefined> {
    return this.#reading && (await this.#run(this.#reading, { key })).trim();
  }

  async remove(): Promise<string> {
    return `${this.describe()} gets no key any more; what it has put somewhere stays there.`;
  }

  #run([name = "", ...args]: readonly string[], call: ProgramCall): Promise<string> {
    return new OwnersProgram({ name, install }, this.#context).run(args, call);
  }
}

/** The words of a command line, as a shell tells them apart; nothing else in it means anything. */
function wordsOf(text: string): readonly string[] {
  const words = text.match(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g) ?? [];
  return words.map((word) => word.replace(/'([^']*)'|"([^"]*)"/g, "$1$2"));
}
