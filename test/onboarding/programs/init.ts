import { Flags } from "../../../src/cli/flags.ts";
import { init } from "../../../src/commands/obtain/init.ts";
import { runInTerminal } from "../../support/in-terminal.ts";

/** `init` in a terminal. Its argument is the address of a Mistral API. */
const [serverUrl = ""] = process.argv.slice(2);
await runInTerminal({ serverUrl }, (deps) => init({ args: [], flags: new Flags({}) }, deps));
