/** A statement about Mistral that a change at Mistral can make untrue. */
export interface Fact {
  /** The sentence as shown; placeholders in braces are filled in. */
  readonly says: string;
  /** A page, or user reports of Mistral's answers. */
  readonly source: string;
  readonly seen: `${string} 20${number}`;
}

/**
 * The facts of a module. Each module that says something about Mistral exports them as `facts` from its own
 * `facts.ts`; `docs/facts.md` lists them all.
 */
export type Facts = Readonly<Record<string, Fact>>;

/** Builds facts by source and the month it was read. */
export const sources = {
  adminApi: factFrom("https://docs.mistral.ai/admin/admin-api/authentication", "August 2026"),
  apiKeys: factFrom("https://docs.mistral.ai/admin/identity-access/api-keys", "August 2026"),
  apiReference: factFrom("https://docs.mistral.ai/api", "August 2026"),
  codestralReports: factFrom("https://github.com/cline/cline/issues/1734", "August 2026"),
  errors: factFrom("https://docs.mistral.ai/resources/error-glossary", "August 2026"),
  keyPolicy: factFrom("https://docs.mistral.ai/admin/identity-access/api-key-policy", "August 2026"),
  limits: factFrom("https://docs.mistral.ai/admin/workspaces/usage-limits", "August 2026"),
  quickstart: factFrom(
    "https://docs.mistral.ai/getting-started/quickstarts/studio/activate-and-generate-api-key",
    "August 2026",
  ),
  roles: factFrom("https://docs.mistral.ai/admin/identity-access/roles-permissions", "August 2026"),
  spending: factFrom("https://docs.mistral.ai/admin/billing-usage/usage-limits", "August 2026"),
  userReports: factFrom("public reports of users", "August 2026"),
  vibeReports: factFrom("https://github.com/mistralai/mistral-vibe/issues/515", "August 2026"),
};

function factFrom(source: Fact["source"], seen: Fact["seen"]): (says: string) => Fact {
  return (says) => ({ says, source, seen });
}

/** A fact as a sentence, placeholders filled in. */
export function say(fact: Fact, values: Readonly<Record<string, string>> = {}): string {
  return fact.says.replace(/\{(\w+)\}/g, (blank, name: string) => values[name] ?? blank);
}
