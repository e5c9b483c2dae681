import { ApiKey } from "./api-key.ts";

/** The key in an environment variable, if any. */
export type EnvironmentKey =
  | { readonly state: "absent" }
  | {
      readonly state: "key";
      readonly key: ApiKey;
      /**
       * Whether quotes, spaces or a line ending surround it, as Docker's `--env-file` and Windows leave
       * them. This program strips them; Mistral rejects a key sent with them.
       */
      readonly wrapped: boolean;
    }
  /** It contains what no key can: a space, a control character, a non-ASCII character. */
  | { readonly state: "unusable" };

/**
 * Reads a key from an environment variable. All code that shows or uses such a variable reads it here,
 * so that all parse it alike and only ever show its mask.
 */
export function readEnvironmentKey(
  env: Readonly<Record<string, string | undefined>>,
  variable = "MISTRAL_API_KEY",
): EnvironmentKey {
  const written = env[variable] ?? "";
  const value = withoutQuotes(written.trim()).trim();
  if (value === "") return { state: "absent" };
  if (!ApiKey.accepts(value)) return { state: "unusable" };
  return { state: "key", key: ApiKey.of(value), wrapped: value !== written };
}

function withoutQuotes(text: string): string {
  const [first = "", ...rest] = text;
  return (first === '"' || first === "'") && rest.at(-1) === first ? text.slice(1, -1) : text;
}
