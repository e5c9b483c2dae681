import type { Deps } from "../deps.ts";
import type { ProcessContext } from "../files/process-context.ts";
import type { ApiKey } from "../keys/api-key.ts";
import { readEnvironmentKey } from "../keys/environment-key.ts";
import { matchesFingerprint } from "../keys/fingerprint.ts";
import type { Discovery, FoundPlace } from "../plaintext/find-keys.ts";
import { whereOf } from "../plaintext/place-words.ts";

/** Where each app looks, in order. */
const apps: readonly {
  readonly app: string;
  readonly looks: readonly ({ readonly variable: string } | { readonly file: "vibe" | "llm" })[];
}[] = [
  // TypeScript and Python; neither reads a .env file by itself. Source: the SDK 2.7.0, lib/env, August 2026.
  { app: "Mistral's SDK", looks: [{ variable: "MISTRAL_API_KEY" }] },
  // Its keychain entry comes last. Source: mistral-vibe, vibe/core/config, August 2026.
  { app: "Mistral Vibe", looks: [{ variable: "MISTRAL_API_KEY" }, { file: "vibe" }] },
  // A stored key comes before the variable. Source: llm, get_key, August 2026.
  { app: "llm", looks: [{ file: "llm" }, { variable: "LLM_MISTRAL_KEY" }] },
];

/**
 * Describes which key each app started here would use by itself, from the environment or its own files: a
 * sentence each; apps without a key share one. Vibe's keychain entry is not read.
 */
export function describeApps(
  { env, profiles }: Pick<Deps, "env" | "profiles">,
  { found }: Discovery,
  at: ProcessContext,
): readonly string[] {
  const listed = profiles.list();
  const inFile = (file: "vibe" | "llm") =>
    found.flatMap(({ key, places }) =>
      places.filter(({ kind }) => kind === file).map((place) => ({ key, place })),
    )[0];
  const inVariable = (variable: string): { key: ApiKey; place: FoundPlace } | undefined => {
    const read = readEnvironmentKey(env, variable);
    return read.state === "key" ? { key: read.key, place: { kind: "environment", variable } } : undefined;
  };
  const said: string[] = [];
  const without: string[] = [];
  for (const { app, looks } of apps) {
    const taken = looks
      .map((look) => ("file" in look ? inFile(look.file) : inVariable(look.variable)))
      .find((one) => one !== undefined);
    if (taken === undefined) {
      without.push(app);
      continue;
    }
    const { key, place } = taken;
    const owner = listed.find((row) => "profile" in row && matchesFingerprint(key, row.profile.fingerprint));
    const whose = owner === undefined ? "another key" : `the key of profile "${owner.name}"`;
    said.push(`${app} uses ${whose} here, ${key.mask}, from ${whereOf(place, at)}.`);
  }
  if (without.length === 0) return said;
  const names = new Intl.ListFormat("en", { type: "conjunction" }).format(without);
  const none = without.length === 1 ? "finds no key here by itself" : "find no key here by themselves";
  const keychain = without.includes("Mistral Vibe")
    ? "; Vibe's own entry in the keychain was not looked at"
    : "";
  return [...said, `${names} ${none}${keychain}.`];
}
