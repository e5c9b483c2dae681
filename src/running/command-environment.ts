import { MistralKeyError } from "../errors.ts";
import type { ApiKey } from "../keys/api-key.ts";

/** The variable that Mistral's own libraries and tools read. */
export const standardVariable = "MISTRAL_API_KEY";

/** Variables of this program that open a store; another program has no use for them. */
const ownSecrets: readonly string[] = ["MISTRAL_KEY_PASSPHRASE"];

/**
 * Checks the name of an environment variable, in the form every shell can read.
 *
 * @throws MistralKeyError of kind `usage`
 */
export function parseVariableName(text: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(text)) return text;
  throw new MistralKeyError("usage", "That name cannot be used for an environment variable.", {
    hint: "Use letters, digits and '_', not beginning with a digit; for example: LLM_MISTRAL_KEY",
  });
}

/** The environment of a command that is given a key. */
export interface CommandEnvironment {
  readonly env: Readonly<Record<string, string>>;
  /** The variables that held something else before. */
  readonly replaced: readonly string[];
}

/** Puts a key into a copy of an environment, under each name, and takes this program's own secrets out. */
export function commandEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  key: ApiKey,
  options: { readonly names: readonly string[]; readonly platform: NodeJS.Platform },
): CommandEnvironment {
  // Windows does not tell names apart by case, and would use either of two that differ only so.
  const fold = (name: string) => (options.platform === "win32" ? name.toUpperCase() : name);
  const names = new Set(options.names.map(fold));
  const left = new Set([...names, ...ownSecrets.map(fold)]);
  const result: Record<string, string> = {};
  const replaced: string[] = [];
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined) continue;
    if (!left.has(fold(name))) result[name] = value;
    else if (names.has(fold(name)) && value !== "" && value !== key.reveal()) replaced.push(name);
  }
  for (const name of options.names) result[name] = key.reveal();
  return { env: result, replaced };
}
