import { type Facts, sources } from "../mistral/facts.ts";

const { apiReference, limits, userReports } = sources;

/** What `models`, `limits` and `try` say about Mistral. */
export const facts = {
  embeddings: apiReference("Mistral does not say which models make embeddings; their names do."),
  shared: limits("Each model has limits of its own, and all keys of a workspace share them."),
  minuteComesBack: limits("What is used of a minute comes back within a minute."),
  monthComesBack: limits("What is used of a month comes back with the next month."),
  noneSaid: userReports("Mistral said nothing about limits with this answer."),
  noneStreamed: userReports("A streamed answer tells no limits."),
} as const satisfies Facts;
