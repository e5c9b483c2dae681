/** A secret as it appears in base64 that encodes other bytes as well. */
interface Base64Text {
  /** The leading characters that also encode bits of the preceding bytes; those bits are zero here. */
  readonly head: string;
  /** The characters that depend on the secret alone, in the standard alphabet. */
  readonly inside: string;
}

/**
 * Encodes a secret, or a prefix of one, as it appears inside base64. It can start at the first, second
 * or third byte of a group.
 *
 * @param offset - how many bytes of its group of three precede it
 */
export function base64TextOf(secret: Buffer, offset: 0 | 1 | 2): Base64Text {
  const whole = Buffer.concat([Buffer.alloc(offset), secret]).toString("base64");
  const first = Math.ceil((offset * 8) / 6);
  const end = Math.floor(((offset + secret.length) * 8) / 6);
  return { head: whole.slice(0, first), inside: whole.slice(first, end) };
}

/** Converts base64 to the URL-safe alphabet. */
export function inUrlAlphabet(base64: string): string {
  return base64.replaceAll("+", "-").replaceAll("/", "_");
}
