import { consolePages } from "../../mistral/console-pages.ts";
import { capabilities } from "../../mistral/mistral-api.ts";
import { languages } from "../../models/languages.ts";
import { targetKinds } from "../../profiles/target-reference.ts";
import { shells } from "../../shell/shells.ts";
import type { CommandEntry } from "../command-types.ts";

/** Commands that use the key. */
export const useCommands: readonly CommandEntry[] = [
  {
    name: "run",
    tried: ["exec"],
    summary: "run a command with the key in its environment, and nowhere else",
    description:
      "Runs a command with the stored key in its environment as MISTRAL_API_KEY. Nothing is written down, and the shell this is typed in does not get the key. Input, output, terminal, signals and exit code are the command's own.\n\nWith --as, the key goes under that name instead and MISTRAL_API_KEY stays as it is; give --as twice for two names. With --redact, the command's output passes through mistral-key, which masks the key in it, also in base64 or as part of an address, and when it is wrapped over several lines. The command's output is then not a terminal, so it may leave out colours and progress. If the command leaves something running in the background that still has this output open, mistral-key waits for that to end.",
    args: [{ syntax: "<command...>", description: "the command and its arguments, after --" }],
    flags: [
      {
        syntax: "--as <name>",
        description: "the variable that gets the key (default: MISTRAL_API_KEY); may be given several times",
        several: true,
      },
      { syntax: "--redact", description: "mask the key in the command's output" },
    ],
    examples: [
      "mistral-key run -- node app.js",
      "mistral-key run --as LLM_MISTRAL_KEY -- llm -m mistral-large 'Hello'",
      "mistral-key run -p work --redact -- ./deploy.sh",
    ],
    passThrough: true,
    run: async (input, deps) => (await import("../../commands/use/run.ts")).run(input, deps),
  },
  {
    name: "env",
    tried: ["export"],
    summary: "give the key to this shell, or to a dotenv file",
    description:
      "Prints the line that puts the key into the environment of the shell that evaluates it.\n\nWith --write, puts the key into a dotenv file instead: its other lines stay as they are, only you may read it, and a file that git would commit is refused.",
    flags: [
      {
        syntax: "--shell <shell>",
        description: "the shell to write for (default: the one you are in)",
        choices: shells,
        conflicts: ["write"],
      },
      { syntax: "--as <name>", description: "the variable that gets the key (default: MISTRAL_API_KEY)" },
      { syntax: "--write <file>", description: "put the key into this dotenv file", suggests: "files" },
      { syntax: "--reveal", description: "print it even on a terminal", conflicts: ["write"] },
    ],
    examples: [
      'eval "$(mistral-key env)"',
      "mistral-key env --shell fish | source",
      "$env:MISTRAL_API_KEY = mistral-key get",
      "mistral-key env --write .env",
    ],
    run: async (input, deps) => (await import("../../commands/use/env.ts")).env(input, deps),
  },
  {
    name: "get",
    tried: ["print", "show-key", "copy"],
    summary: "print the stored key, or copy it",
    description:
      "Prints the stored key and nothing else. On a terminal it asks first.\n\nWith --copy, puts it on the clipboard and does not print it. The clipboard is cleared after 45 seconds if the key is still there. Over SSH the terminal is asked to put it on its own clipboard, which mistral-key cannot clear.",
    flags: [
      { syntax: "--reveal", description: "print on a terminal without asking", conflicts: ["copy"] },
      { syntax: "--copy", description: "put it on the clipboard, and clear that after 45 seconds" },
    ],
    examples: [
      "MISTRAL_API_KEY=$(mistral-key get) ./start.sh",
      "mistral-key get --copy",
      "mistral-key get --reveal",
    ],
    run: async (input, deps) => (await import("../../commands/use/get.ts")).get(input, deps),
  },
  {
    name: "try",
    tried: ["ask", "chat"],
    summary: "ask a model one question, or print the call as a program",
    description:
      "Asks a model one question with the stored key. The answer is printed as it is written; what it cost follows on standard error. The question comes from the arguments, or from standard input, or is a short built-in one.\n\nWith --as, prints the same call as a program instead. It reads the key from MISTRAL_API_KEY, so start it with mistral-key run. No call is made.",
    args: [{ syntax: "[prompt...]", description: "what to ask; - reads it from standard input" }],
    flags: [
      {
        syntax: "--model <id>",
        description: "the model to ask (default: a small one that the key may call)",
      },
      { syntax: "--as <language>", description: "print the call as a program", choices: languages },
    ],
    examples: [
      'mistral-key try "Why is the sky blue?"',
      "mistral-key try --model mistral-large-latest < question.txt",
      'mistral-key try --as python "Hello" > call.py',
    ],
    run: async (input, deps) => (await import("../../commands/use/try.ts")).tryKey(input, deps),
  },
  {
    name: "models",
    summary: "list the models that the key may call",
    description:
      "Lists the models that the stored key may call: context, what each can do, its other names, and when it is withdrawn, as Mistral's API reports it. The API does not report which models make embeddings.",
    flags: [
      {
        syntax: "--can <what>",
        description: "only models that can do this; may be given several times",
        choices: Object.values(capabilities),
        several: true,
      },
    ],
    examples: [
      "mistral-key models",
      "mistral-key models --can vision --can tools",
      "mistral-key models --json",
    ],
    run: async (input, deps) => (await import("../../commands/use/models.ts")).models(input, deps),
  },
  {
    name: "limits",
    tried: ["quota", "usage"],
    summary: "show the rate limits, and what is left of them",
    description:
      "Shows how many requests and tokens a minute and a month the key's workspace has for a model, and what is left of them. It makes one tiny call to that model, because Mistral only sends its limits with an answer.",
    flags: [
      {
        syntax: "--model <id>",
        description: "whose limits (default: those of a small one that the key may call)",
      },
    ],
    examples: ["mistral-key limits", "mistral-key limits --model mistral-large-latest --json"],
    run: async (input, deps) => (await import("../../commands/use/limits.ts")).limits(input, deps),
  },
  {
    name: "open",
    tried: ["console"],
    summary: "open a page of Mistral's console",
    args: [
      {
        syntax: "[page]",
        description: "the page (default: keys)",
        choices: Object.keys(consolePages),
      },
    ],
    flags: [{ syntax: "--no-browser", description: "print the address, open nothing" }],
    examples: ["mistral-key open keys", "mistral-key open limits"],
    run: async (input, deps) => (await import("../../commands/use/open.ts")).open(input, deps),
  },
  {
    name: "push",
    tried: ["deploy", "sync"],
    summary: "deliver the key to where it is used, now and after every rotation",
    description:
      "Delivers the stored key to the targets you name, and remembers them: rotate delivers the new key there. Without a target, delivers to all remembered ones.\n\nTargets: dotenv:PATH; the tools vibe, llm, opencode, continue, aider; github:OWNER/REPO or github:OWNER/REPO#ENVIRONMENT; kubernetes:NAMESPACE/SECRET or kubernetes:NAMESPACE/SECRET#KEY; aws:SECRET-ID; vercel:ENVIRONMENT; pass:PATH; and command:PROGRAM, which gets the key on its standard input. After the word --read-back you can name a second program, which prints the key that is stored there.",
    args: [
      {
        syntax: "[target...]",
        description: "where to (default: everywhere it was delivered before)",
        suggests: targetKinds,
      },
    ],
    flags: [
      {
        syntax: "--list",
        description: "only list the remembered targets",
        conflicts: ["forget", "dryRun"],
      },
      {
        syntax: "--forget <target>",
        description: "remove the key from this target, and stop delivering to it",
        suggests: "targets",
        conflicts: ["dryRun"],
      },
      { syntax: "--dry-run", description: "say what would be done, and change nothing" },
    ],
    examples: [
      "mistral-key push dotenv:.env",
      "mistral-key push github:ada/engine",
      "mistral-key push --list",
    ],
    run: async (input, deps) => (await import("../../commands/use/push.ts")).push(input, deps),
  },
];
