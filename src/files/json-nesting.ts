/**
 * Whether a JSON text, with or without comments, is nested deeper than `levels`. Ask before parsing: a few
 * megabytes of brackets cost the parser, and any walk over its result, seconds and hundreds of megabytes.
 */
export function nestsDeeperThan(text: string, levels: number): boolean {
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (quoted) {
      if (character === "\\") at += 1;
      // A string that lacks its second quote ends with its line, for a parser that reads on after errors.
      else if (character === '"' || character === "\n" || character === "\r") quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === "/" && /[/*]/.test(text.charAt(at + 1))) {
      const end = text[at + 1] === "*" ? /\*\//g : /[\r\n]/g;
      end.lastIndex = at + 2;
      if (!end.test(text)) return false;
      at = end.lastIndex - 1;
    } else if (character === "[" || character === "{") {
      depth += 1;
      if (depth > levels) return true;
    } else if (character === "]" || character === "}") depth -= 1;
  }
  return false;
}
