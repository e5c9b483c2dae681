import { writeSync } from "node:fs";
import { shellWord } from "../../hints.ts";
import { showName } from "../../outside-text.ts";
import { type ListedProfile, ProfileFolder } from "../../profiles/profile-folder.ts";
import { programFolder } from "../../profiles/program-folder.ts";
import { type Candidate, completeLine } from "./complete-line.ts";

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
    const completion = completeLine(words, current, {
      profiles: () => profiles.list().map(({ name }) => ({ value: name })),
      targets: () => profiles.list().flatMap(targetsOf),
    });
    // zsh and fish filter all values themselves, by the user's settings, and quote the one they insert.
    const filters = shell === "zsh" || shell === "fish";
    const lines = (completion === "files" ? [] : completion)
      .filter(({ value }) => filters || value.startsWith(current))
      .map(({ value, description }) => {
        const word = filters || value.startsWith("-") ? value : shellWord(value);
        return description === undefined ? word : `${word}\t${description}`;
      });
    writeSync(1, `${[completion === "files" ? "files" : "values", ...lines].join("\n")}\n`);
  } catch {
    // A message would land in the middle of the user's typing.
  }
}

/** Leaves out targets with characters that would not fit in a line of the answer. */
function targetsOf(row: ListedProfile): readonly Candidate[] {
  const targets = "profile" in row ? row.profile.targets : [];
  return targets
    .map(({ target }) => target)
    .filter((text) => showName(text) === text)
    .map((value) => ({ value, description: `a target of profile ${row.name}` }));
}
