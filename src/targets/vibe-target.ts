import { MistralKeyError } from "../errors.ts";
import { findProgram } from "../files/find-program.ts";
import type { ApiKey } from "../keys/api-key.ts";
import { cleanText } from "../outside-text.ts";
import { runProgram } from "../running/start-program.ts";
import {
  askSecretService,
  type SecretServiceAnswer,
} from "../stores/keychain/secret-service/secret-service.ts";
import type { Target, TargetContext } from "./target.ts";

/** Mistral Vibe's keychain item since 2.17, as Python's keyring writes it. */
const service = { service: "ai.mistral.vibe", username: "MISTRAL_API_KEY" };
const attributes = { application: "Python keyring library", ...service };
const asArguments = (pairs: Readonly<Record<string, string>>) => Object.entries(pairs).flat();

const failures = {
  store: "The keychain did not take the key for Mistral Vibe.",
  lookup: "The keychain did not say which key Mistral Vibe has.",
  clear: "The keychain did not remove the key of Mistral Vibe.",
} as const;

/** How long to wait for the keychain, in milliseconds. */
const answerLimitMs = 2200;
const storeLimitMs = 20_000;

/**
 * Mistral Vibe on Linux: the keychain, which it prefers, unless its dotenv file already has a key (Vibe reads
 * that first) or the keychain cannot be used.
 */
export function openVibe(file: Target, { processContext, signal }: TargetContext): Target {
  const { env, platform } = processContext;
  const secretTool = async (action: "store" | "lookup" | "clear", key: ApiKey, args: readonly string[]) => {
    const options = { env, platform, cwd: "/", timeLimitMs: storeLimitMs, signal, keys: [key] };
    const input = action === "store" ? { input: key } : {};
    const outcome = await runProgram("secret-tool", [action, ...args], { ...options, ...input });
    const said = "stderr" in outcome ? cleanText(outcome.stderr.toString(), [key]) : "";
    // A look-up that finds nothing fails without a word.
    if (outcome.kind === "exited" && (outcome.code === 0 || (action === "lookup" && said === ""))) {
      return outcome.stdout.toString().trim();
    }
    throw new MistralKeyError("usage", `${failures[action]} ${said}`.trim());
  };
  const usesKeychain = async (key: ApiKey) => {
    if ((await file.read(key)) !== "") return false;
    const answer = await askSecretService({ env, item: service, limitMs: answerLimitMs, signal });
    const refusal = refusalIn(answer);
    if (refusal !== undefined) {
      const [why, remedy] = refusal;
      throw new MistralKeyError("usage", `The keychain that Mistral Vibe keeps its key in ${why}.`, {
        hint: `${remedy}, then run the same command again.`,
      });
    }
    if (answer.state === "failed" || (answer.items.unlocked === 0 && answer.collection !== "unlocked")) {
      return false;
    }
    return findProgram("secret-tool", { env, platform }) !== undefined;
  };
  return {
    words: "Mistral Vibe",
    check: file.check,
    deliver: async (key) => {
      if (!(await usesKeychain(key))) return await file.deliver(key);
      await secretTool("store", key, ["--label", "Mistral Vibe", ...asArguments(attributes)]);
    },
    read: async (key) => {
      if (!(await usesKeychain(key))) return await file.read(key);
      return await secretTool("lookup", key, asArguments(service));
    },
    remove: async (key) => {
      if (!(await usesKeychain(key))) return await file.remove(key);
      await secretTool("clear", key, asArguments(service));
      return "The key of Mistral Vibe was removed from the keychain.";
    },
  };
}

/** Why a keychain that is there cannot be used, and what helps; Vibe's key may be in it. */
function refusalIn(answer: SecretServiceAnswer): readonly [why: string, remedy: string] | undefined {
  if (answer.state === "failed") {
    const { trouble } = answer.problem;
    if (trouble === "unresponsive") return ["does not answer", "Log out and in again"];
    return trouble === "denied" ? ["denies access", "Log out and in again"] : undefined;
  }
  const { collection, items } = answer;
  const isLocked = items.locked > 0 || (items.unlocked === 0 && collection === "locked");
  return isLocked ? ["is locked", "Unlock it"] : undefined;
}
