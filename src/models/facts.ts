import { type Facts, factFrom, sources } from "../mistral/facts.ts";

const reference = factFrom(sources.apiReference, "August 2026");
const limits = factFrom(sources.limits, "August 2026");
const userReports = factFrom(sources.userReports, "August 2026");

/** What `models`, `limits` and `try` say about Mistral. */
export const facts = {
  embeddings: reference("Mistral does not say which models make embeddings; their names do."),
  shared: limits("Each model has limits of its own, and all keys of a workspace share them."),
  minuteComesBack: limits("What is used of a minute comes back within a minute."),
  monthComesBack: limits("What is used of a month comes back with the next month."),
  noneSaid: userReports("Mistral said nothing about limits with this answer."),
  noneStreamed: userReports("A streamed answer tells no limits."),
} as const satisfies Facts;
