/** What to make of a text that was pasted or piped in as a key. */
export type PastedKey =
  | { readonly outcome: "key"; readonly value: string }
  | { readonly outcome: "empty" }
  | { readonly outcome: "unusable"; readonly reason: string };

const bracketedPasteMarker = /\x1b\[20[01]~/g;
const assignment = /^(?:export\s+|set\s+|setx\s+|\$env:)?MISTRAL_API_KEY\s*[=:\s]\s*/i;
const header = /^(?:authorization\s*:\s*)?bearer\s+/i;
const quotePairs: Readonly<Record<string, string>> = { '"': '"', "'": "'", "`": "`", "“": "”", "‘": "’" };

/**
 * Takes a key out of what people really paste: terminal paste markers, surrounding spaces and
 * quotes, a newline at the end, `MISTRAL_API_KEY=…`, `export …`, `Bearer …`.
 *
 * The result has no spaces and no control characters (a NUL would cut the key short in the
 * keychain). Never echoes the text in a reason.
 *
 * @param text - the text exactly as it came in
 */
export function readPastedKey(text: string): PastedKey {
  const lines = text
    .replace(bracketedPasteMarker, "")
    .split(/\r\n|\r|\n/)
    .map(stripWrapping)
    .filter((line) => line.length > 0);
  const [first, ...rest] = lines;
  if (first === undefined) return { outcome: "empty" };
  // A key that the terminal wrapped at its right edge arrives as pieces; two keys look the same.
  // Guessing would store something the person never saw, so say it instead.
  if (rest.length > 0) {
    return { outcome: "unusable", reason: `That was ${lines.length} lines; a key is one line.` };
  }
  if (/\s/.test(first))
    return { outcome: "unusable", reason: "That has spaces in the middle; a key has none." };
  if (!/^[\x21-\x7e]+$/.test(first)) {
    return {
      outcome: "unusable",
      reason: "That has characters that no key can have (control characters or non-Latin letters).",
    };
  }
  if (first.length > 512) return { outcome: "unusable", reason: "That is longer than any key." };
  return { outcome: "key", value: first };
}

function stripWrapping(line: string): string {
  let value = line.replace(/^[\s\u200b\ufeff]+|[\s\u200b\ufeff]+$/g, "");
  for (;;) {
    const before = value;
    value = unquote(value.replace(assignment, "").replace(header, "").replace(/[;,]$/, "")).trim();
    if (value === before) return value;
  }
}

function unquote(value: string): string {
  const closing = quotePairs[value.charAt(0)];
  return closing !== undefined && value.length >= 2 && value.endsWith(closing) ? value.slice(1, -1) : value;
}
