import type { RotationStage } from "../../src/rotation/stages.ts";
import { type ExploredRun, stageOf } from "./explore.ts";
import type { Fate, RunResult, WorldState } from "./world.ts";

/** Every stage, in words. */
export const stages: Readonly<Record<RotationStage, string>> = {
  staging: "the new key is being put in `next`",
  switching: "`current` is being copied to `previous`, then `next` to `current`",
  delivering: "the new key is in use and is being delivered to its targets",
  retiring: "the old key waits to be deleted at Mistral",
  erasing: "Mistral refuses the old key, and `previous` is being erased",
  reverting: "the old key is wanted back: `current` is kept in `next`, then `previous` is put in its place",
};

const answers: readonly (readonly [Fate["name"], string])[] = [
  ["accepted", "works"],
  ["refused", "401"],
  ["forbidden", "403"],
  ["no answer", "unknown"],
];

const introduction = `# Rotation, in every state

Made by \`test/rotation/stages.test.ts\`, which tries all of it on \`src/rotation/stages.ts\`. Do not edit it by hand.

A rotation uses three slots of its profile in the store: \`current\`, the key in use, \`next\` and \`previous\`. The journal holds the stage, never a key. A stage is written before the steps that it allows; each step has one effect, after which the table is looked at again. So a rotation that is interrupted anywhere is in one of the states below.

1. A key is put in use, or delivered, only when Mistral accepts it or a person has just entered it.
2. \`current\` is overwritten only when the key that it loses is in another slot as well.
3. A key is erased only when it is in another slot as well, when Mistral has refused it while it accepted the one in use, or when a person gives it up and Mistral accepts the one in use.

| stage | what happens in it |
|---|---|
${Object.entries(stages)
  .map(([stage, words]) => `| \`${stage}\` | ${words} |`)
  .join("\n")}

Each table below holds for the states above it. Its rows are what Mistral says of the old key, its columns what it says of the new one: *works*; *401*; *403*, so that the key is there and may not be used; *unknown* where there is no answer, a limit, or somebody in between. A cell says which key is in use at the end, and whether the rotation is over; where it is not, both keys are kept. \`rotate --abort\` gives up the new key only after a question.
`;

/** What a rotation does in every state that a run can leave, as a page. */
export function describeRotation(runs: readonly ExploredRun[]): string {
  const whole = runs.filter(({ cut, before }) => cut === undefined && before.record !== undefined);
  const tables = new Map<string, Set<string>>();
  for (const state of new Map(whole.map(({ before }) => [nameOf(before), before])).keys()) {
    const here = whole.filter(({ before }) => nameOf(before) === state);
    const tablesHere = `${tableOf(here, "--finish")}\n${tableOf(here, "--abort --yes")}`;
    tables.set(tablesHere, (tables.get(tablesHere) ?? new Set()).add(state));
  }
  const sections = [...tables].map(([text, states]) => {
    const rows = [...states].sort(byStage);
    return `${headingOf(rows)}\n\n| stage | \`current\` | \`next\` | \`previous\` |\n|---|---|---|---|\n${rows.join("\n")}\n\n${text}`;
  });
  return [introduction, ...sections].join("\n");
}

function nameOf(state: WorldState): string {
  const { current, next, previous } = state.slots;
  const cells = [`\`${stageOf(state)}\``, current ?? "–", next ?? "–", previous ?? "–"];
  return `| ${cells.join(" | ")} |`;
}

/** `## switching, delivering: new in use`. */
function headingOf(rows: readonly string[]): string {
  const cells = rows.map((row) => row.replace(/[|`]/g, " ").trim().split(/\s+/));
  const names = [...new Set(cells.map(([stage]) => stage))];
  return `## ${names.join(", ")}: ${cells[0]?.[1]} in use`;
}

function byStage(one: string, other: string): number {
  const place = (row: string) => Object.keys(stages).findIndex((stage) => row.includes(`\`${stage}\``));
  return place(one) - place(other);
}

function tableOf(runs: readonly ExploredRun[], event: ExploredRun["event"]): string {
  const title = `\`rotate ${event.replace(" --yes", "")}\``;
  const cellAt = (old: Fate["name"], one: Fate["name"]) => {
    const run = runs.find(
      (found) => found.event === event && found.fates.old.name === old && found.fates.new.name === one,
    );
    if (run === undefined) throw new Error(`Nobody has tried ${event} with ${old} and ${one}.`);
    return wordsFor(run.result);
  };
  const rows = answers.map(([old, word]) => [`old **${word}**`, ...answers.map(([one]) => cellAt(old, one))]);
  const [always] = new Set(rows.flatMap(([, ...cells]) => cells));
  if (rows.every(([, ...cells]) => cells.every((cell) => cell === always)))
    return `${title}, whatever Mistral says: ${always}.\n`;
  const head = [title, ...answers.map(([, word]) => `new **${word}**`)];
  return [head, head.map(() => "---"), ...rows]
    .map((row) => `| ${row.join(" | ")} |`)
    .join("\n")
    .concat("\n");
}

function wordsFor({ state: { slots, record } }: RunResult): string {
  return `${slots.current}${record === undefined ? ", over" : ""}`;
}
