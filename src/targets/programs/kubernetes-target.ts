import type { ApiKey } from "../../keys/api-key.ts";
import { showName } from "../../outside-text.ts";
import type { TargetReference } from "../../profiles/target-reference.ts";
import { standardVariable } from "../../running/environment.ts";
import type { Target, TargetContext } from "../target.ts";
import { ownersProgram, parseAnswer } from "./owners-program.ts";

/**
 * One entry of a Kubernetes secret. Server-side apply keeps the other entries and, unlike client-side apply,
 * leaves no copy of the key in an annotation.
 *
 * Source: kubernetes.io, Server-Side Apply, August 2026; kubectl 1.22 and later. Secrets: a container that has
 * one in its environment sees a change only after a restart.
 */
export function openKubernetes(
  { namespace, secret, key: named }: Extract<TargetReference, { readonly kind: "kubernetes" }>,
  context: TargetContext,
): Target {
  const install = "See https://kubernetes.io/docs/tasks/tools/";
  const hint = "If you are not signed in, or this is another cluster: kubectl config use-context NAME";
  const kubectl = ownersProgram({ name: "kubectl", install, hint }, context);
  const entry = named ?? standardVariable;
  const words = `the Kubernetes secret ${showName(`${namespace}/${secret}, entry ${entry}`)} (in kubectl's current cluster)`;
  const readEntry = async (key?: ApiKey) => {
    const args = ["get", "secret", secret, "--namespace", namespace];
    const output = ["--ignore-not-found", "--output=json", "--request-timeout=20s"];
    const answer = await kubectl([...args, ...output], { key });
    if (answer.stdout.trim() === "") return "";
    const { data } = parseAnswer("kubectl", answer) as { readonly data?: Readonly<Record<string, unknown>> };
    return Buffer.from(String(data?.[entry] ?? ""), "base64").toString();
  };
  const apply = async (data: Readonly<Record<string, string>>, key: ApiKey) => {
    const metadata = { name: secret, namespace };
    const input = JSON.stringify({ apiVersion: "v1", kind: "Secret", metadata, data });
    // The server removes what a manager no longer applies, so each entry has a manager of its own.
    const how = ["--server-side", "--force-conflicts", `--field-manager=mistral-key/${entry}`];
    await kubectl(["apply", ...how, "--validate=false", "-f", "-"], { input, key });
  };
  return {
    words,
    takesEffect: "A pod that has the secret in its environment gets it only when it is restarted.",
    read: async (key) => [await readEntry(key)],
    check: () => readEntry(),
    deliver: (key) => apply({ [entry]: Buffer.from(key.reveal()).toString("base64") }, key),
    remove: async (key) => {
      // The server removes what is no longer applied and has no other owner.
      await apply({}, key);
      return (await readEntry(key)) === ""
        ? `The key was removed from ${words}; the secret itself stays.`
        : `The key is still in ${words}, since something else put it there too; remove it yourself.`;
    },
  };
}
