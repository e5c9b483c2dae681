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

/** Masks whatever in a text is long enough to be a key, where it is not known which key may be in it. */
export function maskKeys(text: string): string {
  return text.replace(/[A-Za-z0-9]{32,}/g, maskKey);
}
