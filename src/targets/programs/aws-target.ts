import type { ApiKey } from "../../keys/api-key.ts";
import { standardVariable } from "../../running/environment.ts";
import type { Target, TargetContext } from "../target.ts";
import { OwnersProgram } from "./owners-program.ts";

const noValue = /staging label/i;

/**
 * A secret of AWS Secrets Manager: the key alone or, if the secret is a JSON object already, its member
 * `MISTRAL_API_KEY`.
 *
 * Source: docs.aws.amazon.com, `secretsmanager put-secret-value`, August 2026.
 */
export function openAws(secretId: string, context: TargetContext): Target {
  const hint = `If you are not signed in: aws configure, or aws sso login\nIf there is no such secret: aws secretsmanager create-secret --name ${secretId}`;
  const install = "See https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html";
  const aws = new OwnersProgram({ name: "aws", install, hint }, context);
  // aws opens /dev/stdin by name, which fails for the socket that Node uses as a child's stdin.
  const forShell = "On Windows, use command: with a program of your own.";
  const shell = new OwnersProgram({ name: "sh", install: forShell, hint }, context);

  const words = `the AWS secret ${secretId}`;
  const about = ["--secret-id", secretId, "--output", "json"];
  const write = async (input: string, key: ApiKey) => {
    const args = ["secretsmanager", "put-secret-value", ...about, "--secret-string", "file:///dev/stdin"];
    await shell.run(["-c", 'cat | aws "$@"', "sh", ...args], { input, key });
  };
  /** The secret's value; empty if it has none yet. */
  const readSecret = async (key?: ApiKey) => {
    const call = { key, absent: noValue };
    const { stdout, said } = await aws.run(["secretsmanager", "get-secret-value", ...about], call);
    if (noValue.test(said)) return "";
    const { SecretString: text } = aws.parse(stdout) as { readonly SecretString?: unknown };
    return String(text ?? "");
  };
  return {
    words,
    check: async () => {
      await readSecret();
    },
    deliver: async (key) => {
      const members = membersOf(await readSecret(key));
      const whole = members && JSON.stringify({ ...members, [standardVariable]: key.reveal() });
      await write(whole ?? key.reveal(), key);
    },
    read: async (key) => {
      const text = await readSecret(key);
      const members = membersOf(text);
      return members === undefined ? text : String(members[standardVariable] ?? "");
    },
    remove: async (key) => {
      const members = membersOf(await readSecret(key));
      if (members === undefined) {
        return `What is in ${words} stays there. To delete it: aws secretsmanager delete-secret --secret-id ${secretId}`;
      }
      const { [standardVariable]: _key, ...rest } = members;
      await write(JSON.stringify(rest), key);
      return `The key was taken out of ${words}; its version before this still has it.`;
    },
  };
}

function membersOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
