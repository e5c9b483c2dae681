// Attacks the built command and prints a table of what came of it; everything stays on loopback.
//
//   npm run attack                          all of it; the seed is printed
//   npm run attack -- --seed 7              the same again: the same inputs, faults and moments
//   npm run attack -- --only faults         scenarios whose name begins like this; may be given several times
//   npm run attack -- --count 20            at most so many tries of each scenario
//   npm run attack -- --jobs 1              so many tries at once
//   npm run attack -- --seed 7 --only faults --try 12   one try of one scenario, as it was in that run
//   npm run attack -- --show …              what every run prints, too
//   npm run attack -- --write               keep the table in docs/reliability.md
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { bundleWhole } from "../../scripts/bundle.mjs";

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    only: { type: "string", multiple: true },
    count: { type: "string" },
    jobs: { type: "string" },
    try: { type: "string" },
    show: { type: "boolean" },
    write: { type: "boolean" },
  },
});

// Node 20 runs no TypeScript.
const bundle = fileURLToPath(new URL("../../build/attack/attack.cjs", import.meta.url));
await bundleWhole(fileURLToPath(new URL("attack.ts", import.meta.url)), bundle, [
  "keytar",
  "@lydell/node-pty",
]);
const { attack } = await import(pathToFileURL(bundle).href);
const number = (text) => (text === undefined ? undefined : Number(text));
process.exitCode = await attack({
  seed: number(values.seed),
  only: values.only,
  count: number(values.count),
  jobs: number(values.jobs),
  try: number(values.try),
  show: values.show,
  write: values.write,
});
