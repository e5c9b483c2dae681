import type { ApiKey } from "../../keys/api-key.ts";
import type { TargetReference } from "../../profiles/target-reference.ts";
import { standardVariable } from "../../running/environment.ts";
import type { KeyThere, Target, TargetContext } from "../target.ts";
import { OwnersProgram, type ProgramAnswer } from "./owners-program.ts";

/**
 * One entry of a Kubernetes secret. It is applied by the server: the other entries stay, and no copy
 * of the key is left in an annotation, as `kubectl apply` on the client leaves one.
 *
 * Source: kubernetes.io, Server-Side Apply, August 2026; kubectl 1.22 and later.
 */
export class KubernetesTarget implements Target {
  readonly #kubectl: OwnersProgram;
  readonly #namespace: string;
  readonly #secret: string;
  readonly #entry: string;

  constructor(
    { namespace, secret, key }: Extract<TargetReference, { readonly kind: "kubernetes" }>,
    context: TargetContext,
  ) {
    this.#kubectl = new OwnersProgram("kubectl", "See https://kubernetes.io/docs/tasks/tools/", context);
    this.#namespace = namespace;
    this.#secret = secret;
    this.#entry = key ?? standardVariable;
  }

  describe(): string {
    return `the Kubernetes secret ${this.#namespace}/${this.#secret}, entry ${this.#entry}`;
  }

  async check(): Promise<void> {
    await this.#read();
  }

  async deliver(key: ApiKey): Promise<void> {
    await this.#apply({ [this.#entry]: Buffer.from(key.reveal()).toString("base64") }, key);
  }

  async readBack(key: ApiKey): Promise<KeyThere> {
    const held = (await this.#read(key))[this.#entry];
    if (typeof held !== "string" || held === "") return "none";
    return Buffer.from(held, "base64").toString() === key.reveal() ? "same" : "another";
  }

  async forget(key: ApiKey): Promise<string> {
    const there = await this.readBack(key);
    if (there === "none") return `There is no key in ${this.describe()}.`;
    if (there === "another") return `There is another key in ${this.describe()}, which stays there.`;
    // What is applied no longer, and nobody else has applied, is taken out by the server.
    await this.#apply({}, key);
    return (await this.readBack(key)) === "none"
      ? `The key was taken out of ${this.describe()}; the secret itself stays.`
      : `The key is still in ${this.describe()}, since something else has put it there too; take it out yourself.`;
  }

  async #apply(data: Readonly<Record<string, string>>, key: ApiKey): Promise<void> {
    const metadata = { name: this.#secret, namespace: this.#namespace };
    const input = JSON.stringify({ apiVersion: "v1", kind: "Secret", metadata, data });
    const how = ["--server-side", "--force-conflicts", "--field-manager=mistral-key", "--validate=false"];
    await this.#kubectl.run(["apply", ...how, "-f", "-"], { input, key }, whatToDo);
  }

  async #read(key?: ApiKey): Promise<Readonly<Record<string, unknown>>> {
    const args = ["get", "secret", this.#secret, "--namespace", this.#namespace];
    const read = await this.#kubectl.run(
      [...args, "--ignore-not-found", "--output=json", "--request-timeout=20s"],
      key === undefined ? {} : { key },
      whatToDo,
    );
    if (read.trim() === "") return {};
    return (this.#kubectl.parse(read) as { readonly data?: Record<string, unknown> }).data ?? {};
  }
}

function whatToDo({ said }: ProgramAnswer): string | undefined {
  if (/forbidden/i.test(said)) return "Your account may not read and change secrets there.";
  if (/unauthorized|must be logged in|credentials/i.test(said)) return "Sign in to the cluster again.";
  if (/connection|refused|no configuration|lookup/i.test(said)) {
    return "Choose the cluster: kubectl config use-context NAME";
  }
  return undefined;
}
