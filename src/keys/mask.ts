/**
 * Masks a key as the Mistral console lists it, first and last four characters, so that the user can
 * find the row. Text under 16 characters is hidden entirely: eight would reveal too much. Source:
 * https://docs.mistral.ai/admin/identity-access/api-keys, August 2026.
 *
 * @param value - the whole key
 */
export function maskKey(value: string): string {
  return value.length < 16 ? "*".repeat(8) : `${value.slice(0, 4)}...${value.slice(-4)}`;
}

/**
 * Regex source for a word shaped like a key. Excludes all-hex words: they are checksums or identifiers.
 */
export const keyWord = "(?!(?:[0-9a-f]{32}|[0-9A-F]{32})(?![A-Za-z0-9]))[A-Za-z0-9]{32}(?![A-Za-z0-9])";

/** Matches a text that holds such a word. */
export const keyInText = new RegExp(`(?<![A-Za-z0-9])${keyWord}`);

/** Masks every run of characters long enough to be a key, for text that may contain an unknown one. */
export function maskKeys(text: string): string {
  return text.replace(/[A-Za-z0-9]{32,}/g, maskKey);
}
