import { MistralKeyError } from "../errors.ts";
import type { Prompts } from "./prompts/prompts.ts";
import { runsInCi } from "./terminal-capabilities.ts";

/** Why prompting is impossible. */
export type Absence = "no-input" | "no-terminal" | "ci";

interface Presence {
  /** Whether the command line allows questions. */
  readonly input: boolean;
  /** Whether standard input and standard error are terminals. */
  readonly onTerminal: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

interface Person {
  readonly interactive: boolean;
  readonly absence: Absence | undefined;
}

/** Why prompting is impossible, `--no-input` first, then CI; `undefined` if it is possible. */
export function findAbsence({ input, onTerminal, env }: Presence): Absence | undefined {
  if (!input) return "no-input";
  if (runsInCi(env)) return "ci";
  return onTerminal ? undefined : "no-terminal";
}

/**
 * Throws if prompting is impossible, and says why.
 *
 * @param failure.message - what would be asked, without the full stop: `A rotation asks for the new key`
 * @throws MistralKeyError of kind `needs-terminal`
 */
export function requirePerson(
  person: Person,
  failure: { readonly message: string; readonly hint: string },
): void {
  if (person.interactive) return;
  throw new MistralKeyError("needs-terminal", `${failure.message}, but ${whyNobody(person)}.`, {
    hint: failure.hint,
  });
}

/** Why prompting is impossible, as a sentence ending. */
export function whyNobody({ absence = "no-terminal" }: Pick<Person, "absence">): string {
  return reasons[absence];
}

const reasons: Readonly<Record<Absence, string>> = {
  "no-input": "--no-input was given",
  "no-terminal": "standard input or standard error is not a terminal",
  ci: "CI is set, so nobody is asked",
};

/**
 * Runs `work`, which asks for a key. If interactive, nothing typed or pasted between two prompts is echoed:
 * it may be the key.
 */
export async function quietly<Result>(
  person: Pick<Person, "interactive"> & { prompts(): Promise<Prompts> },
  work: () => Promise<Result>,
): Promise<Result> {
  return person.interactive ? await (await person.prompts()).quietly(work) : await work();
}
