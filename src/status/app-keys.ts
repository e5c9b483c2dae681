import type { Deps } from "../deps.ts";
import type { ProcessContext } from "../files/process-context.ts";
import { readEnvironmentKey } from "../keys/environment-key.ts";
import type { Discovery, Find } from "../plaintext/find-keys.ts";
import { shortPath, whereOf } from "../plaintext/place-words.ts";
import { profilesWith } from "../profiles/known-key.ts";

/** Where each app looks, in order. */
const apps: readonly {
  readonly app: string;
  readonly looks: readonly ({ readonly variable: string } | { readonly file: "vibe" | "llm" })[];
  /** What is not read here. */
  readonly unseen?: string;
}[] = [
  // TypeScript and Python; neither reads a .env file by itself. Source: the SDK 2.7.0, lib/env, August 2026.
  { app: "Mistral's SDK", looks: [{ variable: "MISTRAL_API_KEY" }] },
  // Its keychain entry comes last. Source: mistral-vibe, vibe/core/config, August 2026.
  {
    app: "Mistral Vibe",
    looks: [{ variable: "MISTRAL_API_KEY" }, { file: "vibe" }],
    unseen: "; its own entry in the keychain was not read",
  },
  // A stored key comes before the variable. Source: llm, get_key, August 2026.
  { app: "llm", looks: [{ file: "llm" }, { variable: "LLM_MISTRAL_KEY" }] },
];

/**
 * Describes which key each app started here would use by itself, from the environment or its own files, in a
 * sentence each. Vibe's keychain entry is not read.
 */
export function describeApps(
  { env, profiles }: Deps,
  { found, unread }: Discovery,
  at: ProcessContext,
): readonly string[] {
  const inFile = (file: "vibe" | "llm") =>
    found.flatMap(({ key, places }) =>
      places.filter(({ kind }) => kind === file).map((place) => ({ key, place })),
    )[0];
  const inVariable = (variable: string): Find | undefined => {
    const read = readEnvironmentKey(env, variable);
    return read.state === "key" ? { key: read.key, place: { kind: "environment", variable } } : undefined;
  };
  return apps.map(({ app, looks, unseen = "" }) => {
    let taken: Find | undefined;
    for (const look of looks) {
      const missed = "file" in look ? unread.find(({ kind }) => kind === look.file) : undefined;
      if (missed !== undefined)
        return `${app} may use a key here from ${shortPath(missed.where, at)}, which was not read: ${missed.reason}.`;
      taken = "file" in look ? inFile(look.file) : inVariable(look.variable);
      if (taken !== undefined) break;
    }
    if (taken === undefined) return `${app} finds no key here by itself${unseen}.`;
    const { key, place } = taken;
    const [owner] = profilesWith(key, profiles);
    const whose = owner === undefined ? "another key" : `the key of profile "${owner.name}"`;
    return `${app} uses ${whose} here, ${key.mask}, from ${whereOf(place, at)}.`;
  });
}
