import type { ApiKey } from "../../keys/api-key.ts";
import type { TargetReference } from "../../profiles/target-reference.ts";
import { standardVariable } from "../../running/environment.ts";
import type { Target, TargetContext } from "../target.ts";
import { OwnersProgram } from "./owners-program.ts";

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
    const install = "See https://kubernetes.io/docs/tasks/tools/";
    this.#kubectl = new OwnersProgram({ name: "kubectl", install, hintFor }, context);
    this.#namespace = namespace;
    this.#secret = secret;
    this.#entry = key ?? standardVariable;
  }

  describe(): string {
    return `the Kubernetes secret ${this.#namespace}/${this.#secret}, entry ${this.#entry}`;
  }

  async check(): Promise<void> {
    await this.read();
  }

  async deliver(key: ApiKey): Promise<void> {
    await this.#apply({ [this.#entry]: Buffer.from(key.reveal()).toString("base64") }, key);
  }

  async read(key?: ApiKey): Promise<string> {
    const args = ["get", "secret", this.#secret, "--namespace", this.#namespace];
    const output = ["--ignore-not-found", "--output=json", "--request-timeout=20s"];
    const read = await this.#kubectl.run([...args, ...output], { key });
    if (read.trim() === "") return "";
    const { data } = this.#kubectl.parse(read) as { readonly data?: Readonly<Record<string, unknown>> };
    return Buffer.from(String(data?.[this.#entry] ?? ""), "base64").toString();
  }

  async remove(key: ApiKey): Promise<string> {
    // What is applied no longer, and nobody else has applied, is taken out by the server.
    await this.#apply({}, key);
    return (await this.read(key)) === ""
      ? `The key was taken out of ${this.describe()}; the secret itself stays.`
      : `The key is still in ${this.describe()}, since something else has put it there too; take it out yourself.`;
  }

  async #apply(data: Readonly<Record<string, string>>, key: ApiKey): Promise<void> {
    const metadata = { name: this.#secret, namespace: this.#namespace };
    const input = JSON.stringify({ apiVersion: "v1", kind: "Secret", metadata, data });
    const how = ["--server-side", "--force-conflicts", "--field-manager=mistral-key", "--validate=false"];
    await this.#kubectl.run(["apply", ...how, "-f", "-"], { input, key });
  }
}

function hintFor(said: string): string | undefined {
  if (/forbidden/i.test(said)) return "Your account may not read and change secrets there.";
  if (/unauthorized|must be logged in|credentials/i.test(said)) return "Sign in to the cluster again.";
  if (!/connection|refused|no configuration|lookup/i.test(said)) return undefined;
  return "Choose the cluster: kubectl config use-context NAME";
}
