/**
 * Pages of Mistral's console and sites, by the names that `mistral-key open` takes. No other file has their
 * addresses. Source: Mistral's public documentation, August 2026.
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

/** Pages that few people need, so `open` does not list them. */
export const furtherPages = {
  /** The user's own keys, if Studio's sidebar lacks API Keys: profile menu, API Keys. */
  ownKeys: "https://console.mistral.ai/home?profile_dialog=api-keys",
  /** All keys of an organization, for its admins. */
  organizationKeys: "https://admin.mistral.ai/plateforme/api-keys",
  /** Where to create an Admin API key. */
  adminKeys: "https://backoffice.mistral.ai",
} as const;
