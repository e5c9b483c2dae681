import { existsSync } from "node:fs";
import { join } from "node:path";
import { commandTable, globalFlags } from "../../../src/cli/command-table.ts";
import type { CommandEntry } from "../../../src/cli/command-types.ts";
import { terminalEffects } from "../../support/terminal-effects.ts";
import { oddInput, oddText, oddWord } from "../nonsense.ts";
import type { Random } from "../random.ts";
import type { Scenario } from "../scenario.ts";
import { withStoredKey } from "../stored-key.ts";

/** Random command lines, standard input and environments. */
export const randomInputs: Scenario = {
  name: "inputs",
  says: "every command with random flags, values, standard input and environment",
  count: 600,
  run: (attack) =>
    withStoredKey(attack, async ({ copy }) => {
      await attack.tries(async (random, where, index) => {
        const machine = copy();
        const command = commandTable[index % commandTable.length];
        const args = command === undefined ? [] : randomLine(random, command);
        try {
          // What is typed or piped in is a key as well, and must not be repeated.
          const typed = random.key();
          const argument = random.chance(0.05) ? [random.pick([typed, `--key=${typed}`, `-p${typed}`])] : [];
          const run = await machine.run(
            [...args, ...argument],
            `${where} ${JSON.stringify(args).slice(0, 300)}`,
            {
              input: oddInput(random, typed),
              env: randomEnvironment(random),
              typed: [typed],
              isAnswer: isAnswer(args),
              // Any word may turn out to be the command that run starts.
              holders: ["true", "sh", "node", "pass", "gpg", ...(args.includes("run") ? args : [])],
              mayEndWithAny: args.includes("run"),
            },
          );
          attack.report.count("inputs");
          const effects = isAnswer(args) ? [] : await terminalEffects(run.stdout + run.stderr);
          const answers = effects.filter((effect) => effect !== "U+0009");
          attack.report.expect(
            answers.length === 0,
            "exit",
            `${where} ${JSON.stringify(args)}: printed ${answers.slice(0, 3).join(", ")}`,
          );
          const changes = ["remove", "rotate", "init", "import", "rename"].some((name) =>
            args.includes(name),
          );
          const kept = changes || existsSync(join(machine.home, "keys", "default.age"));
          attack.report.expect(kept, "loss", `${where} ${JSON.stringify(args)}: the key is gone`);
          const named = args.map((word) => join("project", word.replace(/^dotenv:/, "")));
          machine.lookThroughFiles(where, [".env", "home/.env", "project/.env", ...named]);
        } finally {
          machine.remove();
        }
      });
    }),
};

/** These print the key because that is what was asked for. */
function isAnswer(args: readonly string[]): boolean {
  return args.some((word) => word === "get" || word === "env" || word === "run");
}

function randomLine(random: Random, command: CommandEntry): readonly string[] {
  const flags = [...command.flags, ...globalFlags].filter(({ syntax }) => !syntax.startsWith("--web"));
  const line: string[] = [random.chance(0.03) ? oddWord(random) : command.name];
  for (let more = random.whole(0, 3); more > 0; more -= 1) {
    if (random.chance(0.2)) {
      line.push(oddWord(random));
      continue;
    }
    const { syntax, choices = [] } = random.pick(flags);
    const [name = ""] = syntax.match(/--[\w-]+/) ?? [];
    line.push(name);
    // A rotation may be told to wait for any length of time.
    if (name === "--wait") line.push(random.pick(["0s", "1s", "later", "-1s"]));
    else if (/[<[]/.test(syntax))
      line.push(random.chance(0.5) && choices.length > 0 ? random.pick(choices) : oddWord(random));
  }
  if (command.name === "run")
    return [
      ...line,
      "--",
      ...random.pick([["true"], ["false"], ["no-such-program"], ["sh", "-c", "exit 3"], []]),
    ];
  return random.chance(0.9) ? [...line, "--no-input"] : line;
}

function randomEnvironment(random: Random): Readonly<Record<string, string>> {
  const pool: Readonly<Record<string, readonly string[]>> = {
    MISTRAL_KEY_PROFILE: ["", "default", "no such", "../x", "nobody", oddText(random)],
    MISTRAL_KEY_STORE: ["", "file", "keychain", "both"],
    MISTRAL_KEY_PASSPHRASE: ["", "another one", "x".repeat(10_000)],
    MISTRAL_KEY_SERVER_URL: ["", "http://127.0.0.1:1", "http://example.invalid", "not an address"],
    MISTRAL_API_KEY: ["", "x", "your-api-key-here", oddText(random)],
    COLUMNS: ["0", "1", "20", "-5", "100000", "wide"],
    TERM: ["", "dumb", "xterm-256color", "no-such-terminal"],
    LANG: ["C", "tr_TR.UTF-8", "nonsense"],
    NO_COLOR: ["1"],
    FORCE_COLOR: ["0", "3", "yes"],
    CI: ["true"],
    MISTRAL_DEBUG: ["1"],
    NODE_DEBUG: ["http,net,tls,fetch"],
    TZ: ["Pacific/Apia", "Nowhere/Land"],
    PATH: ["", "/nowhere", ".:"],
    HOME: ["/nowhere", "/dev/null"],
    HTTPS_PROXY: ["not an address", "socks5://127.0.0.1:1", "http://user:pass@127.0.0.1:1"],
  };
  const names = Object.keys(pool).filter(() => random.chance(0.08));
  const picked = names.map((name) => [name, random.pick(pool[name] ?? []).replaceAll("\u0000", "")] as const);
  return Object.fromEntries(picked);
}
