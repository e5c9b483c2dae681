import { ApiKey } from "../../keys/api-key.ts";
import { isKeyUnder } from "./key-likeness.ts";
import type { Edit, Occurrence, TakeOut, TextFormat } from "./occurrence.ts";

/** The languages whose lines give a variable its value. */
export type AssignmentDialect = "dotenv" | "posix" | "fish";

/** Files of `NAME=value` lines: dotenv files, and the start-up files of shells. */
export function assignments(dialect: AssignmentDialect): TextFormat {
  return {
    find: (text) => linesOf(text).flatMap((line) => findInLine(line, dialect)),
    takeOut: (text, occurrences, comment) => takeOut(text, occurrences, comment, dialect),
  };
}

/** The file in which fish keeps universal variables. Running shells write it, so nobody else should. */
export const fishVariables: TextFormat = {
  find: (text) => linesOf(text).flatMap((line) => findInLine(line, "dotenv")),
  takeOut: (_text, occurrences) => ({
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

// Only ASCII spaces count: in Latin-1 the second byte of a letter like "à" looks like one more.
const name = String.raw`(?<![\w$-])(?=\w*mistral)(?<name>[a-z_]\w*)(?![\w-])`;
// An unquoted value may close a quote that was opened before its name, but not go on behind it.
const bare = String.raw`(?<bare>[^ \t\r"'\`;&|()<>#]+)(?=["'\`]?(?:[ \t\r;&|()<>#]|$))`;
const value = String.raw`(?:"(?<double>[^"\r]*)"|'(?<single>[^'\r]*)'|\`(?<back>[^\`\r]*)\`|${bare})`;
const assignment = new RegExp(String.raw`${name}[ \t]*[=:][ \t]*${value}`, "dgi");
const fishSet = new RegExp(String.raw`\bset(?:[ \t]+--?[\w-]+)*[ \t]+${name}[ \t]+${value}`, "dgi");
const mentionsMistral = /mistral/i;

function findInLine(line: Line, dialect: AssignmentDialect): Occurrence[] {
  if (!mentionsMistral.test(line.text) || line.text.length > 100_000) return [];
  const patterns = dialect === "fish" ? [assignment, fishSet] : [assignment];
  return patterns
    .flatMap((pattern) => [...line.text.matchAll(pattern)])
    .flatMap((match) => {
      const variable = match.groups?.name ?? "";
      const span = (["double", "single", "back", "bare"] as const)
        .map((kind) => match.indices?.groups?.[kind])
        .find((indices) => indices !== undefined);
      if (span === undefined) return [];
      const [from, to] = trimmed(line.text, span);
      const found = line.text.slice(from, to);
      if (!isKeyUnder(variable, found)) return [];
      const at = { line: line.number, start: line.start + from, end: line.start + to };
      return [{ key: ApiKey.of(found), variable, ...at }];
    })
    .sort((a, b) => a.start - b.start);
}

function trimmed(text: string, [from, to]: readonly [number, number]): readonly [number, number] {
  const inner = text.slice(from, to);
  const lead = inner.length - inner.replace(/^[ \t]+/, "").length;
  return [from + lead, from + lead + inner.replace(/^[ \t]+|[ \t]+$/g, "").length];
}

const quoted = String.raw`(?:"[^"]*"|'[^']*'|\`[^\`]*\`|[^ \t"'\`;&|()<>#]+)`;
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

function takeOut(
  text: string,
  occurrences: readonly Occurrence[],
  comment: (variable: string) => string,
  dialect: AssignmentDialect,
): TakeOut {
  const lines = linesOf(text);
  const edits: Edit[] = [];
  const left: { occurrence: Occurrence; reason: string }[] = [];
  for (const group of byLine(occurrences)) {
    const [first] = group;
    const line = lines[first.line - 1];
    if (line === undefined) continue;
    if (/^[ \t]*#/.test(line.text)) {
      for (const { start, end } of group) edits.push({ start, end, text: "(moved)" });
      continue;
    }
    const whole = wholeLines[dialect].map((pattern) => pattern.exec(line.text)?.groups).find(Boolean);
    if (whole === undefined || group.length > 1 || continues(lines, first.line - 1)) {
      left.push(
        ...group.map((occurrence) => ({ occurrence, reason: "its line does more than set the key" })),
      );
      continue;
    }
    const indent = whole.indent ?? "";
    const kept = whole.comment === undefined ? "" : ` ${whole.comment}`;
    const sign = dialect === "posix" && mayBeOnlyCommand(lines, first.line - 1, indent) ? ": #" : "#";
    edits.push({
      start: line.start,
      end: line.start + line.text.length,
      text: `${indent}${sign} ${comment(first.variable)}${kept}`,
    });
  }
  return { edits, left };
}

function byLine(occurrences: readonly Occurrence[]): readonly (readonly [Occurrence, ...Occurrence[]])[] {
  const groups = new Map<number, [Occurrence, ...Occurrence[]]>();
  for (const occurrence of occurrences) {
    const group = groups.get(occurrence.line);
    if (group === undefined) groups.set(occurrence.line, [occurrence]);
    else group.push(occurrence);
  }
  return [...groups.values()];
}

/** Whether the line before goes on in this one, so that a comment would swallow part of a command. */
function continues(lines: readonly Line[], index: number): boolean {
  return /(?:^|[^\\])(?:\\\\)*\\$/.test(lines[index - 1]?.text ?? "");
}

/**
 * Whether the line may be the only command of an `if`, a loop or a function. Shells refuse the whole
 * file when such a body is only a comment, so a command that does nothing stays in front of it.
 */
function mayBeOnlyCommand(lines: readonly Line[], index: number, indent: string): boolean {
  if (indent !== "") return true;
  const before = lines
    .slice(0, index)
    .map(({ text }) => text.replace(/[ \t]#.*$|^#.*$/, "").trimEnd())
    .findLast((text) => text !== "");
  return before !== undefined && /(?:\b(?:then|do|else|in)|[{()&|])$/.test(before);
}
