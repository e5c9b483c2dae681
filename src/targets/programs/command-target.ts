import { MistralKeyError } from "../../errors.ts";
import type { ApiKey } from "../../keys/api-key.ts";
import { showName } from "../../outside-text.ts";
import type { KeyThere, Target, TargetContext } from "../target.ts";
import { OwnersProgram } from "./owners-program.ts";

/** What stands between the command that takes the key and the one that reads it back. */
const separator = "--read-back";

/**
 * A command of the person's own: it gets the key on its standard input. Behind the word `--read-back`
 * may stand another one, which prints the key that is there. No shell is asked; quotes keep words together.
 */
export class CommandTarget implements Target {
  readonly #command: readonly string[];
  readonly #reading: readonly string[];
  readonly #context: TargetContext;

  constructor(command: string, context: TargetContext) {
    const words = wordsOf(command);
    const at = words.indexOf(separator);
    this.#command = at === -1 ? words : words.slice(0, at);
    this.#reading = at === -1 ? [] : words.slice(at + 1);
    this.#context = context;
    if (this.#command.length === 0 || (at !== -1 && this.#reading.length === 0)) {
      throw new MistralKeyError("usage", "A program to start is missing in the target command:.", {
        hint: `Write it like this: 'command:PROGRAM… ${separator} PROGRAM…'`,
      });
    }
  }

  describe(): string {
    return `the command ${showName(this.#command[0] ?? "")}`;
  }

  async check(): Promise<void> {
    const { env, platform } = this.#context.processContext;
    const { findProgram } = await import("../../files/find-program.ts");
    for (const [program] of [this.#command, this.#reading]) {
      if (program === undefined || findProgram(program, { env, platform }) !== undefined) continue;
      throw new MistralKeyError("usage", `The program ${showName(program)} is not installed.`, {
        hint: "Name it as it is found on PATH, or by its absolute path.",
      });
    }
  }

  async deliver(key: ApiKey): Promise<void> {
    await this.#run(this.#command, { input: key });
  }

  async readBack(key: ApiKey): Promise<KeyThere> {
    if (this.#reading.length === 0) return "unreadable";
    const held = (await this.#run(this.#reading, { key })).trim();
    if (held === "") return "none";
    return held === key.reveal() ? "same" : "another";
  }

  async forget(): Promise<string> {
    return `${this.describe()} gets no key any more; what it has put somewhere stays there.`;
  }

  async #run(
    [program = "", ...args]: readonly string[],
    call: { readonly input?: ApiKey; readonly key?: ApiKey },
  ) {
    return await new OwnersProgram(program, "Check its name and PATH.", this.#context).run(args, call);
  }
}

/** The words of a command line, as a shell tells them apart; nothing else in it means anything. */
function wordsOf(text: string): readonly string[] {
  const words = text.match(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g) ?? [];
  return words.map((word) => word.replace(/'([^']*)'|"([^"]*)"/g, "$1$2"));
}
