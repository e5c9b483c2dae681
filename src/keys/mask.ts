/**
 * Shortens a key the way the Mistral console lists it, first and last four characters, so that a
 * person can find the row. A text too short to hide anything that way shows nothing of itself.
 * Source: https://docs.mistral.ai/admin/identity-access/api-keys, August 2026.
 *
 * @param value - the whole key
 */
export function maskKey(value: string): string {
  return value.length < 16 ? "*".repeat(8) : `${value.slice(0, 4)}...${value.slice(-4)}`;
}

/**
 * The pattern of a word that has the usual shape of a key. One of hexadecimal digits alone is a checksum
 * or an identifier.
 */
export const keyWord = "(?!(?:[0-9a-f]{32}|[0-9A-F]{32})(?![A-Za-z0-9]))[A-Za-z0-9]{32}(?![A-Za-z0-9])";

/** Masks whatever in a text is long enough to be a key, where it is not known which key may be in it. */
export function maskKeys(text: string): string {
  return text.replace(/[A-Za-z0-9]{32,}/g, maskKey);
}
