/** How a secret shows in base64, when other bytes are encoded with it. */
export interface Base64Text {
  /** The characters before, which also hold bits of what stands before the secret; those are zero here. */
  readonly head: string;
  /** The characters that are the same whatever stands around the secret, in the ordinary alphabet. */
  readonly inside: string;
}

/**
 * Writes a secret, or its beginning, as it shows inside base64. It can start at one of three places:
 * with the first, second or third byte of a group.
 *
 * @param offset - how many bytes stand before it in its group of three
 */
export function base64TextOf(secret: Buffer, offset: 0 | 1 | 2): Base64Text {
  const whole = Buffer.concat([Buffer.alloc(offset), secret]).toString("base64");
  const first = Math.ceil((offset * 8) / 6);
  const end = Math.floor(((offset + secret.length) * 8) / 6);
  return { head: whole.slice(0, first), inside: whole.slice(first, end) };
}

/** The same text in the alphabet for addresses. */
export function inUrlAlphabet(base64: string): string {
  return base64.replaceAll("+", "-").replaceAll("/", "_");
}
