import { type Cut, type Event, type Fates, fates, type RunResult, runIn, type WorldState } from "./world.ts";

/** One run, and what it began and ended with. */
export interface ExploredRun {
  readonly before: WorldState;
  readonly event: Event;
  readonly fates: Fates;
  readonly cut: Cut;
  readonly failing: readonly string[];
  readonly result: RunResult;
}

const single = [fates.accepted, fates.refused, fates.forbidden, fates.limited, fates.unreachable];

/** Every combination of the keys' fates; a gateway refuses all keys at once. */
export const everyFates: readonly Fates[] = [
  ...single.flatMap((old) => single.map((one) => ({ old, new: one, other: fates.accepted }))),
  { old: fates.gateway, new: fates.gateway, other: fates.gateway },
];

const goingOn: readonly Event[] = ["--finish", "--finish --yes", "--abort --yes"];

/**
 * Starts a rotation with every fate of both keys, cuts it off at every instant, continues in every way from
 * every state that this leaves, cuts that off as well, and so on until no new state appears.
 *
 * @param failing - the sets of targets that accept no key
 */
export async function explore(
  idle: WorldState,
  options: { readonly fates?: readonly Fates[]; readonly failing?: readonly (readonly string[])[] } = {},
): Promise<readonly ExploredRun[]> {
  const runs: ExploredRun[] = [];
  const seen = new Set<string>();
  const waiting: WorldState[] = [];
  const meet = (state: WorldState) => {
    if (seen.has(idOf(state))) return;
    seen.add(idOf(state));
    if (state.record !== undefined) waiting.push(state);
  };
  const tryEvent = async (before: WorldState, event: Event) => {
    for (const fatesNow of options.fates ?? everyFates) {
      for (const failing of options.failing ?? [[]]) {
        const run = async (cut: Cut) => {
          const result = await runIn(before, event, fatesNow, { cut, failing });
          runs.push({ before, event, fates: fatesNow, cut, failing, result });
          meet(result.state);
          return result;
        };
        const { effects } = await run(undefined);
        for (let at = 1; at <= effects; at += 1) {
          await run({ killedAt: at });
          await run({ refusedAt: at });
        }
      }
    }
  };
  await tryEvent(idle, "rotate");
  for (let state = waiting.shift(); state !== undefined; state = waiting.shift()) {
    for (const event of goingOn) await tryEvent(state, event);
  }
  return runs;
}

/** The stage of a rotation, or what has become of its record. */
export function stageOf({ record }: WorldState): string {
  return record === undefined ? "none" : record === "damaged" ? "damaged" : record.stage;
}

/** The identity of a state. */
function idOf(state: WorldState): string {
  const { slots, record, profile, targets } = state;
  const told = profile === undefined || profile === "damaged" ? profile : profile.key;
  const progress = record === undefined || record === "damaged" ? [] : record.targets;
  return JSON.stringify([stageOf(state), slots.current, slots.next, slots.previous, told, progress, targets]);
}

/** A run in words, for a failure of a test. */
export function inWords({ before, event, fates: now, cut, result }: ExploredRun): string {
  const where = cut === undefined ? "" : `, ${JSON.stringify(cut)}`;
  const mistral = `old ${now.old.name}, new ${now.new.name}`;
  return `${idOf(before)} ${event}${where} (${mistral}) -> ${result.end} ${idOf(result.state)}`;
}
