import { createHash } from "node:crypto";
import { once } from "node:events";
import { Cancelled } from "../../../../src/errors.ts";
import type { ApiKey } from "../../../../src/keys/api-key.ts";
import { TerminalOutput } from "../../../../src/terminal/output/terminal-output.ts";
import { openPrompts } from "../../../../src/terminal/prompts/open-prompts.ts";

/**
 * Asks the questions that its arguments name, one after the other, and prints what came of them:
 * a hidden answer only as its SHA-256. The tests run it in a terminal.
 */
const output = new TerminalOutput(process, { color: true });
const controller = new AbortController();
for (const name of ["SIGTERM", "SIGHUP", "SIGINT"] as const) {
  process.on(name, () => {
    process.exitCode = 1;
    output.print(`got ${name}`);
    controller.abort();
  });
}
process.stderr.on("error", () => {});
const open = openPrompts({
  input: process.stdin,
  output: process.stderr,
  env: process.env,
  theme: output.theme,
  signal: controller.signal,
});
const prompts = open();
const digest = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, 16);

const onKeyPasted = (key: ApiKey) => digest(key.reveal());
const rows = [
  { value: "new", name: "I am new to Mistral", description: "show me every step" },
  { value: "account", name: "I have an account", description: "go to API Keys" },
  { value: "key", name: "I have a key", description: "paste it" },
];
const keys = [
  { press: "enter", does: "open in the browser", value: "open" },
  { press: "s", does: "skip", value: "skip" },
  { press: "b", does: "back", value: "back" },
];

const questions: Readonly<Record<string, () => Promise<unknown>>> = {
  key: async () => digest((await prompts.key({ message: "Your key" })).reveal()),
  "key-or-back": async () => {
    for (;;) {
      const entered = await prompts.key({ message: "Your key", instead: ["back"] });
      if (entered !== "back") return digest(entered.reveal());
      output.print("a step back");
    }
  },
  passphrase: async () => digest(await prompts.passphrase({ message: "Passphrase" })),
  "new-passphrase": async () => digest(await prompts.passphrase({ message: "Passphrase", atLeast: 8 })),
  text: () =>
    prompts.text({
      message: "Name",
      example: "laptop",
      check: (text) => (text === "bad" ? "Another name, please." : undefined),
    }),
  date: () => prompts.text({ message: "Its last day", example: "such as 21 Feb 2027" }),
  confirm: () => prompts.confirm({ message: "Go on?", initial: true }),
  choose: () => prompts.choose({ message: "Where are you now?", choices: rows, initial: "account" }),
  many: () =>
    prompts.choose({
      message: "Which of the many keys that were found on this machine is the one to be stored?",
      choices: Array.from({ length: 30 }, (_, index) => ({
        value: index + 1,
        name: `Key ${index + 1}`,
        description: "a description that is too long to stand beside the name of its row, on 80 columns",
      })),
    }),
  press: () => prompts.press({ keys }),
  "choose-or-key": () =>
    prompts.choose({ message: "Where are you now?", choices: rows, initial: "account", onKeyPasted }),
  "confirm-or-key": () => prompts.confirm({ message: "Go on?", initial: true, onKeyPasted }),
  "text-or-key": () => prompts.text({ message: "Name", example: "laptop", onKeyPasted }),
  "press-or-key": () => prompts.press({ keys, onKeyPasted }),
  stuck: () => prompts.key({ message: "Your key", instead: ["stuck"] }),
  quietly: async () => {
    await prompts.quietly(async () => {
      output.print("busy");
      await once(process.stdin, "data", { signal: controller.signal }).catch(() => {
        throw new Cancelled();
      });
    });
    return "done";
  },
  wait: async () => {
    const told = once(process, "SIGUSR2");
    output.print("waiting");
    const alive = setInterval(() => {}, 60_000);
    await told;
    clearInterval(alive);
    return "waited";
  },
};

output.print(`<pid ${process.pid}>`);
try {
  for (const name of process.argv.slice(2)) {
    const answer = await questions[name]?.();
    output.print(`<${name}: ${JSON.stringify(answer)}>`);
  }
  output.print("<end>");
} catch (error) {
  process.exitCode = error instanceof Cancelled ? 130 : 1;
  output.print(error instanceof Cancelled ? "<cancelled>" : `<failed: ${error}>`);
}
