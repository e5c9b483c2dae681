import { applyEdits, modify } from "jsonc-parser";
import { MistralKeyError } from "../../errors.ts";
import { shellWord } from "../../hints.ts";
import type { ApiKey } from "../../keys/api-key.ts";
import { showName } from "../../outside-text.ts";
import { standardVariable } from "../../running/environment.ts";
import type { Target, TargetContext } from "../target.ts";
import { ownersProgram, parseAnswer } from "./owners-program.ts";

const noValue = /staging label/i;

/**
 * A secret of AWS Secrets Manager: the key alone or, if the secret is a JSON object already, its member
 * `MISTRAL_API_KEY`.
 *
 * Source: docs.aws.amazon.com, `secretsmanager put-secret-value`, August 2026.
 */
export function openAws(secretId: string, context: TargetContext): Target {
  const hint = `If you are not signed in: aws configure, or aws sso login\nIf it is in another account or region, set AWS_PROFILE or AWS_REGION.\nIf there is no such secret: aws secretsmanager create-secret --name ${shellWord(secretId)}`;
  const install = "See https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html";
  const aws = ownersProgram({ name: "aws", install, hint }, context);
  // aws opens /dev/stdin by name, which fails for the socket that Node uses as a child's stdin.
  const forShell = "On Windows, use command: with a program of your own.";
  const shell = ownersProgram({ name: "sh", install: forShell, hint }, context);

  const words = `the AWS secret ${showName(secretId)} (in aws's current account and region)`;
  const about = ["--secret-id", secretId, "--output", "json"];
  const write = async (input: string, key: ApiKey) => {
    const args = ["secretsmanager", "put-secret-value", ...about, "--secret-string", "file:///dev/stdin"];
    await shell(["-c", 'cat | aws "$@"', "sh", ...args], { input, key });
  };
  /** The secret's value; empty if it has none yet. */
  const readSecret = async (key?: ApiKey) => {
    const call = { key, absent: noValue };
    const answer = await aws(["secretsmanager", "get-secret-value", ...about], call);
    if (noValue.test(answer.said)) return "";
    const { SecretString: text } = parseAnswer("aws", answer) as { readonly SecretString?: unknown };
    if (typeof text === "string") return text;
    throw new MistralKeyError("usage", `${words} holds binary data, which a key would replace.`, {
      hint: "Use another secret for the key.",
    });
  };
  return {
    words,
    check: () => readSecret(),
    deliver: async (key) => {
      const text = await readSecret(key);
      await write(membersOf(text) === undefined ? key.reveal() : withMember(text, key.reveal()), key);
    },
    read: async (key) => {
      const text = await readSecret(key);
      const members = membersOf(text);
      return [members === undefined ? text : String(members[standardVariable] ?? "")];
    },
    remove: async (key) => {
      const text = await readSecret(key);
      if (membersOf(text) === undefined) {
        return `What is in ${words} stays there. To delete it: aws secretsmanager delete-secret --secret-id ${shellWord(secretId)}`;
      }
      await write(withMember(text, undefined), key);
      return `The key was removed from ${words}; its previous version still has it.`;
    },
  };
}

/** Sets or removes the member; the others stay as they are written, which not every number survives otherwise. */
function withMember(text: string, value: string | undefined): string {
  return applyEdits(text, modify(text, [standardVariable], value, {}));
}

function membersOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
