import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTrap } from "../../git/trapped-repository.ts";
import { terminalEffects } from "../../support/terminal-effects.ts";
import { oddText } from "../nonsense.ts";
import type { Random } from "../random.ts";
import type { Scenario } from "../scenario.ts";
import { withStoredKey } from "../stored-key.ts";

const commands: readonly (readonly string[])[] = [
  ["status"],
  ["status", "--json"],
  ["doctor", "--offline"],
  ["doctor", "--scan"],
  ["doctor", "--scan", "--staged"],
  ["doctor", "--scan", "--json"],
  ["env", "--write", ".env"],
  ["push", "dotenv:.env"],
  ["push", "dotenv:sub/.env", "--dry-run"],
  ["import", "--list"],
  ["get", "--verbose"],
  ["verify"],
  ["use", "default", "--here"],
];

/** Commands run in repositories that somebody else has prepared. */
export const hostileRepositories: Scenario = {
  name: "repositories",
  says: "repositories whose configuration, hooks and attributes start programs, with links, pipes, folders and control characters where files are expected, and with a damaged .git",
  count: 100,
  needs: ["git", "mkfifo"],
  run: (attack) =>
    withStoredKey(attack, async ({ template, copy }) => {
      rmSync(template.project, { recursive: true });
      const { ran } = setTrap(template.folder);
      await attack.tries(async (random, where, index) => {
        const machine = copy();
        const repository = join(machine.folder, "repository");
        const outside = join(machine.folder, "outside");
        try {
          writeFileSync(outside, "A=1\n");
          const done = spoil(random, repository, outside);
          const args = commands[index % commands.length] ?? [];
          const line = `${where}, ${args.join(" ")} where ${done.join(", ")}`;
          const run = await machine.run([...args, "--no-input"], line, {
            cwd: repository,
            isAnswer: args[0] === "get",
          });
          attack.report.count("inputs");
          attack.report.expect(!existsSync(ran), "exit", `${line}: a program of the repository was run`);
          rmSync(ran, { force: true });
          const effects = await terminalEffects(run.stdout + run.stderr);
          attack.report.expect(
            effects.length === 0,
            "exit",
            `${line}: printed ${effects.slice(0, 3).join(", ")}`,
          );
          const kept = existsSync(join(machine.home, "keys", "default.age"));
          attack.report.expect(kept, "loss", `${line}: the key is gone`);
          const untouched = readFileSync(outside, "utf8") === "A=1\n";
          // A command that was told to write to the user's own link follows it.
          attack.report.expect(
            untouched || done.includes("a link as .env"),
            "loss",
            `${line}: a file elsewhere was changed`,
          );
          const written = ["repository/.env", "outside"];
          machine.lookThroughFiles(line, args[0] === "env" || args[0] === "push" ? written : []);
        } finally {
          machine.remove();
        }
      });
    }),
};

/** Places some harmful things; returns what they are. */
function spoil(random: Random, repository: string, outside: string): readonly string[] {
  const at = (...names: string[]) => join(repository, ...names);
  const name = oddText(random, 20).replaceAll(/[/\0]/g, "") || "x";
  // Only where nothing exists: writing into a pipe waits for a reader.
  const put = (path: string, content: string | Buffer) => writeFileSync(path, content, { flag: "wx" });
  const ways: Readonly<Record<string, () => void>> = {
    "a link as .env": () => symlinkSync(outside, at(".env")),
    "a folder as .env": () => mkdirSync(at(".env")),
    "a pipe as .env": () => execFileSync("mkfifo", [at(".env")], { stdio: "ignore" }),
    "nonsense as .env": () => put(at(".env"), random.bytes(3000)),
    "a huge .env": () => put(at(".env"), "A=1\n".repeat(500_000)),
    "a link as .mistral-key": () => symlinkSync("/etc/passwd", at(".mistral-key")),
    "a pipe as .mistral-key": () => execFileSync("mkfifo", [at(".mistral-key")], { stdio: "ignore" }),
    "a folder as .mistral-key": () => mkdirSync(at(".mistral-key")),
    "an odd .mistral-key": () => put(at(".mistral-key"), oddText(random)),
    "a huge .mistral-key": () => put(at(".mistral-key"), random.bytes(2_000_000)),
    "another profile in .mistral-key": () => put(at(".mistral-key"), "nobody\n"),
    "a file of an odd name": () => put(at(name), "x\n"),
    "a folder of an odd name": () => mkdirSync(at(`d${name}`)),
    "a loop of links": () => symlinkSync(repository, at("sub")),
    "a pipe": () => execFileSync("mkfifo", [at("pipe")], { stdio: "ignore" }),
    "an odd .gitignore": () => put(at(".gitignore"), oddText(random, 500)),
    "a .gitignore with .env": () => put(at(".gitignore"), ".env\n"),
    "a damaged HEAD": () => writeFileSync(at(".git", "HEAD"), random.bytes(20)),
    "a damaged index": () => writeFileSync(at(".git", "index"), random.bytes(500)),
    "a damaged config": () => writeFileSync(at(".git", "config"), `[core\n${oddText(random)}`),
    "a .git that is a file": () => {
      rmSync(at(".git"), { recursive: true });
      writeFileSync(at(".git"), `gitdir: ${random.pick(["/", "../..", oddText(random)])}\n`);
    },
  };
  const done: string[] = [];
  for (const way of Object.keys(ways).filter(() => random.chance(0.12))) {
    try {
      ways[way]?.();
      done.push(way);
    } catch {
      // Two of them want the same place.
    }
  }
  return done;
}
