// Looks for inputs that break a reader, guided by what of its code they reach (jazzer, libFuzzer).
//
//   npm run fuzz                              a minute for each target
//   npm run fuzz -- yaml jsonc --seconds 600  ten minutes for each of these
//   npm run fuzz -- yaml --reproduce FILE     once with an input that was found
//   npm run fuzz -- --seconds 300 --write     keeps the table in docs/reliability.md
//
// A find is left in build/fuzz/finds. Fix the reader, then keep the input in test/fuzz/corpus/TARGET under a
// name that says what it shows: npm test reads all of these.
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { bundleWhole } from "../../scripts/bundle.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const folder = fileURLToPath(new URL("../../build/fuzz", import.meta.url));
const jazzer = createRequire(import.meta.url).resolve("@jazzer.js/core/dist/cli.js");
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: "string", default: "60" },
    reproduce: { type: "string" },
    write: { type: "boolean", default: false },
  },
});

const known = readdirSync(join(here, "targets")).map((file) => file.replace(/\.ts$/, ""));
const unknown = positionals.find((target) => !known.includes(target));
const seconds = Number(values.seconds);
if (unknown !== undefined || !(seconds > 0)) {
  console.error(`Use: npm run fuzz -- [TARGET…] [--seconds N], with a target out of: ${known.join(", ")}`);
  process.exit(2);
}

const node = nodeForJazzer();
const rows = [];
for (const target of positionals.length > 0 ? positionals : known) rows.push(await fuzz(target));
const table = [
  "| reader | inputs tried | a second | branches reached | finds |",
  "|---|---:|---:|---:|---:|",
  ...rows.map((row) => `| ${row.target} | ${row.tried} | ${row.rate} | ${row.reached} | ${row.finds} |`),
].join("\n");
console.log(`\n${table}`);
if (values.write) writeTable();
process.exitCode = rows.some(({ finds, tried }) => finds > 0 || tried === 0) ? 1 : 0;

async function fuzz(target) {
  const bundle = join(folder, "targets", `${target}.cjs`);
  await bundleWhole(join(here, "targets", `${target}.ts`), bundle);

  const grown = join(folder, "corpus", target);
  const finds = join(folder, "finds", target);
  for (const path of [grown, finds]) mkdirSync(path, { recursive: true });
  const before = readdirSync(finds).length;
  const inputs =
    values.reproduce === undefined
      ? [grown, join(here, "corpus", target)]
      : ["--mode=regression", values.reproduce];
  const engine = [
    `-max_total_time=${seconds}`,
    `-artifact_prefix=${finds}/`,
    `-dict=${join(here, "words.txt")}`,
    "-timeout=5",
  ];
  // One of its own looks for connections that an input brings about: here all go to a loopback port.
  const options = ["--disableBugDetectors=ssrf", "--timeout=5000"];
  const output = await run([jazzer, bundle, ...inputs, ...options, "--", ...engine]);
  const last = (pattern) => Number([...output.matchAll(pattern)].at(-1)?.[1] ?? 0);
  const tried = last(/^#(\d+)\s/gm);
  return {
    target,
    tried,
    rate: Math.round(tried / Math.max(1, last(/^Done \d+ runs in (\d+)/gm) || seconds)),
    reached: last(/\bcov: (\d+)/g),
    finds: readdirSync(finds).length - before,
  };
}

function writeTable() {
  const page = fileURLToPath(new URL("../../docs/reliability.md", import.meta.url));
  const today = new Date().toISOString().slice(0, 10);
  const measured = `Fed for ${seconds} s each on ${today} with Node ${process.version}.`;
  const between = /(?<=<!-- fuzz:start -->\n)[\s\S]*(?=<!-- fuzz:end -->)/;
  writeFileSync(
    page,
    readFileSync(page, "utf8").replace(between, () => `\n${measured}\n\n${table}\n\n`),
  );
}

function run(args) {
  return new Promise((resolve) => {
    const child = spawn(node[0], [...node.slice(1), ...args], { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => {
        output += text;
        process.stderr.write(text);
      });
    }
    child.on("close", () => resolve(output));
  });
}

/** The program and the arguments that start a Node which can load jazzer's part in machine code. */
function nodeForJazzer() {
  const { glibcVersionRuntime } = process.report.getReport().header;
  const [, minor = "38"] = /^2\.(\d+)/.exec(glibcVersionRuntime ?? "") ?? [];
  if (Number(minor) >= 38) return [process.execPath];
  const script = join(here, "newer-libc.sh");
  const loader = execFileSync("bash", [script, join(folder, "libc")], { encoding: "utf8" }).trim();
  return [loader, "--library-path", dirname(loader), process.execPath];
}
