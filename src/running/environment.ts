import { posix, win32 } from "node:path";
import { MistralKeyError } from "../errors.ts";
import { isPath, programFolders } from "../files/find-program.ts";
import type { ApiKey } from "../keys/api-key.ts";
import { readEnvironmentKey } from "../keys/environment-key.ts";

/** A process environment. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The variable that Mistral's own libraries and tools read. */
export const standardVariable = "MISTRAL_API_KEY";

/**
 * Checks that an environment variable name works in every shell.
 *
 * @throws MistralKeyError of kind `usage`
 */
export function parseVariableName(text: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(text)) return text;
  throw new MistralKeyError("usage", "That name cannot be used for an environment variable.", {
    hint: "Use letters, digits and '_', not beginning with a digit; for example: LLM_MISTRAL_KEY",
  });
}

/**
 * Copies an environment, sets each name to the key, and removes this program's own secrets.
 *
 * @returns also the variables that held a different value before
 */
export function commandEnvironment(
  env: Environment,
  key: ApiKey,
  options: { readonly names: readonly string[]; readonly platform: NodeJS.Platform },
): { readonly env: Readonly<Record<string, string>>; readonly replaced: readonly string[] } {
  // Windows ignores case in names and would pick either of two that differ only in case.
  const fold = (name: string) => (options.platform === "win32" ? name.toUpperCase() : name);
  const names = new Set(options.names.map(fold));
  const left = new Set([...names, "MISTRAL_KEY_PASSPHRASE"]);
  const result: Record<string, string> = {};
  const replaced: string[] = [];
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined) continue;
    if (!left.has(fold(name))) result[name] = value;
    else if (names.has(fold(name)) && isAnother(env, name, key)) replaced.push(name);
  }
  for (const name of options.names) result[name] = key.reveal();
  return { env: result, replaced };
}

function isAnother(env: Environment, name: string, key: ApiKey): boolean {
  const held = readEnvironmentKey(env, name);
  return held.state === "key" ? !held.key.equals(key) : held.state === "unusable";
}

/** This program's non-secret settings; a helper may be this program itself. */
const ownSettings: readonly string[] = [
  "MISTRAL_KEY_HOME",
  "MISTRAL_KEY_PROFILE",
  "MISTRAL_KEY_SERVER_URL",
  "MISTRAL_KEY_STORE",
];

/** A shorter value could match by chance. */
const shortestKey = 16;

/**
 * The environment that a helper program inherits: all but the variables of Mistral's products, those
 * that open a store, and any that contain a key, either a known one or one from those variables. `PATH`
 * keeps only its absolute folders, so that the helper does not search the current folder either.
 */
export function helperEnvironment(
  env: Environment,
  { platform, keys: known = [] }: { readonly platform: NodeJS.Platform; readonly keys?: readonly ApiKey[] },
): Readonly<Record<string, string>> {
  const entries = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const keys = [
    ...known.map((key) => key.reveal()),
    ...entries
      .filter(([name]) => isOfMistral(name) && /KEY|TOKEN|SECRET/i.test(name))
      .map(([, value]) => value),
  ].filter((value) => value.length >= shortestKey);
  const { delimiter } = platform === "win32" ? win32 : posix;
  const inherited: Record<string, string> = {};
  for (const [name, value] of entries) {
    if (isPath(name, platform)) inherited[name] = programFolders({ env, platform }).join(delimiter);
    else if (!isOfMistral(name) && !keys.some((key) => value.includes(key))) inherited[name] = value;
  }
  return inherited;
}

/**
 * Returns a copy of the whole process environment, and reduces the process's own to what any program
 * may inherit, for libraries that spawn programs without passing an environment.
 *
 * On Windows, which ignores case in names, the copy has those that are asked for here in capitals. The rest
 * keep theirs: under `run`, a shell of Git for Windows tells them apart.
 */
export function takeEnvironment({ env, platform }: Pick<NodeJS.Process, "env" | "platform">): Environment {
  const spelled = (name: string) =>
    platform === "win32" && /MISTRAL_(?:API_)?KEY/i.test(name) ? name.toUpperCase() : name;
  const whole = Object.fromEntries(Object.entries(env).map(([name, value]) => [spelled(name), value]));
  const left = helperEnvironment(whole, { platform });
  for (const [name, before] of Object.entries(env)) {
    const value = left[spelled(name)];
    if (value === undefined) delete env[name];
    else if (value !== before) env[name] = value;
  }
  return whole;
}

function isOfMistral(name: string): boolean {
  // In the others, direnv, mise and fnox keep what they have set, compressed.
  const ofMistral = /MISTRAL|CODESTRAL|(DIRENV|__MISE|__FNOX)_(DIFF|SESSION)$/i;
  return ofMistral.test(name) && !ownSettings.includes(name.toUpperCase());
}
