/**
 * Whether a JSON text is nested deeper than `levels`. Ask before parsing: a few megabytes of brackets
 * cost the parser, and any walk over its result, seconds and hundreds of megabytes. Invalid JSON may get
 * either answer.
 */
export function nestsDeeperThan(text: string, levels: number): boolean {
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (quoted && character === "\\") at += 1;
    else if (character === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (character === "[" || character === "{") {
      depth += 1;
      if (depth > levels) return true;
    } else if (character === "]" || character === "}") depth -= 1;
  }
  return false;
}
