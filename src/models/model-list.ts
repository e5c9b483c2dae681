import type { Capability, Model } from "../mistral/mistral-api.ts";

/**
 * Merges the names of each model. Mistral lists every name in its own row, with the other names as aliases;
 * two rows are one model if one names the other and their data are equal.
 *
 * @returns a row for each model, deprecated and archived ones last
 */
export function foldAliases(models: readonly Model[]): readonly Model[] {
  const rows = new Map(models.map((model) => [model.id, model]));
  const groups = new Map(models.map((model) => [model.id, new Set([model])]));
  for (const model of models) {
    for (const alias of model.aliases) {
      const other = rows.get(alias);
      if (other === undefined || saidOf(other) !== saidOf(model)) continue;
      const together = new Set([...(groups.get(model.id) ?? []), ...(groups.get(alias) ?? [])]);
      for (const { id } of together) groups.set(id, together);
    }
  }
  return [...new Set(groups.values())].map(joinRows).sort(byEndAndName);
}

function saidOf({ contextLength, capabilities, deprecatedAt, replacement, archived }: Model): string {
  return JSON.stringify([contextLength, capabilities, deprecatedAt, replacement, archived]);
}

function joinRows(group: ReadonlySet<Model>): Model {
  // Prefer a name that keeps its model: `-latest` moves on.
  const rank = ({ id, name }: Model) => (id.endsWith("-latest") ? 2 : 0) + (id === name ? 0 : 1);
  const [head, ...others] = [...group].sort((a, b) => rank(a) - rank(b)) as [Model, ...Model[]];
  const names = [head, ...others].flatMap(({ id, aliases }) => [id, ...aliases]);
  return { ...head, aliases: [...new Set(names)].filter((name) => name !== head.id).sort() };
}

function byEndAndName(a: Model, b: Model): number {
  const ends = ({ deprecatedAt, archived }: Model) => Number(deprecatedAt !== null || archived);
  return ends(a) - ends(b) || (a.id < b.id ? -1 : 1);
}

/** Whether a model can do all of this. */
export function canDo(model: Model, wanted: readonly Capability[]): boolean {
  return wanted.every((capability) => model.capabilities.includes(capability));
}
