import { writeSync } from "node:fs";
import { ProfileFolder } from "../../profiles/profile-folder.ts";
import { programFolder } from "../../profiles/program-folder.ts";
import { type Candidate, type Completion, completeLine } from "./complete-line.ts";

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
    const names = () => profiles.list().map(({ name }) => name);
    writeSync(1, write(shell, current, completeLine(words, current, names)));
  } catch {
    // A message would land in the middle of the user's typing.
  }
}

function write(shell: string, current: string, completion: Completion): string {
  if (completion.kind === "files") return "files\n";
  return `values\n${fitting(shell, current, completion.candidates).map(lineOf).join("")}`;
}

/** zsh and fish filter all values themselves, by the user's settings. */
function fitting(shell: string, current: string, candidates: readonly Candidate[]): readonly Candidate[] {
  if (shell === "zsh" || shell === "fish") return candidates;
  return candidates.filter(({ value }) => value.startsWith(current));
}

function lineOf({ value, description }: Candidate): string {
  return description === undefined ? `${value}\n` : `${value}\t${description}\n`;
}
