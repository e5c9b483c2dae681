// npm run bench: how fast and how small the program is, as ratios to `node -e 0` or to a named
// peer in the same run. docs/performance.md says what is measured and how to read it.
//
//   --rounds N          runs of each command; at least 15 (default 21)
//   --nodes 20,22,24    major versions of Node (default: the one that runs this)
//   --only start,...    parts: start, profiles, verify, scan, install, peers (default: all but peers)
//   --write             write the tables to docs/performance.md
//
// Progress goes to standard error, the tables to standard output.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir, totalmem } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { inTurns, median, peakMemory, run } from "./measure.mjs";
import { peers } from "./peers.mjs";
import * as prepare from "./prepare.mjs";
import { requesting } from "./requests.mjs";
import { scanning } from "./scan.mjs";
import { milliseconds, ratio, section } from "./table.mjs";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "21" },
    nodes: { type: "string", default: process.versions.node.split(".")[0] },
    only: { type: "string", default: "start,profiles,verify,scan,install" },
    write: { type: "boolean", default: false },
  },
});
const rounds = Math.max(15, Number(options.rounds));
const parts = options.only.split(",");
const key = "benchKey".repeat(4);

const { NODE_EXTRA_CA_CERTS } = process.env;

const cache = resolve("build/bench");
mkdirSync(cache, { recursive: true });
const folder = mkdtempSync(join(tmpdir(), "mistral-key-bench-"));
const sections = [];
try {
  say("packing and installing mistral-key");
  const tarball = prepare.pack(folder);
  const modules = prepare.install(tarball.file, join(folder, "installed"));
  const program = join(modules, "mistral-key/bin/mistral-key.js");
  const outside = await prepare.startKeyringAndApi(key);
  try {
    const env = { ...outside.env, MISTRAL_KEY_HOME: join(folder, "home"), CI: undefined };
    execFileSync(process.execPath, [program, "init", "--with-key", "--force"], {
      input: key,
      env: { ...process.env, ...env },
      stdio: ["pipe", "ignore", "pipe"],
    });
    const script = prepare.libraryScript(modules, folder);
    if (parts.includes("start")) {
      const majors = options.nodes.split(",");
      await certificates(majors);
      const home = prepare.homeWith(1, env.MISTRAL_KEY_HOME, folder);
      for (const major of majors)
        await starting(major, { program, script, env: { ...env, MISTRAL_KEY_HOME: home } });
    }
    if (parts.includes("profiles")) await manyProfiles({ program, env });
    if (parts.includes("verify")) sections.push(...(await requesting({ program, env, key, measure })));
    if (parts.includes("scan")) sections.push(await scanning({ program, env, folder, say }));
    if (parts.includes("peers")) await besidePeers({ program, env });
  } finally {
    await outside.stop();
  }
  if (parts.includes("install")) await installing(tarball, modules);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
report();

/** What a company's own certificates cost at every start, so that other tables can leave it out. */
async function certificates(majors) {
  const file = NODE_EXTRA_CA_CERTS ?? "/etc/ssl/certs/ca-certificates.crt";
  if (!existsSync(file)) return;
  const rows = [];
  for (const major of majors) {
    const { node, version } = nodeOf(major);
    const cases = [
      { name: "without", file: node, args: ["-e", "0"] },
      { name: "with", file: node, args: ["-e", "0"], env: { NODE_EXTRA_CA_CERTS: file } },
    ];
    const times = await measure(`certificates on Node ${version}`, cases);
    const [without, together] = [median(times.get("without")), median(times.get("with"))];
    rows.push([version, milliseconds(without), milliseconds(together), ratio(together, without)]);
  }
  const head = ["Node", "`node -e 0`", "with `NODE_EXTRA_CA_CERTS`", "ratio"];
  sections.push(section("What `NODE_EXTRA_CA_CERTS` costs", head, rows));
}

function nodeOf(major) {
  const node = prepare.nodeOf(major, cache);
  return { node, version: execFileSync(node, ["--version"], { encoding: "utf8" }).trim() };
}

/** Start-up time and memory of everyday commands, on one Node. */
async function starting(major, { program, script, env }) {
  const { node, version } = nodeOf(major);
  const cases = [
    { name: "node -e 0", args: ["-e", "0"] },
    {
      name: "node -e 'spawn true'",
      args: ["-e", 'require("child_process").spawn("true",{stdio:"inherit"})'],
    },
    { name: "keytar alone", args: ["-e", keytarAlone(program)] },
    { name: "--version", args: [program, "--version"], atMost: 1.15 },
    { name: "--help", args: [program, "--help"], atMost: 1.6 },
    { name: "get", args: [program, "get"], ofKeytar: 1.6, memoryAtMost: 1.35 },
    { name: "get -p default", args: [program, "get", "-p", "default"] },
    { name: "run -- true", args: [program, "run", "--", "true"], ofKeytar: 1.8 },
    { name: "status, 1 profile", args: [program, "status"] },
    { name: "library: getMistralKey()", args: [script], ofKeytar: 1.6 },
    { name: "library, MISTRAL_API_KEY set", args: [script], more: { MISTRAL_API_KEY: key } },
  ].map((each) => ({
    ...each,
    file: node,
    env: { ...env, MISTRAL_KEY_SERVER_URL: undefined, ...each.more },
  }));
  const times = await measure(`start-up on Node ${version}`, cases);
  say(`peak memory on Node ${version}`);
  const rows = [];
  const base = { ms: median(times.get("node -e 0")), kilobytes: await peakMemory(cases[0]) };
  const keytar = median(times.get("keytar alone"));
  for (const each of cases) {
    const ms = median(times.get(each.name));
    const kilobytes = await peakMemory(each);
    rows.push([
      `\`${each.name}\``,
      milliseconds(ms),
      ratio(ms, base.ms),
      each.atMost?.toFixed(2) ?? "",
      ratio(ms, keytar),
      each.ofKeytar?.toFixed(2) ?? "",
      `${(kilobytes / 1024).toFixed(0)} MB`,
      ratio(kilobytes, base.kilobytes),
      each.memoryAtMost?.toFixed(2) ?? "",
    ]);
  }
  const head = ["command", "median", "× `node -e 0`", "at most", "× keytar", "at most"];
  sections.push(
    section(`Start-up on Node ${version}`, [...head, "peak memory", "× `node -e 0`", "at most"], rows),
  );
}

/** Reads a password and nothing else: no `get` through keytar can be faster. */
function keytarAlone(program) {
  const keytar = JSON.stringify(resolve(program, "../../node_modules/keytar"));
  return `require(${keytar}).getPassword("mistral-key", "default")`;
}

/** `status` has to read a file for each profile. */
async function manyProfiles({ program, env }) {
  const counts = [1, 100, 1000];
  const cases = [
    { name: "node -e 0", file: process.execPath, args: ["-e", "0"] },
    ...counts.map((count) => ({
      name: `status, ${count} profile${count === 1 ? "" : "s"}`,
      file: process.execPath,
      args: [program, "status"],
      env: { ...env, MISTRAL_KEY_HOME: prepare.homeWith(count, env.MISTRAL_KEY_HOME, folder) },
      atMost: count === 1000 ? "3.00" : "",
    })),
  ];
  const times = await measure("many profiles", cases);
  const base = median(times.get("node -e 0"));
  const rows = cases.map(({ name, atMost = "" }) => {
    const ms = median(times.get(name));
    return [`\`${name}\``, milliseconds(ms), ratio(ms, base), atMost];
  });
  sections.push(section("Many profiles", ["command", "median", "× `node -e 0`", "at most"], rows));
}

/** Compares a clean installation of the tarball with that of a scaffolder known to be fast. */
async function installing(tarball, modules) {
  let number = 0;
  const installation = (name, what) => ({
    name,
    file: "npm",
    args: ["install", "--global", "--no-audit", "--no-fund", "--prefer-offline", what],
    env: { NODE_EXTRA_CA_CERTS },
    fresh: () => ({ npm_config_prefix: join(folder, `prefix-${number++}`) }),
  });
  const cases = [installation("mistral-key", tarball.file), installation("create-vite", "create-vite")];
  const times = await measure("installation", cases);
  const [ours, theirs] = cases.map(({ name }) => median(times.get(name)));
  const { bytes, packages } = prepare.weigh(modules);
  const rows = [
    ["packed", `${(tarball.size / 1000).toFixed(0)} kB`, "450 kB"],
    ["installed, with keytar", `${(bytes / 1e6).toFixed(1)} MB`, "4 MB"],
    ["packages", String(packages), "3"],
    ["clean `npm i -g` of the tarball", milliseconds(ours), ""],
    ["clean `npm i -g create-vite`", milliseconds(theirs), ""],
    ["ratio", ratio(ours, theirs), "1.50"],
  ];
  sections.push(section("Installation", ["", "measured", "at most"], rows));
}

/** Compares other programs that start, or read a secret, on this machine. */
async function besidePeers({ program, env }) {
  const ours = [
    { name: "node -e 0", args: ["-e", "0"] },
    { name: "mistral-key --version", args: [program, "--version"] },
    { name: "mistral-key get", args: [program, "get"] },
  ].map((each) => ({ ...each, file: process.execPath, env }));
  const cases = [...ours];
  for (const peer of await peers(cache, { ...env, key })) {
    try {
      await run(peer);
      cases.push(peer);
    } catch (error) {
      console.error(`${peer.name} cannot be measured here: ${String(error.message).split("\n")[0]}`);
    }
  }
  const times = await measure("other programs", cases);
  const base = median(times.get("node -e 0"));
  const rows = cases.map(({ name }) => {
    const ms = median(times.get(name));
    return [`\`${name}\``, milliseconds(ms), ratio(ms, base)];
  });
  sections.push(section("Beside others", ["command", "median", "× `node -e 0`"], rows));
}

/** Runs the cases in turn, and prints its progress. */
function measure(what, cases) {
  say(`${what}: ${cases.map(({ name }) => name).join(", ")}; ${rounds} runs of each`);
  return inTurns(cases, rounds);
}

function say(what) {
  console.error(`… ${what}`);
}

function report() {
  const date = new Date().toISOString().slice(0, 10);
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform}-${process.arch}`;
  const intro = `Measured on ${date} with Node ${process.version} on ${machine}; ${rounds} runs of each, in turn.`;
  const text = [intro, ...sections].join("\n\n");
  console.log(`\n${text}\n`);
  if (!options.write) return;
  const file = "docs/performance.md";
  const marks = /(<!-- bench:start -->\n)[\s\S]*(<!-- bench:end -->)/;
  writeFileSync(
    file,
    readFileSync(file, "utf8").replace(marks, (_, start, end) => `${start}\n${text}\n\n${end}`),
  );
}
