import { ApiKey } from "../../keys/api-key.ts";
import { isKeyUnder } from "./key-likeness.ts";
import type { Edit, Occurrence, Removal, TextFormat } from "./occurrence.ts";

/** The syntax in which a file assigns variables. */
export type AssignmentDialect = "dotenv" | "posix" | "fish";

/** Files of `NAME=value` lines: dotenv files and shell start-up files. */
export function assignments(dialect: AssignmentDialect): TextFormat {
  return {
    find: (text) => linesOf(text).flatMap((line) => findInLine(line, dialect)),
    planRemoval: (text, occurrences, comment) => planRemoval(text, occurrences, comment, dialect),
  };
}

/** fish's universal variables. Running shells rewrite this file, so nothing else should. */
export const fishVariables: TextFormat = {
  find: (text) => linesOf(text).flatMap((line) => findInLine(line, "dotenv")),
  planRemoval: (_text, occurrences) => ({
    edits: [],
    left: occurrences.map((occurrence) => ({
      occurrence,
      reason: `fish keeps it as a universal variable; in fish, run: set -e -U ${occurrence.variable}`,
    })),
  }),
};

interface Line {
  readonly number: number;
  readonly start: number;
  /** Without the line ending. */
  readonly text: string;
}

function linesOf(text: string): readonly Line[] {
  let start = 0;
  return text.split("\n").map((raw, index) => {
    const line = { number: index + 1, start, text: raw.endsWith("\r") ? raw.slice(0, -1) : raw };
    start += raw.length + 1;
    return line;
  });
}

// Not `\s`: in Latin-1 it matches the second byte of a UTF-8 letter such as "à" (C3 A0).
const name = String.raw`(?<![\w$-])(?=\w*mistral)(?<name>[a-z_]\w*)(?![\w-])`;
// An unquoted value may close a quote opened before its name, but not go on past it.
const bare = String.raw`(?<bare>[^ \t\r"'\`;&|()<>#]+)(?=["'\`]?(?:[ \t\r;&|()<>#]|$))`;
const quotedValue = (sign: string, kind: string) =>
  String.raw`${sign}[ \t]*(?<${kind}>[^${sign}\r]*?)[ \t]*${sign}`;
const value = `(?:${quotedValue('"', "double")}|${quotedValue("'", "single")}|${quotedValue("`", "back")}|${bare})`;
const assignment = new RegExp(String.raw`${name}[ \t]*[=:][ \t]*${value}`, "dgi");
const fishSet = new RegExp(String.raw`\bset(?:[ \t]+--?[\w-]+)*[ \t]+${name}[ \t]+${value}`, "dgi");
const mentionsMistral = /mistral/i;

function findInLine(line: Line, dialect: AssignmentDialect): Occurrence[] {
  if (!mentionsMistral.test(line.text) || line.text.length > 100_000) return [];
  const patterns = dialect === "fish" ? [assignment, fishSet] : [assignment];
  return (
    patterns
      .flatMap((pattern) => [...line.text.matchAll(pattern)])
      .flatMap((match) => {
        const variable = match.groups?.name ?? "";
        const span = (["double", "single", "back", "bare"] as const)
          .map((kind) => match.indices?.groups?.[kind])
          .find((indices) => indices !== undefined);
        if (span === undefined) return [];
        const [from, to] = span;
        const found = line.text.slice(from, to);
        if (!isKeyUnder(variable, found)) return [];
        const at = { line: line.number, start: line.start + from, end: line.start + to };
        return [{ key: ApiKey.of(found), variable, ...at }];
      })
      .sort((a, b) => a.start - b.start)
      // In fish, `set NAME :VALUE` also matches as `NAME: VALUE`.
      .filter(({ start }, index, all) => start >= (all[index - 1]?.end ?? 0))
  );
}

const quoted = String.raw`(?:"[^"]*"|'[^']*'|\`[^\`]*\`|[^ \t\r"'\`;&|()<>#]+)`;
const behind = String.raw`[ \t]*;?(?<space>[ \t]*)(?<comment>#.*)?$`;
const wholeLines: Readonly<Record<AssignmentDialect, readonly RegExp[]>> = {
  dotenv: [new RegExp(String.raw`^(?<indent>[ \t]*)(?:export[ \t]+)?\w+[ \t]*[=:][ \t]*${quoted}${behind}`)],
  posix: [
    new RegExp(
      String.raw`^(?<indent>[ \t]*)(?:(?:export|declare|typeset|readonly)(?:[ \t]+-\w+)*[ \t]+)?\w+=${quoted}(?:[ \t]*;[ \t]*export[ \t]+\w+)?${behind}`,
    ),
  ],
  fish: [
    new RegExp(String.raw`^(?<indent>[ \t]*)set(?:[ \t]+--?[\w-]+)*[ \t]+\w+[ \t]+${quoted}${behind}`),
    new RegExp(String.raw`^(?<indent>[ \t]*)export[ \t]+\w+=${quoted}${behind}`),
  ],
};

function planRemoval(
  text: string,
  occurrences: readonly Occurrence[],
  comment: (variable: string) => string,
  dialect: AssignmentDialect,
): Removal {
  const lines = linesOf(text);
  const edits: Edit[] = [];
  const left: { occurrence: Occurrence; reason: string }[] = [];
  for (const occurrence of occurrences) {
    const { start, end, variable } = occurrence;
    const line = lines[occurrence.line - 1];
    if (line === undefined) continue;
    const whole = wholeLines[dialect].map((pattern) => pattern.exec(line.text)?.groups).find(Boolean);
    const commentFrom = line.start + line.text.length - (whole?.comment?.length ?? 0);
    if (/^[ \t]*#/.test(line.text) || start >= commentFrom) {
      edits.push({ start, end, text: "(moved)" });
      continue;
    }
    const isAlone = occurrences.every((other) => other === occurrence || other.line !== occurrence.line);
    if (whole === undefined || !isAlone || continues(lines, occurrence.line - 1)) {
      left.push({ occurrence, reason: "its line does more than set the key" });
      continue;
    }
    const kept = whole.comment === undefined ? "" : ` ${whole.comment}`;
    // A shell rejects an `if` or a function whose body is only a comment.
    const sign = dialect === "posix" ? ": #" : "#";
    const text = `${whole.indent ?? ""}${sign} ${comment(variable)}${kept}`;
    edits.push({ start: line.start, end: line.start + line.text.length, text });
  }
  return { edits, left };
}

/** Whether the previous line continues here: a comment would then swallow part of a command. */
function continues(lines: readonly Line[], index: number): boolean {
  return /(?:^|[^\\])(?:\\\\)*\\$/.test(lines[index - 1]?.text ?? "");
}
