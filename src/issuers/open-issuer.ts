import type { Deps } from "../deps.ts";
import { MistralKeyError } from "../errors.ts";
import { commandFor } from "../hints.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import type { Endpoint } from "../mistral/endpoint.ts";
import { say } from "../mistral/facts.ts";
import type { SecretStore } from "../stores/secret-store.ts";
import type { AdminApi } from "./admin-api.ts";
import { facts } from "./facts.ts";

/**
 * Opens the Admin API with the Admin API key of a profile.
 *
 * @throws MistralKeyError of kind `no-key` if none is stored, `usage` for a regional endpoint, or of a
 *   `store-…` kind
 */
export async function openIssuer(
  deps: Deps,
  profile: ProfileName,
  store: SecretStore,
  endpoint: Endpoint,
): Promise<AdminApi> {
  refuseRegional(endpoint);
  const key = await store.get({ profile, slot: "admin" });
  if (key !== undefined) return await deps.issuer(endpoint, key);
  throw new MistralKeyError("no-key", `No Admin API key is stored for profile "${profile}".`, {
    hint: `${say(facts.preview)} To store its key: ${commandFor(profile, "init --admin")}`,
  });
}

/** @throws MistralKeyError of kind `usage` for an endpoint that has no Admin API */
export function refuseRegional({ region, serverUrl }: Endpoint): void {
  if (region === "global" || serverUrl !== undefined) return;
  throw new MistralKeyError("usage", say(facts.globalOnly), {
    hint: "Make and delete keys of this profile in the console.",
  });
}
