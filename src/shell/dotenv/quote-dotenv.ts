/**
 * Writes a value so that dotenv libraries and shells read the same one: bare where no reader sees
 * anything in it, else in single quotes, else in double quotes. Readers do not agree on escapes, so
 * none is used.
 *
 * @returns `undefined` for a value that they cannot be made to agree on
 */
export function quoteDotenv(value: string): string | undefined {
  if (/^[A-Za-z0-9_./+:@%,=-]+$/.test(value)) return value;
  if (/[\0\r\n]/.test(value)) return undefined;
  // A backslash before a quote or another backslash is an escape to some readers.
  if (!value.includes("'") && !/\\\\|\\$/.test(value)) return `'${value}'`;
  if (!/["$`\\!]/.test(value)) return `"${value}"`;
  return undefined;
}
