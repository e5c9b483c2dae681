/** The pages of Mistral's console and sites, by the names `mistral-key open` takes. Source: Mistral's public documentation, August 2026. */
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
