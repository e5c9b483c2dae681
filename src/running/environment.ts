import { posix, win32 } from "node:path";
import { MistralKeyError } from "../errors.ts";
import { isPath, programFolders } from "../files/find-program.ts";
import type { ApiKey } from "../keys/api-key.ts";
import { readEnvironmentKey } from "../keys/environment-key.ts";

/** The variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;

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
  env: Environment,
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
    else if (names.has(fold(name)) && isAnother(env, name, key)) replaced.push(name);
  }
  for (const name of options.names) result[name] = key.reveal();
  return { env: result, replaced };
}

function isAnother(env: Environment, name: string, key: ApiKey): boolean {
  const held = readEnvironmentKey(env, name);
  return held.state === "key" ? !held.key.equals(key) : held.state === "unusable";
}

/** This program's own settings that are no secret; a helper may be this program again. */
const ownSettings: readonly string[] = [
  "MISTRAL_KEY_HOME",
  "MISTRAL_KEY_PROFILE",
  "MISTRAL_KEY_SERVER_URL",
  "MISTRAL_KEY_STORE",
];

/** A shorter value may occur anywhere by chance. */
const shortestKey = 16;

/**
 * What a program that helps this one may inherit: everything but the variables of Mistral's
 * products, what opens a store, and every other variable that has a key in it, be it one that is
 * known or one of those variables'. Of `PATH` the absolute folders are left, so that a helper's own
 * helpers are not looked for in the current folder either.
 */
export function helperEnvironment(
  env: Environment,
  options: { readonly platform: NodeJS.Platform; readonly keys?: readonly ApiKey[] },
): Readonly<Record<string, string>> {
  const entries = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const keys = [
    ...(options.keys ?? []).map((key) => key.reveal()),
    ...entries
      .filter(([name]) => isOfMistral(name) && /KEY|TOKEN|SECRET/i.test(name))
      .map(([, value]) => value),
  ].filter((value) => value.length >= shortestKey);
  const { platform } = options;
  const { delimiter } = platform === "win32" ? win32 : posix;
  const inherited: Record<string, string> = {};
  for (const [name, value] of entries) {
    if (isPath(name, platform)) inherited[name] = programFolders({ env, platform }).join(delimiter);
    else if (!isOfMistral(name) && !keys.some((key) => value.includes(key))) inherited[name] = value;
  }
  return inherited;
}

/**
 * Takes the environment of a process over: gives a copy of all of it, and leaves in the process what
 * any program may inherit, for libraries that start one without being told its environment.
 */
export function takeEnvironment({ env, platform }: Pick<NodeJS.Process, "env" | "platform">): Environment {
  const whole = { ...env };
  const left = helperEnvironment(whole, { platform });
  for (const name of Object.keys(whole)) {
    const value = left[name];
    if (value === undefined) delete env[name];
    else if (value !== whole[name]) env[name] = value;
  }
  return whole;
}

function isOfMistral(name: string): boolean {
  return /MISTRAL|CODESTRAL/i.test(name) && !ownSettings.includes(name.toUpperCase());
}
