import { ApiKey } from "./api-key.ts";

/** What a variable of the environment says about a key. */
export type EnvironmentKey =
  | { readonly state: "absent" }
  | {
      readonly state: "key";
      readonly key: ApiKey;
      /**
       * Whether there are quotes, spaces or a line ending around it, as Docker's `--env-file` and
       * Windows leave them. This program takes them off; one that does not is refused by Mistral.
       */
      readonly wrapped: boolean;
    }
  /** It holds what no key can have: a space, a control character, a letter beyond ASCII. */
  | { readonly state: "unusable" };

/**
 * Reads a key from a variable of the environment. Whoever shows or uses such a variable reads it
 * here, so that the same text is the same key everywhere and none of it but a mask is shown.
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
