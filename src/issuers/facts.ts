import { furtherPages } from "../mistral/console-pages.ts";
import { type Facts, sources } from "../mistral/facts.ts";

const { adminApi } = sources;

/** Statements about Mistral's Admin API. */
export const facts = {
  preview: adminApi("Mistral's Admin API is a preview for organizations on an Enterprise plan."),
  ownKind: adminApi(
    `An Admin API key is made at ${furtherPages.adminKeys} and belongs to one organization; an ordinary API key is not one.`,
  ),
  globalOnly: adminApi("The regional endpoints have no Admin API."),
} as const satisfies Facts;
