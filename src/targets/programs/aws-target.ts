import type { ApiKey } from "../../keys/api-key.ts";
import { standardVariable } from "../../running/environment.ts";
import type { Target, TargetContext } from "../target.ts";
import { OwnersProgram } from "./owners-program.ts";

/**
 * A secret of AWS Secrets Manager: the key alone, or, where the secret is a JSON object already, its
 * member `MISTRAL_API_KEY`.
 *
 * Source: docs.aws.amazon.com, `secretsmanager put-secret-value`, August 2026.
 */
export class AwsTarget implements Target {
  readonly #aws: OwnersProgram;
  readonly #piped: OwnersProgram;
  readonly #id: string;

  constructor(secretId: string, context: TargetContext) {
    const hintFor = (said: string) => {
      if (/credentials|token|expired|sso/i.test(said)) return "Sign in: aws configure, or aws sso login";
      if (/ResourceNotFound/.test(said))
        return `Make the secret first: aws secretsmanager create-secret --name ${secretId}`;
      return /AccessDenied/.test(said) ? "Your account may not read and change this secret." : undefined;
    };
    const install = "See https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html";
    this.#aws = new OwnersProgram({ name: "aws", install, hintFor }, context);
    // aws opens /dev/stdin by its name, which the socket that Node makes for a pipe does not allow.
    const forShell = "On Windows, use command: with a program of your own.";
    this.#piped = new OwnersProgram({ name: "sh", install: forShell, hintFor }, context);
    this.#id = secretId;
  }

  describe(): string {
    return `the AWS secret ${this.#id}`;
  }

  async check(): Promise<void> {
    await this.#secret();
  }

  async deliver(key: ApiKey): Promise<void> {
    const members = membersOf(await this.#secret(key));
    const whole = members && JSON.stringify({ ...members, [standardVariable]: key.reveal() });
    await this.#write(whole ?? key.reveal(), key);
  }

  async read(key: ApiKey): Promise<string> {
    const text = await this.#secret(key);
    const members = membersOf(text);
    return members === undefined ? text : String(members[standardVariable] ?? "");
  }

  async remove(key: ApiKey): Promise<string> {
    const members = membersOf(await this.#secret(key));
    if (members === undefined) {
      return `What is in ${this.describe()} stays there. To delete it: aws secretsmanager delete-secret --secret-id ${this.#id}`;
    }
    const { [standardVariable]: _key, ...rest } = members;
    await this.#write(JSON.stringify(rest), key);
    return `The key was taken out of ${this.describe()}; its version before this still has it.`;
  }

  async #write(input: string, key: ApiKey): Promise<void> {
    const args = ["secretsmanager", "put-secret-value", "--secret-id", this.#id, "--output", "json"];
    const piped = ["-c", 'cat | aws "$@"', "sh", ...args, "--secret-string", "file:///dev/stdin"];
    await this.#piped.run(piped, { input, key });
  }

  /** What the secret is; empty where it has no value yet. */
  async #secret(key?: ApiKey): Promise<string> {
    const args = ["secretsmanager", "get-secret-value", "--secret-id", this.#id, "--output", "json"];
    const answer = await this.#aws.ask(args, { key });
    if (answer.code !== 0 && /staging label/i.test(answer.said)) return "";
    if (answer.code !== 0) throw this.#aws.refused(answer);
    const { SecretString: text } = this.#aws.parse(answer.stdout) as { readonly SecretString?: unknown };
    return String(text ?? "");
  }
}

function membersOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
