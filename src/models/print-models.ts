import { dayOf, formatDay } from "../keys/expiry.ts";
import { say } from "../mistral/facts.ts";
import type { Capability, Model } from "../mistral/mistral-api.ts";
import type { Output } from "../terminal/output/output.ts";
import { facts } from "./facts.ts";
import { groupDigits } from "./group-digits.ts";

/** A longer name leaves no room beside it, so such models get a table of their own. */
const longestName = 34;

/** Prints a list of models with what Mistral says of each. */
export function printModels(
  output: Output,
  models: readonly Model[],
  { wanted, now }: { readonly wanted: readonly Capability[]; readonly now: Date },
): void {
  const { theme } = output;
  const what = models.length === 1 ? "1 model" : `${models.length === 0 ? "No" : models.length} models`;
  output.heading(
    wanted.length === 0 ? `${what} for this key` : `${what} for this key can do ${listed(wanted)}`,
  );
  const contexts = models.map(({ contextLength }) =>
    contextLength === null ? "not said" : groupDigits(contextLength),
  );
  const width = Math.max(...contexts.map((text) => text.length), "context".length);
  const rows = models.map((model, index) => ({
    label: theme.strong(model.id),
    value: describeModel(model, (contexts[index] ?? "").padEnd(width), output, now),
  }));
  const fits = (_: unknown, index: number) => (models[index]?.id.length ?? 0) <= longestName;
  const short = rows.filter(fits);
  const head = { label: theme.faint("model"), value: theme.faint(`${"context".padEnd(width)}  can do`) };
  for (const group of [short, rows.filter((row) => !short.includes(row))]) {
    if (group.length === 0) continue;
    output.print();
    output.rows([head, ...group]);
  }
  if (models.length === 0) return;
  output.print();
  output.bullet("A context is in tokens. Mistral did not say what is not shown here.");
  output.bullet(say(facts.embeddings));
}

function describeModel(model: Model, context: string, { theme }: Output, now: Date): string {
  const { capabilities, aliases, deprecatedAt, replacement, archived } = model;
  const lines = [`${context}  ${capabilities.length === 0 ? "not said" : capabilities.join(", ")}`];
  if (aliases.length > 0) lines.push(theme.faint(`also ${aliases.join(", ")}`));
  if (archived) lines.push(theme.caution("archived"));
  if (deprecatedAt !== null) {
    const ends = new Date(deprecatedAt) < now ? "was to end on" : "ends on";
    const then = replacement === null ? "" : `; use ${replacement} instead`;
    lines.push(theme.caution(`deprecated: ${ends} ${formatDay(dayOf(new Date(deprecatedAt)))}${then}`));
  }
  return lines.join("\n");
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
