/**
 * Whether a JSON text is nested deeper than `levels`. Ask before parsing: a few megabytes of brackets
 * cost the parser, and any walk over its result, seconds and hundreds of megabytes. Invalid JSON may get
 * either answer.
 */
export function nestsDeeperThan(text: string, levels: number): boolean {
  let depth = 0;
  let quoted = false;
  for (const [token] of text.matchAll(/\\.|["[\]{}]/gs)) {
    if (token === '"') quoted = !quoted;
    else if (quoted || token.length > 1) continue;
    else if (token === "[" || token === "{") depth += 1;
    else depth -= 1;
    if (depth > levels) return true;
  }
  return false;
}
