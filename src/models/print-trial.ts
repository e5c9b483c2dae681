import { commandFor } from "../hints.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import { say } from "../mistral/facts.ts";
import type { RateLimit } from "../mistral/mistral-api.ts";
import { showName } from "../outside-text.ts";
import type { Output } from "../terminal/output/output.ts";
import { facts } from "./facts.ts";
import type { Trial } from "./try-model.ts";

/** Prints what an answer cost: model, tokens, time, and share of the limits. */
export function printTrial(output: Output, profile: ProfileName, trial: Trial): void {
  const { model, end, ms } = trial;
  const tokens = end?.usage ? [`${end.usage.promptTokens} tokens in, ${end.usage.completionTokens} out`] : [];
  const said = [showName(end?.model ?? model ?? ""), ...tokens, `${(ms / 1000).toFixed(1)} s`];
  output.print();
  output.ok(said.join(", "), 0);
  if (end !== undefined && end.finishReason !== "stop") {
    output.warn(`The answer ends there. The reason that Mistral gives: "${end.finishReason}".`, 0);
  }
  const shares = sharesOf(trial);
  if (shares.length > 0) output.bullet(`It used ${shares.join(" and ")}.`, 0);
  else output.bullet(`${say(facts.noneSaid)} To see them: ${commandFor(profile, "limits")}`, 0);
}

function sharesOf({ end, rateLimits }: Trial): readonly string[] {
  const usage = end?.usage;
  if (!usage || rateLimits === null) return [];
  const tokens = rateLimits.tokensOfCall ?? usage.promptTokens + usage.completionTokens;
  const share = (count: number, { limit }: RateLimit, of: string) =>
    limit ? [`${percent(count / limit)} of the ${of}`] : [];
  return [
    ...share(1, rateLimits.requestsPerMinute, "requests allowed a minute"),
    ...share(tokens, rateLimits.tokensPerMinute, "tokens allowed a minute"),
    ...share(tokens, rateLimits.tokensPerMonth, "tokens allowed a month"),
  ];
}

function percent(share: number): string {
  return share < 0.0001 ? "less than 0.01%" : `${Number((share * 100).toPrecision(2))}%`;
}
