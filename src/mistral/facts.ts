/** Where facts about Mistral come from: pages, and what people reported of its answers. */
export const sources = {
  adminApi: "https://docs.mistral.ai/admin/admin-api/authentication",
  apiKeys: "https://docs.mistral.ai/admin/identity-access/api-keys",
  apiReference: "https://docs.mistral.ai/api",
  codestralReports: "https://github.com/cline/cline/issues/1734",
  errors: "https://docs.mistral.ai/resources/error-glossary",
  keyPolicy: "https://docs.mistral.ai/admin/identity-access/api-key-policy",
  limits: "https://docs.mistral.ai/deployment/ai-studio/tier",
  quickstart: "https://docs.mistral.ai/getting-started/quickstarts/studio/activate-and-generate-api-key",
  regions: "https://docs.mistral.ai/inference/regional-inference",
  spending: "https://docs.mistral.ai/admin/billing-usage/usage-limits",
  userReports: "public reports of users",
  vibeReports: "https://github.com/mistralai/mistral-vibe/issues/515",
} as const;

/** Something this program says about Mistral that a change at Mistral makes untrue. */
export interface Fact {
  /** The sentence as people read it; what stands in braces is filled in. */
  readonly says: string;
  /** One of {@link sources}. */
  readonly source: string;
  /** The month in which the source said so. */
  readonly seen: `${string} 20${number}`;
}

/**
 * The facts of a module. Each module that says something about Mistral has them in a file `facts.ts`
 * of its own, under this name; `docs/facts.md` lists them all.
 */
export type Facts = Readonly<Record<string, Fact>>;

/** Makes the facts of one source, as it was read in one month. */
export function factFrom(source: Fact["source"], seen: Fact["seen"]): (says: string) => Fact {
  return (says) => ({ says, source, seen });
}

/** A fact as a sentence, with its blanks filled in. */
export function say(fact: Fact, values: Readonly<Record<string, string>> = {}): string {
  return fact.says.replace(/\{(\w+)\}/g, (blank, name: string) => values[name] ?? blank);
}
