import type { Deps } from "../deps.ts";
import type { ApiKey } from "../keys/api-key.ts";
import type { CallOptions, MistralApi } from "../mistral/mistral-api.ts";
import type { Settings } from "../settings.ts";
import { readKeyToCheck } from "../verification/verify-profile.ts";

/** A stored key, and the client for calls. */
export interface CallableKey {
  readonly key: ApiKey;
  readonly api: MistralApi;
  readonly options: CallOptions;
}

/**
 * Reads a profile's key to make calls with it, and warns if it expires soon.
 *
 * @throws MistralKeyError of kind `no-key`, or of a `store-…` kind
 */
export async function readCallableKey(deps: Deps, settings: Settings): Promise<CallableKey> {
  const { key, endpoint, history, known } = await readKeyToCheck(deps, settings);
  if (known !== undefined) deps.remindOfEnd(key, known);
  return { key, api: await deps.mistral(endpoint), options: { history, signal: deps.signal } };
}
