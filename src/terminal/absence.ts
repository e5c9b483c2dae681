import { MistralKeyError } from "../errors.ts";
import type { Prompts } from "./prompts/prompts.ts";
import { runsInCi } from "./terminal-capabilities.ts";

/** Why nobody can be asked. */
export type Absence = "no-input" | "no-terminal" | "ci";

/** What tells whether somebody can be asked. */
export interface Presence {
  /** Whether the command line allows questions. */
  readonly input: boolean;
  /** Whether standard input and standard error are terminals. */
  readonly onTerminal: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What is known of the person at the keyboard. */
interface Person {
  /** Whether somebody can be asked. */
  readonly interactive: boolean;
  readonly absence: Absence | undefined;
}

/** Why nobody can be asked, what the person said first; `undefined` where somebody can. */
export function findAbsence({ input, onTerminal, env }: Presence): Absence | undefined {
  if (!input) return "no-input";
  if (!onTerminal) return "no-terminal";
  return runsInCi(env) ? "ci" : undefined;
}

/**
 * Refuses to go on where nobody can be asked, and says why that is so.
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

/** Why nobody can be asked, as the end of a sentence. */
export function whyNobody({ absence = "no-terminal" }: Pick<Person, "absence">): string {
  return reasons[absence];
}

const reasons: Readonly<Record<Absence, string>> = {
  "no-input": "--no-input was given",
  "no-terminal": "there is no terminal here",
  ci: "CI is set, so nobody is asked",
};

/**
 * Does something that asks for a key. Where a person is at the keyboard, nothing that is typed or
 * pasted between two questions shows on the screen: it may be the key.
 */
export async function quietly<Result>(
  person: Pick<Person, "interactive"> & { prompts(): Promise<Prompts> },
  work: () => Promise<Result>,
): Promise<Result> {
  return person.interactive ? await (await person.prompts()).quietly(work) : await work();
}
