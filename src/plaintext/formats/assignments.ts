import { ApiKey } from "../../keys/api-key.ts";
import { isKeyUnder } from "./key-likeness.ts";
import type { Edit, Occurrence, TextFormat } from "./occurrence.ts";

/**
 * Files that assign variables: dotenv files and shell start-up files.
 *
 * @param sign - starts the comment in place of a key. A POSIX shell needs a command, `:`, before it: it rejects
 *   an `if` or a function whose body is only a comment.
 */
export function assignments(sign: "#" | ": #"): TextFormat {
  return (text) => linesOf(text).flatMap((line) => findInLine(line, sign));
}

/** fish's universal variables. Running shells rewrite this file, so nothing else should. */
export const fishVariables: TextFormat = (text) =>
  assignments("#")(text).map((occurrence) => ({
    ...occurrence,
    removal: () => `fish keeps it as a universal variable; in fish, run: set -e -U ${occurrence.variable}`,
  }));

interface Line {
  readonly number: number;
  readonly start: number;
  /** Without the line ending. */
  readonly text: string;
  /** Whether a backslash at the end of the line before continues that one here. */
  readonly isContinuation: boolean;
}

function linesOf(text: string): readonly Line[] {
  let start = 0;
  let isContinuation = false;
  return text.split("\n").map((raw, index) => {
    const line = { number: index + 1, start, text: raw.replace(/\r$/, ""), isContinuation };
    start += raw.length + 1;
    isContinuation = /(?:^|[^\\])(?:\\\\)*\\$/.test(line.text);
    return line;
  });
}

// Not `\s`: in Latin-1 it matches the second byte of a UTF-8 letter such as "à" (C3 A0).
const name = String.raw`(?<![\w$-])(?=\w*mistral)(?<name>[a-z_]\w*)(?![\w-])`;
const fishSet = String.raw`set(?:[ \t]+--?[\w-]+)*[ \t]+\w+`;
const separator = String.raw`(?:[ \t]*[=:][ \t]*|(?<=\b${fishSet})[ \t]+)`;
// An unquoted value may close a quote opened before its name, but not go on past it.
const bare = String.raw`(?<bare>[^ \t\r"'\`;&|()<>#]+)(?=["'\`]?(?:[ \t\r;&|()<>#]|$))`;
const quoted = String.raw`(?<quote>["'\`])(?<quoted>(?:(?!\k<quote>)[^\r])*)\k<quote>`;
const assignment = new RegExp(`${name}${separator}(?:${quoted}|${bare})`, "dgi");

function findInLine(line: Line, sign: string): Occurrence[] {
  if (!/mistral/i.test(line.text) || line.text.length > 100_000) return [];
  return [...line.text.matchAll(assignment)].flatMap((match) => {
    const variable = match.groups?.name ?? "";
    const span = match.indices?.groups?.quoted ?? match.indices?.groups?.bare;
    if (span === undefined) return [];
    // Trimmed here: a pattern for the blanks would take minutes on a long line of them.
    const inside = line.text.slice(...span);
    const found = inside.trim();
    if (!isKeyUnder(variable, found)) return [];
    const from = span[0] + inside.indexOf(found);
    const to = from + found.length;
    const at = { line: line.number, start: line.start + from, end: line.start + to };
    const removal = (comment: string) => removalFrom(line, [from, to], `${sign} ${comment}`);
    return [{ key: ApiKey.of(found), variable, ...at, removal }];
  });
}

const anyValue = String.raw`(?:"[^"]*"|'[^']*'|\`[^\`]*\`|[^ \t\r"'\`;&|()<>#]+)`;
const posixSet = String.raw`(?:(?:export|declare|typeset|readonly)(?:[ \t]+-\w+)*[ \t]+)?\w+`;
const powershellSet = String.raw`\$[Ee][Nn][Vv]:\w+`;
/** A line that sets one variable and does nothing else. */
const wholeLine = new RegExp(
  String.raw`^(?<indent>[ \t]*)(?:${fishSet}[ \t]+|(?:${posixSet}|${powershellSet})(?<separator>[ \t]*[=:][ \t]*))${anyValue}(?:[ \t]*;[ \t]*export[ \t]+\w+)?[ \t]*(?:;[ \t]*)?(?<comment>#.*)?$`,
);

function removalFrom(line: Line, [from, to]: readonly [number, number], comment: string): Edit | string {
  const whole = wholeLine.exec(line.text)?.groups;
  const { indent = "", separator, comment: kept = "" } = whole ?? {};
  if (/^[ \t]*#/.test(line.text) || from >= line.text.length - kept.length) {
    return { start: line.start + from, end: line.start + to, text: "(moved)" };
  }
  // To a POSIX shell anything else is text, of a here-document for example.
  const sets = !comment.startsWith(":") || separator === "=";
  // A comment in the middle of a command would swallow the rest of it.
  if (whole === undefined || !sets || line.isContinuation || kept.includes(line.text.slice(from, to))) {
    return "its line does more than set the key";
  }
  const text = indent + comment + (kept && ` ${kept}`);
  return { start: line.start, end: line.start + line.text.length, text };
}
