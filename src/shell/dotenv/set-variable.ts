/**
 * Sets a variable in the text of a dotenv file. Everything else stays as it is: other lines, comments,
 * order, `export`, line endings.
 *
 * Sets every occurrence, since some readers use the first and some the last; the comment that `import` has
 * left in place of one counts, since it would be untrue. Appends a missing one, and exports it where every
 * other line does: a shell or direnv reads the file.
 *
 * @param before - decoded as Latin-1, one character per byte, so that any encoding survives
 * @param value - already quoted, see {@link quoteDotenv}
 */
export function setVariable(before: string, name: string, value: string): string {
  const moved = new RegExp(`^([ \\t]*)(: )?# ${name}: moved to [^\\r\\n#]* -- CMD(?= *(?:#|$))`, "gm");
  const entries = [...entriesOf(before)];
  const lead = entries.length > 0 && entries.every((entry) => entry.lead.includes("export")) ? "export " : "";
  const text = before.replace(moved, (line, indent: string, command: string | undefined, at: number) =>
    entries.some(({ start, end }) => start < at && at < end)
      ? line
      : `${indent}${command === undefined ? lead : "export "}${name}=`,
  );
  let result = "";
  let position = 0;
  let found = false;
  for (const entry of entriesOf(text)) {
    if (entry.name !== name) continue;
    result += `${text.slice(position, entry.start)}${entry.lead}${name}=${value}`;
    position = entry.end;
    // A comment may directly follow a quoted value, but not a bare one.
    if (text[position] === "#") result += " ";
    found = true;
  }
  result += text.slice(position);
  if (found) return result;
  const ending = text.includes("\r\n") ? "\r\n" : "\n";
  const gap = result === "" || result.endsWith("\n") ? "" : ending;
  return `${result}${gap}${lead}${name}=${value}${ending}`;
}

/**
 * Removes the lines that set a variable to this value, bare or quoted. A comment after the value stays
 * as a line of its own; lines with another value stay as they are.
 *
 * @param text - decoded as for {@link setVariable}
 */
export function removeVariable(text: string, name: string, value: string): string {
  let result = "";
  let position = 0;
  for (const entry of entriesOf(text)) {
    if (entry.name !== name) continue;
    const held = heldBy(text, entry);
    if (held !== value && !["'", '"', "`"].some((quote) => held === quote + value + quote)) continue;
    const lineEnd = nextLine(text, entry.end);
    const rest = text.slice(entry.end, lineEnd).trimStart();
    result += text.slice(position, entry.start) + (rest.startsWith("#") ? rest : "");
    position = lineEnd;
  }
  return result + text.slice(position);
}

/**
 * The values that a text sets a variable to, in order. Node's own parser loses what follows a line that sets
 * nothing.
 *
 * @param text - decoded as for {@link setVariable}
 */
export function readVariable(text: string, name: string): readonly string[] {
  const entries = [...entriesOf(text)].filter((entry) => entry.name === name);
  // Some readers end a bare value at any `#`.
  return entries.map((entry) =>
    heldBy(text, entry)
      .replace(/^(['"`])(.*)\1$|#.*/s, "$2")
      .trim(),
  );
}

function heldBy(text: string, { start, end }: Entry): string {
  return text
    .slice(start, end)
    .replace(/^[^=:]*[=:]/, "")
    .trim();
}

interface Entry {
  readonly name: string;
  /** Where the line starts. */
  readonly start: number;
  /** Where the value ends; a comment may follow. */
  readonly end: number;
  /** The text before the name: spaces, `export`. */
  readonly lead: string;
}

const beginning = /([ \t]*(?:export[ \t]+)?)([\w.-]+)(?:[ \t]*=|:(?=[ \t]))(?:[ \t]+(?=[^\s#]))?/y;
const quoted = /(?:'(?:\\'|[^'])*'|"(?:\\"|[^"])*"|`(?:\\`|[^`])*`)(?=[ \t]*(?:#[^\r\n]*)?(?:\r?\n|$))/y;
const bare = /(?:[^ \t\r\n]|[ \t]+(?![ \t#]))*/y;

/** The assignments in a text. Lines inside a multi-line value do not count. */
function* entriesOf(text: string): Generator<Entry> {
  let start = 0;
  while (start < text.length) {
    const match = matchAt(beginning, text, start);
    let end = start;
    if (match !== null) {
      const [whole, lead = "", name = ""] = match;
      const from = start + whole.length;
      const value = matchAt(quoted, text, from) ?? matchAt(bare, text, from);
      end = from + (value?.[0].length ?? 0);
      yield { name, lead, start, end };
    }
    start = nextLine(text, end);
  }
}

const lineEnding = /\r\n|[\r\n]/g;

/** Where the line after a position starts. Readers take a carriage return alone for a line ending, too. */
function nextLine(text: string, position: number): number {
  lineEnding.lastIndex = position;
  return lineEnding.test(text) ? lineEnding.lastIndex : text.length;
}

function matchAt(pattern: RegExp, text: string, position: number): RegExpExecArray | null {
  pattern.lastIndex = position;
  return pattern.exec(text);
}

/**
 * Quotes a value so that dotenv libraries and shells read it alike: bare if no character is special to
 * any of them, else in single quotes, else in double quotes. Escapes nothing: readers disagree on that.
 *
 * @returns `undefined` for a value that no quoting makes them agree on
 */
export function quoteDotenv(value: string): string | undefined {
  if (/^[A-Za-z0-9_./+:@%,=-]+$/.test(value)) return value;
  if (/[\0\r\n]/.test(value)) return undefined;
  // A backslash before a quote or another backslash is an escape to some readers.
  if (!value.includes("'") && !/\\\\|\\$/.test(value)) return `'${value}'`;
  if (!/["$`\\!]/.test(value)) return `"${value}"`;
  return undefined;
}
