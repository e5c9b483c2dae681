import { MistralKeyError } from "../errors.ts";
import type { ApiKey } from "../keys/api-key.ts";
import { cleanText } from "../outside-text.ts";
import { runProgram } from "../running/start-program.ts";
import { askSecretService } from "../stores/keychain/secret-service/secret-service.ts";
import type { Target, TargetContext } from "./target.ts";

/** Mistral Vibe's keychain item since 2.17, as Python's keyring writes it. */
const service = { service: "ai.mistral.vibe", username: "MISTRAL_API_KEY" };
const attributes = { application: "Python keyring library", ...service };
const asArguments = (pairs: Readonly<Record<string, string>>) => Object.entries(pairs).flat();

/** How long to wait for the keychain, in milliseconds. */
const answerLimitMs = 2200;
const storeLimitMs = 20_000;

/**
 * Mistral Vibe on Linux: the keychain, which it prefers, unless its dotenv file already has a key (Vibe reads
 * that first) or the keychain cannot be used.
 */
export function openVibe(file: Target, { processContext, signal }: TargetContext): Target {
  const { env, platform } = processContext;
  const secretTool = (args: readonly string[], input?: ApiKey) => {
    const options = { env, platform, cwd: "/", timeLimitMs: storeLimitMs, signal };
    return runProgram("secret-tool", args, { ...options, ...(input && { input }) });
  };
  const usesKeychain = async (key: ApiKey) => {
    if ((await file.read(key)) !== "") return false;
    const answer = await askSecretService({ env, item: service, limitMs: answerLimitMs, signal });
    if (answer.state !== "answered") return false;
    if (answer.items.locked > 0 || (answer.items.unlocked === 0 && answer.collection !== "unlocked")) {
      throw new MistralKeyError("usage", "The keychain that Mistral Vibe keeps its key in is locked.", {
        hint: "Unlock it, then run the same command again.",
      });
    }
    const { kind } = await secretTool(["--version"]);
    return kind !== "not-found";
  };
  return {
    words: "Mistral Vibe",
    check: file.check,
    deliver: async (key) => {
      if (!(await usesKeychain(key))) return await file.deliver(key);
      const stored = await secretTool(["store", "--label", "Mistral Vibe", ...asArguments(attributes)], key);
      if (stored.kind === "exited" && stored.code === 0) return;
      const said = "stderr" in stored ? cleanText(stored.stderr.toString(), [key]) : "";
      throw new MistralKeyError(
        "usage",
        `The keychain did not take the key for Mistral Vibe. ${said}`.trim(),
      );
    },
    read: async (key) => {
      if (!(await usesKeychain(key))) return await file.read(key);
      const found = await secretTool(["lookup", ...asArguments(service)]);
      return found.kind === "exited" ? found.stdout.toString().trim() : "";
    },
    remove: async (key) => {
      if (!(await usesKeychain(key))) return await file.remove(key);
      await secretTool(["clear", ...asArguments(service)]);
      return "The key of Mistral Vibe was taken out of the keychain.";
    },
  };
}
