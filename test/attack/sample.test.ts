import { expect, it } from "vitest";
import { findProgram } from "../support/find-program.ts";
import { runScenario, scenarios } from "./attack.ts";

// A few tries of each; `npm run attack` makes hundreds.
const tries: Readonly<Record<string, number>> = {
  "kill-keyring": 4,
  "kill-file": 3,
  "faults-files": 3,
  "faults-keychain": 3,
  inputs: 12,
  servers: 3,
  repositories: 3,
};

for (const scenario of scenarios.filter(({ name }) => name in tries)) {
  const isComplete = (scenario.needs ?? []).every((program) => findProgram(program) !== undefined);
  it.runIf(process.platform === "linux" && isComplete)(`finds nothing: ${scenario.name}`, async () => {
    const report = await runScenario(scenario, { seed: 1, count: tries[scenario.name] });
    expect(report.found).toEqual({ crash: 0, leak: 0, loss: 0, hang: 0, exit: 0 });
  });
}
