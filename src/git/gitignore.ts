import { lstatSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { MistralKeyError } from "../errors.ts";
import { replaceFile } from "../files/replace-file.ts";
import { readTextFile } from "../files/text-file.ts";
import { writeOpenFile } from "../files/write-open-file.ts";
import { namesInGit, repositoryAbove } from "./git-state.ts";

function gitignoreLines(top: string, path: string): readonly string[] {
  const name = relative(top, path).split(sep).join("/");
  // A name with a line break cannot be written there.
  if (/[\r\n]/.test(name)) return [];
  return namesInGit(top, name).map((one) => `/${one.replace(/[\\*?[\]]|\s(?=\s*$)/g, "\\$&")}`);
}

/**
 * Adds a file to the `.gitignore` at the top of its repository.
 *
 * @param path - absolute, links resolved
 * @returns the added line; `undefined` when there is no repository or no such line
 * @throws MistralKeyError of kind `usage` when it cannot be written
 */
export async function addToGitignore(path: string): Promise<string | undefined> {
  const top = repositoryAbove(dirname(path));
  const lines = top === undefined ? [] : gitignoreLines(top, path);
  const line = lines.at(-1);
  if (top === undefined || line === undefined) return undefined;
  const file = join(top, ".gitignore");
  // A stranger's repository may lead it to any file.
  if (lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink()) {
    throw notWritten("git does not read one that is a link", "Put a file in its place");
  }
  const reading = await readTextFile(file);
  if (reading.state === "unread") throw notWritten(reading.reason);
  if (reading.state === "absent") {
    writeOpenFile(file, `${lines.join("\n")}\n`, { links: "refused" });
    return line;
  }
  const { bytes } = reading.file;
  const lacksEnd = bytes.length > 0 && bytes.at(-1) !== 0x0a;
  const content = Buffer.concat([bytes, Buffer.from(`${lacksEnd ? "\n" : ""}${lines.join("\n")}\n`)]);
  const replacement = await replaceFile(reading.file, content);
  if (replacement.outcome === "untouched") throw notWritten(replacement.reason);
  return line;
}

function notWritten(reason: string, remedy = "Add the file to it yourself"): MistralKeyError {
  return new MistralKeyError("usage", `.gitignore was not written: ${reason}.`, {
    hint: `${remedy}, then run the same command again.`,
  });
}
