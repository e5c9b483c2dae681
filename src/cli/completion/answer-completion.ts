import { writeSync } from "node:fs";
import { ProfileFolder } from "../../profiles/profile-folder.ts";
import { programFolder } from "../../profiles/program-folder.ts";
import { completeLine } from "./complete-line.ts";

/**
 * Answers the `completion` scripts, which call this on each Tab press:
 * `mistral-key __complete SHELL =CURRENT WORD…`. The equals sign protects an empty word (Windows PowerShell
 * drops empty arguments). Prints nothing on errors.
 *
 * The first line of the answer is `values` or `files`; values follow, each with its description, if any, after
 * a tab.
 */
export async function answerCompletion([
  shell = "",
  marked = "",
  ...words
]: readonly string[]): Promise<void> {
  try {
    const profiles = new ProfileFolder(await programFolder(process.env));
    const current = marked.slice(1);
    const completion = completeLine(words, current, () => profiles.list().map(({ name }) => name));
    const candidates = completion.kind === "values" ? completion.candidates : [];
    // zsh and fish filter all values themselves, by the user's settings.
    const filters = shell === "zsh" || shell === "fish";
    const lines = candidates
      .filter(({ value }) => filters || value.startsWith(current))
      .map(({ value, description }) => (description === undefined ? value : `${value}\t${description}`));
    writeSync(1, `${[completion.kind, ...lines].join("\n")}\n`);
  } catch {
    // A message would land in the middle of the user's typing.
  }
}
