import { expected, MistralKeyError, withSentence } from "../errors.ts";
import { findProgram } from "../files/find-program.ts";
import type { ApiKey } from "../keys/api-key.ts";
import { KeychainProblem } from "../stores/keychain/keychain-trouble.ts";
import { askSecretService, type ServiceState } from "../stores/keychain/secret-service/secret-service.ts";
import { ownersProgram } from "./programs/owners-program.ts";
import { keyThere, type Target, type TargetContext } from "./target.ts";

/** Mistral Vibe's keychain item since 2.17, as Python's keyring writes it. */
const service = { service: "ai.mistral.vibe", username: "MISTRAL_API_KEY" };
const attributes = { application: "Python keyring library", ...service };
const asArguments = (pairs: Readonly<Record<string, string>>) => Object.entries(pairs).flat();

/** How long to wait for the keychain, in milliseconds. */
const answerLimitMs = 2200;

/**
 * Mistral Vibe on Linux: the keychain, which it prefers, unless its dotenv file already has a key (Vibe reads
 * that first) or the keychain cannot be used.
 */
export function openVibe(file: Target, context: TargetContext): Target {
  const { env, platform } = context.processContext;
  const install = "It comes with libsecret, in the package libsecret-tools or libsecret.";
  const secretTool = ownersProgram({ name: "secret-tool", install }, context);
  const opensKeychain = async () => {
    const { signal } = context;
    const answer = await askSecretService({ env, item: service, limitMs: answerLimitMs, signal }).catch(
      (error: unknown) => {
        if (error instanceof KeychainProblem) return error;
        throw error;
      },
    );
    if (isShut(answer)) {
      throw new MistralKeyError("usage", "The keychain that Mistral Vibe keeps its key in does not open.", {
        hint: "Unlock it, or log out and in again, then run the same command again.",
      });
    }
    if (
      answer instanceof KeychainProblem ||
      (answer.items.unlocked === 0 && answer.collection !== "unlocked")
    ) {
      return false;
    }
    return findProgram("secret-tool", { env, platform }) !== undefined;
  };
  /** The keychain's key, whether Vibe uses it or not; empty if it has none or cannot be used. */
  const readKeychain = async (key: ApiKey) => {
    if (!(await opensKeychain())) return "";
    // A look-up that finds nothing fails without a word.
    const found = await secretTool(["lookup", ...asArguments(service)], { key, absent: /^$/ });
    return found.stdout.trim();
  };
  return {
    words: "Mistral Vibe",
    check: file.check,
    holds: async (key) => (await file.holds?.(key)) === true || (await readKeychain(key)) === key.reveal(),
    deliver: async (key) => {
      if ((await keyThere(file, key)) !== "none" || !(await opensKeychain())) return await file.deliver(key);
      const args = ["store", "--label", "Mistral Vibe", ...asArguments(attributes)];
      return await secretTool(args, { input: key });
    },
    read: async (key) => {
      const isInFile = (await keyThere(file, key)) !== "none";
      return isInFile ? await file.read(key) : [await readKeychain(key)];
    },
    remove: async (key) => {
      const isOutsideFile = (await keyThere(file, key)) !== "unreadable" && !(await file.holds?.(key));
      const said = isOutsideFile ? "" : await file.remove(key);
      try {
        // It may have been delivered there before the file had one.
        if ((await readKeychain(key)) !== key.reveal()) return said;
        await secretTool(["clear", ...asArguments(service)], { key });
      } catch (error) {
        throw said === "" ? error : withSentence(expected(error), said);
      }
      return `${said} The key of Mistral Vibe was removed from the keychain.`.trim();
    },
  };
}

/** Whether there is a keychain that cannot be used now; Vibe's key may be in it. */
function isShut(answer: ServiceState | KeychainProblem): boolean {
  if (answer instanceof KeychainProblem) return ["unresponsive", "denied"].includes(answer.trouble);
  const { collection, items } = answer;
  return items.locked > 0 || (items.unlocked === 0 && collection === "locked");
}
