import type { Deps } from "../deps.ts";
import type { ApiKey } from "../keys/api-key.ts";
import { readEnvironmentKey } from "../keys/environment-key.ts";
import { matchesFingerprint } from "../keys/fingerprint.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import type { Discovery, FoundPlace } from "../plaintext/find-keys.ts";
import { whereOf } from "../plaintext/place-words.ts";
import type { ListedProfile } from "../profiles/profile-registry.ts";

/** The key that an app started here would take by itself. */
export interface AppKey {
  readonly app: string;
  /** `undefined` where it finds none. */
  readonly found:
    | {
        readonly place: FoundPlace;
        readonly mask: string;
        /** The profile whose key it is; `undefined` for a key that is not stored here. */
        readonly profile: ProfileName | undefined;
      }
    | undefined;
}

/** Where an app looks, the first place first. */
const apps: readonly {
  readonly app: string;
  readonly looks: readonly ({ readonly variable: string } | { readonly file: "vibe" | "llm" })[];
}[] = [
  // TypeScript and Python; neither reads a .env file by itself. Source: the SDK 2.7.0, lib/env, August 2026.
  { app: "Mistral's SDK", looks: [{ variable: "MISTRAL_API_KEY" }] },
  // And then its entry in the keychain. Source: mistral-vibe, vibe/core/config, August 2026.
  { app: "Mistral Vibe", looks: [{ variable: "MISTRAL_API_KEY" }, { file: "vibe" }] },
  // A stored key comes before the variable. Source: llm, get_key, August 2026.
  { app: "llm", looks: [{ file: "llm" }, { variable: "LLM_MISTRAL_KEY" }] },
];

/** Finds the keys that apps would take here, from the environment and from their own files. Vibe's entry in the keychain is not looked at. */
export function findAppKeys(
  env: Deps["env"],
  { found }: Discovery,
  profiles: readonly ListedProfile[],
): readonly AppKey[] {
  const inFile = (file: "vibe" | "llm") =>
    found.flatMap(({ key, places }) =>
      places.filter(({ kind }) => kind === file).map((place) => ({ key, place })),
    )[0];
  const inVariable = (variable: string): { key: ApiKey; place: FoundPlace } | undefined => {
    const read = readEnvironmentKey(env, variable);
    return read.state === "key" ? { key: read.key, place: { kind: "environment", variable } } : undefined;
  };
  return apps.map(({ app, looks }) => {
    const taken = looks
      .map((look) => ("file" in look ? inFile(look.file) : inVariable(look.variable)))
      .find((one) => one !== undefined);
    if (taken === undefined) return { app, found: undefined };
    const { key, place } = taken;
    const owner = profiles.find(
      (row) => "profile" in row && matchesFingerprint(key, row.profile.fingerprint),
    );
    return { app, found: { place, mask: key.mask, profile: owner?.name } };
  });
}

/** What each app would take, a sentence each; those that find nothing share one. */
export function describeApps(keys: readonly AppKey[], at: Parameters<typeof whereOf>[1]): readonly string[] {
  const said = keys.flatMap(({ app, found }) => {
    if (found === undefined) return [];
    const whose = found.profile === undefined ? "another key" : `the key of profile "${found.profile}"`;
    return [`${app} takes ${whose} here, ${found.mask}, from ${whereOf(found.place, at)}.`];
  });
  const without = keys.filter(({ found }) => found === undefined).map(({ app }) => app);
  if (without.length === 0) return said;
  const names = new Intl.ListFormat("en", { type: "conjunction" }).format(without);
  const none = without.length === 1 ? "finds no key here by itself" : "find no key here by themselves";
  const keychain = without.includes("Mistral Vibe")
    ? "; Vibe's own entry in the keychain was not looked at"
    : "";
  return [...said, `${names} ${none}${keychain}.`];
}
