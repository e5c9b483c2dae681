import type { Deps } from "../deps.ts";
import { MistralKeyError } from "../errors.ts";
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
  deps: Pick<Deps, "interactive" | "absence">,
  failure: { readonly message: string; readonly hint: string },
): void {
  if (deps.interactive) return;
  throw new MistralKeyError("needs-terminal", `${failure.message}, but ${whyNobody(deps)}.`, {
    hint: failure.hint,
  });
}

/** Why nobody can be asked, as the end of a sentence. */
export function whyNobody({ absence = "no-terminal" }: Pick<Deps, "absence">): string {
  return reasons[absence];
}

const reasons: Readonly<Record<Absence, string>> = {
  "no-input": "--no-input was given",
  "no-terminal": "there is no terminal here",
  ci: "CI is set, so nobody is asked",
};
