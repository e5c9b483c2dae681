import { ApiKey } from "./api-key.ts";

type EnvironmentKey =
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
  const value = unwrapped(written);
  if (value === "") return { state: "absent" };
  if (!ApiKey.accepts(value)) return { state: "unusable" };
  return { state: "key", key: ApiKey.of(value), wrapped: value !== written };
}

/** The value of a variable without the quotes, spaces or line ending around it. */
export function unwrapped(written: string): string {
  const text = written.trim();
  const [first = "", ...rest] = text;
  const quoted = (first === '"' || first === "'") && rest.at(-1) === first;
  return quoted ? text.slice(1, -1).trim() : text;
}
