import { availableParallelism } from "node:os";
import { findProgram } from "../support/find-program.ts";
import { Random } from "./random.ts";
import { findings, Report } from "./report.ts";
import type { Attack, Scenario } from "./scenario.ts";
import { atOnce } from "./scenarios/at-once.ts";
import { faultsInFiles, faultsInKeychain } from "./scenarios/faults.ts";
import { randomInputs } from "./scenarios/inputs.ts";
import { killInFile, killInKeyring } from "./scenarios/kill.ts";
import { killTargets, killTargetsAtEffects } from "./scenarios/kill-targets.ts";
import { randomKeys } from "./scenarios/prompts.ts";
import { hostileRepositories } from "./scenarios/repositories.ts";
import { hostileServers } from "./scenarios/servers.ts";
import { summaryOf, writeTable } from "./table.ts";
import { ProcessWatch } from "./watch.ts";

/** All of them, in the order in which they are run. */
export const scenarios: readonly Scenario[] = [
  killInKeyring,
  killInFile,
  faultsInFiles,
  faultsInKeychain,
  randomInputs,
  randomKeys,
  hostileServers,
  hostileRepositories,
  atOnce,
  ...killTargets,
  ...killTargetsAtEffects,
];

/** The options of the command line. */
export interface AttackOptions {
  readonly seed?: number | undefined;
  readonly only?: readonly string[] | undefined;
  readonly count?: number | undefined;
  readonly jobs?: number | undefined;
  readonly try?: number | undefined;
  readonly show?: boolean | undefined;
  readonly write?: boolean | undefined;
}

/** Runs the scenarios one after another and prints their results; returns the exit code. */
export async function attack(options: AttackOptions): Promise<number> {
  const seed = options.seed ?? Date.now() % 1_000_000;
  const wanted = scenarios.filter(
    ({ name }) => options.only?.some((begin) => name.startsWith(begin)) ?? true,
  );
  if (wanted.length === 0) {
    console.log(
      `There is no such scenario. These there are: ${scenarios.map(({ name }) => name).join(", ")}`,
    );
    return 2;
  }
  console.log(`Seed ${seed}.`);
  const started = Date.now();
  const reports: Report[] = [];
  for (const scenario of wanted) {
    const missing = (scenario.needs ?? []).filter((program) => findProgram(program) === undefined);
    if (missing.length > 0) {
      console.log(`!!! SKIPPED: ${scenario.name}: needs ${missing.join(", ")}`);
      continue;
    }
    const before = Date.now();
    const report = await runScenario(scenario, { ...options, seed });
    reports.push(report);
    console.log(`${scenario.name}: ${Math.round((Date.now() - before) / 1000)} s, ${summaryOf(report)}`);
  }
  const { only = [], count } = options;
  const flags = [
    ...only.map((name) => `--only ${name}`),
    ...(count === undefined ? [] : [`--count ${count}`]),
  ];
  const command = ["npm run attack --", `--seed ${seed}`, ...flags].join(" ");
  writeTable(
    reports,
    { command, says: scenarios, seconds: Math.round((Date.now() - started) / 1000) },
    options.write,
  );
  return reports.some(({ found }) => findings.some((finding) => found[finding] > 0)) ? 1 : 0;
}

/** Runs one scenario; returns its result. */
export async function runScenario(
  scenario: Scenario,
  options: AttackOptions & { readonly seed: number },
): Promise<Report> {
  const report = new Report(scenario.name, options.show);
  await scenario.run(attackOf(scenario, report, options.seed, options));
  return report;
}

function attackOf(scenario: Scenario, report: Report, seed: number, options: AttackOptions): Attack {
  const count = Math.min(options.count ?? scenario.count, scenario.count);
  const indexes =
    options.try === undefined ? Array.from({ length: count }, (_, index) => index) : [options.try];
  const jobs = options.jobs ?? Math.max(2, Math.min(4, availableParallelism()));
  return {
    count,
    report,
    watch: new ProcessWatch(),
    random: (what) => new Random(`${seed} ${scenario.name} ${what}`),
    tries: async (task) => {
      const left = indexes.values();
      await Promise.all(
        Array.from({ length: jobs }, async () => {
          for (const index of left) {
            await task(new Random(`${seed} ${scenario.name} ${index}`), `try ${index}`, index);
          }
        }),
      );
    },
  };
}
