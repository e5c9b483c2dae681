import type { Flags } from "./cli/flags.ts";
import type { Deps } from "./deps.ts";
import { MistralKeyError } from "./errors.ts";
import { parseServerUrl, type Region } from "./mistral/endpoint.ts";
import type { ProfileChoice } from "./profiles/choose-profile.ts";
import type { StoreKind } from "./stores/secret-store.ts";
import type { KeyRequest } from "./stores/stored-key.ts";

/** What the global flags, the environment and the folder ask for. */
export interface Settings extends KeyRequest {
  readonly choice: ProfileChoice;
  readonly json: boolean;
}

/**
 * Reads the global flags; a flag wins over its environment variable.
 *
 * @throws MistralKeyError of kind `usage`, or as `chooseProfile` does
 */
export function readSettings(
  flags: Flags,
  { env, chooseProfile }: Pick<Deps, "env" | "chooseProfile">,
): Settings {
  const ask = (flag: string, variable: string) => flags.value(flag) ?? (env[variable] || undefined);
  const serverUrl = ask("serverUrl", "MISTRAL_KEY_SERVER_URL");
  // The parser lets no other value in.
  const region = flags.value("region") as Region | undefined;
  const choice = chooseProfile(flags.value("profile"));
  return {
    profile: choice.name,
    choice,
    store: readStoreKind(ask("store", "MISTRAL_KEY_STORE")),
    endpoint:
      serverUrl === undefined
        ? region && { region }
        : { region: region ?? "global", serverUrl: parseServerUrl(serverUrl) },
    json: flags.on("json"),
  };
}

/**
 * Parses a store name, from `--store` or `MISTRAL_KEY_STORE`.
 *
 * @throws MistralKeyError of kind `usage`
 */
export function readStoreKind(text: string | undefined): StoreKind | undefined {
  if (text === undefined || text === "keychain" || text === "file") return text;
  throw new MistralKeyError("usage", "There is no store with that name.", {
    hint: "Use keychain or file, in --store or MISTRAL_KEY_STORE.",
  });
}
