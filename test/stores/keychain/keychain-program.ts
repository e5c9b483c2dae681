import { MistralKeyError } from "../../../src/errors.ts";
import { ApiKey } from "../../../src/keys/api-key.ts";
import { defaultProfile } from "../../../src/keys/profile-name.ts";
import { KeychainStore } from "../../../src/stores/keychain/keychain-store.ts";
import { endDespiteHungCall } from "../../../src/stores/keychain/native-calls.ts";

/*
 * A program that uses a keychain, since keytar keeps to the first bus a process has found. Takes
 * acts as arguments (check, get, inspect, set, delete; `interactive` in front when a person is
 * there), prints one line of JSON for each, and ends as the real program does.
 * KEYCHAIN_PLATFORM=darwin makes it do what is done on macOS.
 */

const [first, ...rest] = process.argv.slice(2);
const interactive = first === "interactive";
const acts = interactive ? rest : [first, ...rest];
const controller = new AbortController();
process.on("SIGTERM", () => controller.abort(new Error("stopped")));

const store = new KeychainStore({
  platform: process.env.KEYCHAIN_PLATFORM === "darwin" ? "darwin" : process.platform,
  env: process.env,
  interactive,
  signal: controller.signal,
});
const address = { profile: defaultProfile, slot: "current" } as const;
let code = 0;

async function perform(act: string | undefined): Promise<unknown> {
  switch (act) {
    case "check": {
      const failure = await store.findFailure();
      if (failure !== undefined) throw failure;
      return "usable";
    }
    case "get":
      return (await store.get(address))?.reveal() ?? null;
    case "inspect": {
      const inspection = await store.inspect(address);
      return inspection.state === "unusable"
        ? { ...inspection, failure: inspection.failure.kind }
        : inspection;
    }
    case "set":
      await store.set(address, ApiKey.of("testKey1".repeat(4)));
      return "stored";
    case "delete":
      return await store.delete(address);
    default:
      throw new Error(`There is no act ${act}.`);
  }
}

for (const act of acts) {
  const started = performance.now();
  const tell = (what: object) =>
    console.log(JSON.stringify({ act, ...what, name: store.describe(), ms: performance.now() - started }));
  try {
    tell({ result: await perform(act) });
  } catch (error) {
    code = 7;
    if (error instanceof MistralKeyError) {
      tell({ kind: error.kind, message: error.message, hint: error.hint, cause: String(error.cause) });
    } else tell({ message: String(error) });
  }
}
process.exitCode = code;
setTimeout(() => endDespiteHungCall(process, code), 100).unref();
