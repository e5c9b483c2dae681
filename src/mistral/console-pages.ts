/**
 * The pages of Mistral's console and sites, by the names `mistral-key open` takes. No other file
 * holds an address of theirs. Source: Mistral's public documentation, August 2026.
 */
export const consolePages = {
  console: "https://console.mistral.ai",
  keys: "https://console.mistral.ai/api-keys",
  limits: "https://admin.mistral.ai/plateforme/limits",
  usage: "https://admin.mistral.ai/organization/usage",
  billing: "https://admin.mistral.ai/organization/billing",
  subscription: "https://admin.mistral.ai/subscription",
  workspaces: "https://admin.mistral.ai/organization/workspaces",
  pricing: "https://mistral.ai/pricing/",
  docs: "https://docs.mistral.ai",
  status: "https://status.mistral.ai",
  support: "https://help.mistral.ai",
} as const;

/** The name of one of {@link consolePages}. */
export type ConsolePage = keyof typeof consolePages;

/** Pages that only some people need, so that `open` does not list them. */
export const furtherPages = {
  /** One's own keys, where API Keys is not in the sidebar of Studio: profile menu, API Keys. */
  ownKeys: "https://console.mistral.ai/home?profile_dialog=api-keys",
  /** All keys of an organization, for its admins. */
  organizationKeys: "https://admin.mistral.ai/plateforme/api-keys",
  /** Where an Admin API key is made. */
  adminKeys: "https://backoffice.mistral.ai",
} as const;
