import { ApiKey } from "./api-key.ts";

type PastedKey =
  | { readonly outcome: "key"; readonly value: string }
  | { readonly outcome: "empty" }
  | { readonly outcome: "unusable"; readonly reason: string };

/** Markers of bracketed paste, whole or in part, that terminals and line editors without it pass on. */
const pasteMarkers = /\x1b\[20[01]~|^\s*\[200~|\[201~\s*$/g;
const edges = /^[\s\p{Cf}\p{Default_Ignorable_Code_Point}]+|[\s\p{Cf}\p{Default_Ignorable_Code_Point}]+$/gu;
const assignment =
  /^(?:[$>%]\s+)?(?:-\s+)?(?:(?:export|setx?|set\s+-\w+|-e)\s+|\$env:)?["']?\w*mistral\w*["']?(?:\s*[=:]\s*|\s+)/i;
const comment = /\s+#.*$/;
/** The console, and this program, show a key like `HQSx...Ug6Y`; a hidden field has bullets or asterisks. */
const shortened = /^\w*(?:\.{3}|…|[*•]{3,})\w*$/;
const header = /^(?:(?:-H|--header)\s+|(?:authorization|x-api-key)\s*[:=]\s*|bearer(?:\s+|$))/i;
const quotePairs: Readonly<Record<string, string>> = { '"': '"', "'": "'", "`": "`", "“": "”", "‘": "’" };

/** In characters; no token of any kind is longer. */
const longest = 1024;

const unusable = (reason: string): PastedKey => ({ outcome: "unusable", reason });
const tooLong = unusable("That is longer than any key.");

/**
 * Extracts a key from what people really paste. Strips terminal paste markers, surrounding spaces and
 * quotes, a trailing newline, `MISTRAL_API_KEY=…`, `export …` and `Bearer …`.
 *
 * The value has no spaces or control characters (a NUL would truncate it in the keychain). A reason
 * never echoes the text.
 *
 * @param text - the unmodified input
 */
export function readPastedKey(text: string): PastedKey {
  // Checked first, so that a huge text costs no time.
  if (text.length > longest * 8) return tooLong;
  const lines = text
    .replace(pasteMarkers, "")
    .split(/\r\n|\r|\n/)
    .map(stripWrapping)
    .filter((line) => line.length > 0);
  const [first, ...rest] = lines;
  if (first === undefined) return { outcome: "empty" };
  // A key that the terminal wrapped arrives in pieces, and two keys look the same. Guessing could store
  // something the user never saw, so report it instead.
  if (rest.length > 0) return unusable(`That was ${lines.length} lines; a key is one line.`);
  if (/\s/.test(first)) return unusable("That has spaces in the middle; a key has none.");
  if (shortened.test(first)) {
    return unusable(
      "That is not the whole key: most of it is left out. Mistral shows it once, when it is made; make another if you do not have it.",
    );
  }
  if (!ApiKey.accepts(first)) {
    return unusable("That has characters that no key can have (control characters or non-Latin letters).");
  }
  if (first.length > longest) return tooLong;
  return { outcome: "key", value: first };
}

function stripWrapping(line: string): string {
  let value = line.replace(edges, "");
  for (;;) {
    const before = value;
    const assigned = value.replace(assignment, "");
    // Only lines of scripts and dotenv files have comments; elsewhere such a text is not a key.
    if (assigned !== value) value = assigned.replace(comment, "");
    value = unquote(value.replace(header, "").replace(/[;,]$/, "")).replace(edges, "");
    if (value === before) return value;
  }
}

function unquote(value: string): string {
  const closing = quotePairs[value.charAt(0)];
  return closing !== undefined && value.length >= 2 && value.endsWith(closing) ? value.slice(1, -1) : value;
}
