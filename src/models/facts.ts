import { type Facts, sources } from "../mistral/facts.ts";

const { apiReference, limits, userReports } = sources;

/** What `models`, `limits` and `try` say about Mistral. */
export const facts = {
  embeddings: apiReference("Mistral does not say which models make embeddings, but their names do."),
  shared: limits("Each model has limits of its own, and all keys of a workspace share them."),
  minuteComesBack: limits("The limits of a minute are full again within a minute."),
  monthComesBack: limits("The limits of a month are full again next month."),
  noneSaid: userReports("Mistral sent no limits with this answer."),
} as const satisfies Facts;
