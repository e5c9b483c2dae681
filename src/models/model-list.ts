import type { Model } from "../mistral/mistral-api.ts";

/**
 * Merges the names of each model. Mistral lists every name in its own row, with the other names as aliases;
 * two rows are one model if one names the other and their data are equal.
 *
 * @returns a row for each model, deprecated and archived ones last
 */
export function foldAliases(models: readonly Model[]): readonly Model[] {
  // Prefer a name that keeps its model: `-latest` moves on.
  const rank = ({ id, name }: Model) => (id.endsWith("-latest") ? 2 : 0) + (id === name ? 0 : 1);
  const folded: Model[] = [];
  for (const model of [...models].sort((a, b) => rank(a) - rank(b))) {
    const at = folded.findIndex((other) => isSame(other, model));
    const { aliases, ...head } = folded[at] ?? model;
    const names = [...aliases, model.id, ...model.aliases].filter((name) => name !== head.id);
    folded.splice(at === -1 ? folded.length : at, 1, { ...head, aliases: [...new Set(names)].sort() });
  }
  return folded.sort(byEndAndName);
}

function isSame(one: Model, other: Model): boolean {
  const said = ({ contextLength, capabilities, deprecatedAt, replacement, archived }: Model) =>
    JSON.stringify([contextLength, capabilities, deprecatedAt, replacement, archived]);
  const named = one.aliases.includes(other.id) || other.aliases.includes(one.id);
  return named && said(one) === said(other);
}

function byEndAndName(a: Model, b: Model): number {
  const ends = ({ deprecatedAt, archived }: Model) => Number(deprecatedAt !== null || archived);
  return ends(a) - ends(b) || (a.id < b.id ? -1 : 1);
}
