/**
 * Whether a JSON text is nested deeper than `levels`. Ask before parsing: a few megabytes of brackets
 * cost the parser, and any walk over its result, seconds and hundreds of megabytes. Invalid JSON may get
 * either answer.
 */
export function nestsDeeperThan(text: string, levels: number): boolean {
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charCodeAt(at);
    if (quoted) {
      if (character === backslash) at += 1;
      else if (character === quote) quoted = false;
    } else if (character === quote) {
      quoted = true;
    } else if (character === bracket || character === brace) {
      depth += 1;
      if (depth > levels) return true;
    } else if (character === closingBracket || character === closingBrace) {
      depth -= 1;
    }
  }
  return false;
}

const [quote, backslash, bracket, closingBracket, brace, closingBrace] = [...'"\\[]{}'].map((character) =>
  character.charCodeAt(0),
);
