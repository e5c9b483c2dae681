import { consolePages } from "../mistral/console-pages.ts";
import { say } from "../mistral/facts.ts";
import type { Identity, RateLimit, RateLimits } from "../mistral/mistral-api.ts";
import { showName } from "../outside-text.ts";
import { placeOf } from "../profiles/profile.ts";
import type { Output, Style } from "../terminal/output/output.ts";
import { facts } from "./facts.ts";
import { groupDigits } from "./group-digits.ts";

const names: Readonly<Record<Exclude<keyof RateLimits, "tokensOfCall">, string>> = {
  requestsPerSecond: "Requests a second",
  requestsPer10Seconds: "Requests in 10 seconds",
  requestsPerMinute: "Requests a minute",
  requestsPerMonth: "Requests a month",
  requests: "Requests (period not given)",
  tokensPerMinute: "Tokens a minute",
  tokensPerMonth: "Tokens a month",
};

/** Prints the limits that a call returned as bars, and whose; omits what Mistral did not say. */
export function printLimits(
  output: Output,
  model: string | undefined,
  identity: Identity | null,
  rateLimits: RateLimits | null,
): void {
  const { theme } = output;
  const place = placeOf(identity);
  output.heading(`Limits${model === undefined ? "" : ` of ${showName(model)}`}${place}`);
  output.print();
  const shown = Object.entries(names).flatMap(([name, label]) => {
    const limit = rateLimits?.[name as keyof typeof names];
    const value = limit === undefined ? undefined : describeLimit(limit, theme);
    return limit === undefined || value === undefined ? [] : [{ label, value, limit }];
  });
  if (shown.length > 0) output.rows(shown);
  else output.paragraph(say(facts.noneSaid));
  output.print();
  const isUsed = (time: string) =>
    shown.some(({ label, limit }) => label.endsWith(time) && limit.limit !== limit.remaining) &&
    shown.every(({ limit }) => limit.limit !== 0);
  if (isUsed("a minute")) output.bullet(say(facts.minuteComesBack));
  if (isUsed("a month")) output.bullet(say(facts.monthComesBack));
  const taken = rateLimits?.tokensOfCall;
  if (taken !== undefined)
    output.bullet(`This call took ${groupDigits(taken)} token${taken === 1 ? "" : "s"}.`);
  output.bullet(say(facts.shared));
  if (!place) output.bullet("Mistral did not say which workspace that is.");
  output.print();
  output.rows([
    { label: "Higher limits", value: theme.link(consolePages.limits) },
    { label: "Prices", value: theme.link(consolePages.pricing) },
    { label: "Used so far", value: theme.link(consolePages.usage) },
  ]);
}

function describeLimit({ limit, remaining }: RateLimit, theme: Style): string | undefined {
  if (limit === null)
    return remaining === null ? undefined : `${groupDigits(remaining)} left; the limit was not given`;
  if (limit === 0 && !remaining) return "none at all";
  if (remaining === null) return `${groupDigits(limit)}; how many are left was not given`;
  if (remaining > limit) return `${groupDigits(remaining)} left of ${groupDigits(limit)}, says Mistral`;
  const left = `${remaining === 0 ? "none" : groupDigits(remaining)} of ${groupDigits(limit)} left`;
  return `${theme.meter(remaining / limit)}  ${left}`.trimStart();
}
