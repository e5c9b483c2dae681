// Runs every test on each Node that is supported, as this user and, for root, as an ordinary user too. Each
// run has a clone of its own; a table of the results is printed at the end.
//
//   npm run test:matrix                          all of it
//   npm run test:matrix -- --nodes 22,26         some versions, from the npm package of Node itself
//   npm run test:matrix -- --repeat 10           so many runs of each
//   npm run test:matrix -- --user root           as one user only: root, or ordinary
//   npm run test:matrix -- --side-by-side 2      so many at once, to see what a busy machine does to them
import { execFileSync, spawn } from "node:child_process";
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = fileURLToPath(new URL("..", import.meta.url));
const ordinaryUser = "mistral-key-test";
const { values } = parseArgs({
  options: {
    nodes: { type: "string", default: "20,22,24,26" },
    repeat: { type: "string", default: "1" },
    user: { type: "string" },
    "side-by-side": { type: "string", default: "1" },
  },
});

const isRoot = process.geteuid?.() === 0;
const users = values.user === undefined ? (isRoot ? ["root", "ordinary"] : ["ordinary"]) : [values.user];
if (isRoot && users.includes("ordinary")) ensureUser();
const runs = values.nodes
  .split(",")
  .flatMap((node) =>
    users.flatMap((user) => Array.from({ length: Number(values.repeat) }, () => ({ node, user }))),
  );

const rows = [];
const workers = Array.from({ length: Number(values["side-by-side"]) }, async () => {
  for (let run = runs.shift(); run !== undefined; run = runs.shift()) rows.push(await testOnce(run));
});
await Promise.all(workers);

console.log("\n| Node | user | passed | failed | skipped | log |\n|---|---|---:|---:|---:|---|");
for (const row of rows) {
  console.log(
    `| ${row.version} | ${row.user} | ${row.passed} | ${row.failed} | ${row.skipped} | ${row.log} |`,
  );
}
process.exitCode = rows.some((row) => row.failed !== 0 || row.passed === 0) ? 1 : 0;

/** One run of all tests in a fresh clone, which is removed when they passed. */
async function testOnce({ node, user }) {
  const folder = mkdtempSync(join(tmpdir(), "mistral-key-matrix-"));
  const clone = join(folder, "clone");
  const log = join(folder, "log");
  execFileSync("git", ["clone", "--quiet", root, clone]);
  const as = user === "ordinary" && isRoot ? ["runuser", "-u", ordinaryUser, "--"] : [];
  if (as.length > 0) execFileSync("chown", ["-R", ordinaryUser, folder]);
  // The tests run npx themselves: what npx says of itself in the environment must not reach them.
  const script = [
    `export HOME=${JSON.stringify(folder)}`,
    `cd ${JSON.stringify(clone)}`,
    `PATH="$(dirname "$(npx -y -p node@${node} sh -c 'command -v node')"):$PATH"`,
    "npm ci --no-audit --no-fund",
    "node --version",
    "npm test -- --reporter=default --reporter=json --outputFile.json=results.json",
  ].join(" && ");
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_|^INIT_CWD$/.test(name)),
  );
  const [program = "", ...args] = [...as, "sh", "-c", script];
  const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  const written = createWriteStream(log);
  child.stdout.pipe(written, { end: false });
  child.stderr.pipe(written, { end: false });
  await new Promise((resolve) => child.once("close", resolve));
  const { numPassedTests: passed, numFailedTests: failed, numPendingTests: skipped } = readResults(clone);
  const version = /^v\d+\.\d+\.\d+$/m.exec(readFileSync(log, "utf8"))?.[0] ?? node;
  console.log(`Node ${version}, ${user}: ${passed} passed, ${failed} failed, ${skipped} skipped`);
  const clean = failed === 0 && passed > 0;
  if (clean) rmSync(folder, { recursive: true, force: true });
  return { version, user, passed, failed, skipped, log: clean ? "" : log };
}

function readResults(clone) {
  try {
    return JSON.parse(readFileSync(join(clone, "results.json"), "utf8"));
  } catch {
    return { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0 };
  }
}

function ensureUser() {
  try {
    execFileSync("id", ["-u", ordinaryUser], { stdio: "ignore" });
  } catch {
    execFileSync("useradd", ["--create-home", "--shell", "/bin/sh", ordinaryUser]);
  }
}
