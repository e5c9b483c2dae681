// Runs commands in turn and measures how long each takes.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * A command to measure.
 *
 * @typedef {object} Case
 * @property {string} name
 * @property {string} file
 * @property {string[]} args
 * @property {Record<string, string | undefined>} [env] added to those of this process
 * @property {string} [cwd]
 * @property {() => Record<string, string>} [fresh] returns more variables before each run
 */

/**
 * Runs every case once a round, each round starting with a different one, so that a slow phase of this
 * machine affects all of them.
 *
 * @param {Case[]} cases
 * @param {number} rounds
 * @returns {Promise<Map<string, number[]>>} milliseconds from start to end, by name
 */
export async function inTurns(cases, rounds) {
  const times = new Map(cases.map(({ name }) => [name, []]));
  for (const each of cases) await run(each); // The first run of a program reads it from the disk.
  for (let round = 0; round < rounds; round++) {
    for (let place = 0; place < cases.length; place++) {
      const each = cases[(round + place) % cases.length];
      times.get(each.name).push(await run(each));
    }
  }
  return times;
}

/**
 * The peak memory of a case, in kilobytes: the median of some runs.
 *
 * @param {Case} each a run of Node
 */
export async function peakMemory(each, rounds = 5) {
  const folder = mkdtempSync(join(tmpdir(), "bench-memory-"));
  try {
    const file = join(folder, "kilobytes");
    const reporter = fileURLToPath(new URL("report-memory.cjs", import.meta.url));
    const args = ["--require", reporter, ...each.args];
    const peaks = [];
    for (let round = 0; round < rounds; round++) {
      await run({ ...each, args, env: { ...each.env, BENCH_MEMORY_FILE: file } });
      peaks.push(Number(readFileSync(file, "utf8")));
    }
    return median(peaks);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** @param {Case} each @returns {Promise<number>} */
export function run({ name, file, args, env = {}, cwd, fresh }) {
  // Node 20 reads these certificates at every start, which would make every ratio smaller.
  const variables = { ...process.env, NODE_EXTRA_CA_CERTS: undefined, ...env, ...fresh?.() };
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(file, args, { env: variables, cwd, stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    child.stdout.on("data", (chunk) => {
      said += chunk;
    });
    child.stderr.on("data", (chunk) => {
      said += chunk;
    });
    child.on("error", reject);
    child.on("close", (code) => {
      const ms = performance.now() - started;
      if (code === 0) resolve(ms);
      else reject(new Error(`${name} ended with ${code}:\n${said}`));
    });
  });
}
