import { Flags } from "../../../src/cli/flags.ts";
import { rotate } from "../../../src/commands/care/rotate.ts";
import type { TestDeps } from "../../support/deps.ts";
import { runInTerminal } from "../../support/in-terminal.ts";
import { storeKey } from "../stored-key.ts";

/** `rotate` in a terminal, of a key that is stored. Its argument is the address of a Mistral API. */
const [serverUrl = ""] = process.argv.slice(2);
await runInTerminal({ serverUrl }, async (deps) => {
  await storeKey(deps as TestDeps, { serverUrl });
  return await rotate({ args: [], flags: new Flags({}) }, { ...deps, opensPages: false });
});
