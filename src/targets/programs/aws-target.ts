import type { ApiKey } from "../../keys/api-key.ts";
import { standardVariable } from "../../running/environment.ts";
import type { KeyThere, Target, TargetContext } from "../target.ts";
import { OwnersProgram, type ProgramAnswer } from "./owners-program.ts";

const install = "See https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html";

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
    this.#aws = new OwnersProgram("aws", install, context);
    // aws opens /dev/stdin by its name, which the socket that Node makes for a pipe does not allow.
    this.#piped = new OwnersProgram("sh", "On Windows, use command: with a program of your own.", context);
    this.#id = secretId;
  }

  describe(): string {
    return `the AWS secret ${this.#id}`;
  }

  async check(): Promise<void> {
    await this.#read();
  }

  async deliver(key: ApiKey): Promise<void> {
    const members = membersOf(await this.#read(key));
    await this.#write(
      members === undefined ? key.reveal() : JSON.stringify({ ...members, [standardVariable]: key.reveal() }),
      key,
    );
  }

  async readBack(key: ApiKey): Promise<KeyThere> {
    const text = await this.#read(key);
    const members = membersOf(text);
    const held = members === undefined ? text : members[standardVariable];
    if (typeof held !== "string" || held === "") return "none";
    return held === key.reveal() ? "same" : "another";
  }

  async forget(key: ApiKey): Promise<string> {
    const { [standardVariable]: held, ...rest } = membersOf(await this.#read(key)) ?? {};
    if (held !== key.reveal()) {
      return `What is in ${this.describe()} stays there. To delete it: aws secretsmanager delete-secret --secret-id ${this.#id}`;
    }
    await this.#write(JSON.stringify(rest), key);
    return `The key was taken out of ${this.describe()}; its version before this still has it.`;
  }

  async #write(input: string, key: ApiKey): Promise<void> {
    const args = ["secretsmanager", "put-secret-value", "--secret-id", this.#id, "--output", "json"];
    const piped = ["-c", 'cat | aws "$@"', "sh", ...args, "--secret-string", "file:///dev/stdin"];
    await this.#piped.run(piped, { input, key }, whatToDo(this.#id));
  }

  /** What the secret is; empty where it has no value yet. */
  async #read(key?: ApiKey): Promise<string> {
    const args = ["secretsmanager", "get-secret-value", "--secret-id", this.#id, "--output", "json"];
    const answer = await this.#aws.ask(args, key === undefined ? {} : { key });
    if (answer.code === 0) {
      return String(
        (this.#aws.parse(answer.stdout) as { readonly SecretString?: unknown }).SecretString ?? "",
      );
    }
    if (/staging label/i.test(answer.said)) return "";
    throw this.#aws.failure(`aws refused: ${answer.said}`, whatToDo(this.#id)(answer));
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

function whatToDo(id: string): (answer: ProgramAnswer) => string | undefined {
  return ({ said }) => {
    if (/credentials|token|expired|sso/i.test(said)) return "Sign in: aws configure, or aws sso login";
    if (/ResourceNotFound/.test(said)) {
      return `Make the secret first: aws secretsmanager create-secret --name ${id}`;
    }
    return /AccessDenied/.test(said) ? "Your account may not read and change this secret." : undefined;
  };
}
