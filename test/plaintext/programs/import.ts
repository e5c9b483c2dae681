import { Flags } from "../../../src/cli/flags.ts";
import { importKey } from "../../../src/commands/obtain/import.ts";
import { runInTerminal } from "../../support/in-terminal.ts";

/** `import` in a terminal. Its arguments are the address of a Mistral API, the home folder and the project. */
const [serverUrl = "", home = "", cwd = ""] = process.argv.slice(2);
const processContext = { home, cwd, env: { PATH: process.env.PATH } };
await runInTerminal({ serverUrl, processContext }, (deps) =>
  importKey({ args: [], flags: new Flags({ serverUrl }) }, deps),
);
