// Compares doctor --scan with git: on histories of 10,000 and 100,000 commits and a large staged file.
import { execFileSync, spawn } from "node:child_process";
import { createWriteStream, mkdirSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { inTurns, median, peakMemory } from "./measure.mjs";
import { table } from "./table.mjs";

const rounds = 5;
const staged = 900_000_000;

/**
 * @param {object} about
 * @param {string} about.program the installed command
 * @param {Record<string, string | undefined>} about.env its variables, with a stored key
 * @param {string} about.folder for the repositories
 * @param {(what: string) => void} about.say
 * @returns {Promise<string>} a section of the report
 */
export async function scanning({ program, env, folder, say }) {
  const rows = [];
  for (const commits of [10_000, 100_000]) {
    say(`the scan of ${commits} commits, ${rounds} runs beside git log -p`);
    const cwd = join(folder, `history-${commits}`);
    await makeHistory(cwd, commits);
    rows.push(
      await measured(
        `${commits.toLocaleString("en")} commits`,
        ["doctor", "--scan"],
        cwd,
        "log -p --no-color",
        "1.50",
      ),
    );
  }
  say(`the scan of a staged file of ${staged / 1e6} MB`);
  const cwd = join(folder, "staged");
  await makeStaged(cwd);
  rows.push(
    await measured("900 MB staged", ["doctor", "--scan", "--staged"], cwd, "cat-file blob :large.bin", ""),
  );
  const head = ["searched", "`doctor --scan`", "git alone", "ratio", "at most", "peak memory", "at most"];
  const note =
    "Git alone is `git log -p` for a history, `git cat-file` for the staged file; memory is that of Node, without git's own.";
  return `### Looking for keys\n\n${note}\n\n${table(head, rows)}`;

  async function measured(what, args, cwd, git, atMost) {
    const scan = { name: "scan", file: process.execPath, args: [program, ...args], env, cwd };
    const alone = { name: "git", file: "sh", args: ["-c", `git ${git} > /dev/null`], cwd };
    const times = await inTurns([scan, alone], rounds);
    const [ours, theirs] = [scan, alone].map(({ name }) => median(times.get(name)));
    const kilobytes = await peakMemory(scan, 1);
    const seconds = (ms) => `${(ms / 1000).toFixed(2)} s`;
    const memory = `${(kilobytes / 1024).toFixed(0)} MB`;
    return [what, seconds(ours), seconds(theirs), (ours / theirs).toFixed(2), atMost, memory, "150 MB"];
  }
}

/** A repository in which each commit changes some lines of some files. */
async function makeHistory(folder, commits) {
  init(folder);
  const importer = spawn("git", ["fast-import", "--quiet"], {
    cwd: folder,
    stdio: ["pipe", "ignore", "inherit"],
  });
  await pipeline(Readable.from(history(commits)), importer.stdin);
  await new Promise((done) => importer.on("close", done));
  for (const args of [
    ["repack", "-adq"],
    ["reset", "-q", "--hard"],
  ])
    execFileSync("git", args, { cwd: folder });
}

function* history(commits) {
  const random = randomNumbers();
  const words = "import const return function value name stream buffer await async type string number".split(
    " ",
  );
  const line = () => Array.from({ length: 4 + random(8) }, () => words[random(words.length)]).join(" ");
  const files = Array.from({ length: 200 }, () => Array.from({ length: 130 }, line));
  for (let commit = 0; commit < commits; commit++) {
    let text = `commit refs/heads/main\ncommitter A <a@example.test> ${1_600_000_000 + commit * 60} +0000\n${data(`commit ${commit}`)}`;
    const changed =
      commit === 0 ? files.keys() : Array.from({ length: 1 + random(4) }, () => random(files.length));
    for (const number of changed) {
      const lines = files[number];
      for (let changes = 3 + random(10); changes > 0; changes--) lines[random(lines.length)] = line();
      text += `M 100644 inline src/${number % 20}/${number}.ts\n${data(`${lines.join("\n")}\n`)}`;
    }
    yield text;
  }
}

function data(text) {
  return `data ${Buffer.byteLength(text)}\n${text}\n`;
}

/** The same numbers in every run (mulberry32). */
function randomNumbers(state = 1) {
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

async function makeStaged(folder) {
  init(folder);
  const random = randomNumbers();
  const chunk = Buffer.from(Array.from({ length: 1_000_000 }, () => random(256)));
  const chunks = Array.from({ length: staged / chunk.length }, () => chunk);
  await pipeline(Readable.from(chunks), createWriteStream(join(folder, "large.bin")));
  execFileSync("git", ["add", "large.bin"], { cwd: folder });
}

function init(folder) {
  mkdirSync(folder);
  execFileSync("git", ["init", "-q", "-b", "main"], { cwd: folder });
}
