import type { ApiKey } from "../keys/api-key.ts";

// A short piece of text also occurs where it means something else, and would damage it.
const shortestForm = 8;

/**
 * Every way a key is likely to be written in the output of a program: as it is, in a URL, in a JSON
 * string, and inside base64 (ordinary and URL-safe) at each of the three places it can start at.
 * The longest come first; none holds another one.
 */
export function formsOf(key: ApiKey): readonly Buffer[] {
  const text = key.reveal();
  const encoded = encodeURIComponent(text);
  const derived = [
    encoded,
    encoded.replace(/%[0-9A-F]{2}/g, (sequence) => sequence.toLowerCase()),
    JSON.stringify(text).slice(1, -1),
    ...[0, 1, 2].flatMap((offset) => {
      const inside = insideBase64(Buffer.from(text), offset);
      return [inside, inside.replaceAll("+", "-").replaceAll("/", "_")];
    }),
  ];
  const forms = [text, ...derived.filter((form) => form.length >= shortestForm)];
  const longestFirst = [...new Set(forms)].sort((a, b) => b.length - a.length);
  return longestFirst
    .filter((form) => !forms.some((other) => other !== form && form.includes(other)))
    .map((form) => Buffer.from(form));
}

/**
 * The characters of a base64 text that are the same whatever stands around the secret: without
 * those at either end that also hold bits of a neighbour.
 *
 * @param offset - how many bytes stand before the secret in its group of three
 */
function insideBase64(secret: Buffer, offset: number): string {
  const whole = Buffer.concat([Buffer.alloc(offset), secret]).toString("base64");
  const first = Math.ceil((offset * 8) / 6);
  const end = Math.floor(((offset + secret.length) * 8) / 6);
  return whole.slice(first, end);
}
