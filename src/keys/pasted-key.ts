import { ApiKey } from "./api-key.ts";

/** What to make of a text that was pasted or piped in as a key. */
export type PastedKey =
  | { readonly outcome: "key"; readonly value: string }
  | { readonly outcome: "empty" }
  | { readonly outcome: "unusable"; readonly reason: string };

/** Terminals and line editors that know nothing of bracketed paste leave its markers, or most of them. */
const pasteMarkers = /\x1b\[20[01]~|^\s*\[200~|\[201~\s*$/g;
const edges = /^[\s\p{Cf}\p{Default_Ignorable_Code_Point}]+|[\s\p{Cf}\p{Default_Ignorable_Code_Point}]+$/gu;
const assignment =
  /^(?:[$>%]\s+)?(?:-\s+)?(?:(?:export|setx?|set\s+-\w+|-e)\s+|\$env:)?["']?\w*mistral\w*["']?(?:\s*[=:]\s*|\s+)/i;
const comment = /\s+#.*$/;
const header = /^(?:(?:-H|--header)\s+|(?:authorization|x-api-key)\s*[:=]\s*|bearer(?:\s+|$))/i;
const quotePairs: Readonly<Record<string, string>> = { '"': '"', "'": "'", "`": "`", "“": "”", "‘": "’" };

/** More than any token of any kind; a text beyond it is something else. */
const longest = 1024;

const tooLong: PastedKey = { outcome: "unusable", reason: "That is longer than any key." };

/**
 * Takes a key out of what people really paste: terminal paste markers, surrounding spaces and
 * quotes, a newline at the end, `MISTRAL_API_KEY=…`, `export …`, `Bearer …`; the same key pasted
 * twice in a row is that key.
 *
 * The result has no spaces and no control characters (a NUL would cut the key short in the
 * keychain). Never echoes the text in a reason.
 *
 * @param text - the text exactly as it came in
 */
export function readPastedKey(text: string): PastedKey {
  // Before anything else, so that a huge text costs no time.
  if (text.length > longest * 8) return tooLong;
  const lines = text
    .replace(pasteMarkers, "")
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
  if (/\s/.test(first)) {
    return { outcome: "unusable", reason: "That has spaces in the middle; a key has none." };
  }
  if (!ApiKey.accepts(first)) {
    return {
      outcome: "unusable",
      reason: "That has characters that no key can have (control characters or non-Latin letters).",
    };
  }
  if (first.length > longest) return tooLong;
  return { outcome: "key", value: withoutRepetition(first) };
}

function stripWrapping(line: string): string {
  let value = line.replace(edges, "");
  for (;;) {
    const before = value;
    const assigned = value.replace(assignment, "");
    // Only a line of a script or a dotenv file has comments; elsewhere the text would not be a key.
    if (assigned !== value) value = assigned.replace(comment, "");
    value = unquote(value.replace(header, "").replace(/[;,]$/, "")).replace(edges, "");
    if (value === before) return value;
  }
}

function unquote(value: string): string {
  const closing = quotePairs[value.charAt(0)];
  return closing !== undefined && value.length >= 2 && value.endsWith(closing) ? value.slice(1, -1) : value;
}

/** Nobody sees what a hidden prompt took, so some paste a second time. */
function withoutRepetition(value: string): string {
  const half = value.slice(0, value.length / 2);
  return /^[A-Za-z0-9]{32}$/.test(half) && half + half === value ? half : value;
}
