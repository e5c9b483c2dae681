import { receiveKey } from "../capture/receive-key.ts";
import type { Deps } from "../deps.ts";
import { expected, MistralKeyError } from "../errors.ts";
import { commandFor } from "../hints.ts";
import { furtherPages } from "../mistral/console-pages.ts";
import { say } from "../mistral/facts.ts";
import { endpointFor, type Profile } from "../profiles/profile.ts";
import { type KeyRequest, noKey, readStoredKey } from "../stores/stored-key.ts";
import { notYetListed } from "../stores/unlisted-key.ts";
import { requirePerson } from "../terminal/absence.ts";
import type { AdminApi } from "./admin-api.ts";
import { facts } from "./facts.ts";
import { findIssuedKey } from "./find-issued-key.ts";
import { noteListed } from "./make-successor.ts";
import { refuseRegional } from "./open-issuer.ts";

interface AdminKeyRequest extends KeyRequest {
  readonly from: "prompt" | "stdin";
  /** Replaces a stored one. */
  readonly replace: boolean;
}

/**
 * Stores an Admin API key beside the key of a profile, after Mistral has accepted it.
 *
 * @returns why the profile's own key was not found in Mistral's list, too; no reason if it was
 * @throws Cancelled when the user stops
 * @throws MistralKeyError of kind `no-key` without a profile, `usage` if it is not an Admin API key or one is
 *   already stored, as `AdminApi` does, or of a `store-…` kind
 */
export async function storeAdminKey(
  deps: Deps,
  request: AdminKeyRequest,
): Promise<{ readonly profile: Profile; readonly notListed: string | undefined }> {
  const { profile: name, from } = request;
  const { key: ordinary, store, profile: known } = await readStoredKey(request, deps);
  if (known === undefined) throw notYetListed({ profile: name, store, key: ordinary });
  if ((request.store ?? known.store) !== known.store) throw noKey(name, store, known);
  const endpoint = endpointFor(request, known);
  refuseRegional(endpoint);
  if (from === "prompt") {
    requirePerson(deps, {
      message: "The Admin API key is asked for",
      hint: `Send it on standard input instead: ${commandFor(name, "init --admin --with-key")} < FILE`,
    });
    deps.output.paragraph(`${say(facts.preview)} ${say(facts.ownKind)}`);
    deps.output.line(deps.output.theme.link(furtherPages.adminKeys));
    deps.output.print();
  }
  await store.prepare?.(name);
  const address = { profile: name, slot: "admin" } as const;
  const there = await store.get(address);
  if (there !== undefined && !request.replace) {
    throw new MistralKeyError("usage", `Profile "${name}" already has the Admin API key ${there.mask}.`, {
      hint: "Add --yes to replace it.",
    });
  }
  const key = await receiveKey(deps, "The Admin API key");
  if (key.equals(ordinary)) {
    throw new MistralKeyError("usage", "This is the profile's API key, not an Admin API key.", {
      hint: say(facts.ownKind),
    });
  }
  const issuer = await deps.issuer(endpoint, key);
  const line = deps.output.progress("Checking");
  await issuer.list().finally(() => line.clear());
  deps.output.ok("accepted by the Admin API");
  // Another run may have removed, renamed or moved it while the key was waited for.
  const latest = deps.profiles.read(name);
  if (latest?.store !== known.store) throw noKey(name, store, latest);
  await store.set(address, key);
  const profile = { ...(deps.profiles.read(name) ?? latest), adminKey: key.mask };
  deps.profiles.write(profile);
  if (there !== undefined && !there.equals(key))
    deps.output.warn(
      `The earlier one, ${there.mask}, is forgotten here. If it still works and nothing needs it any more, delete it: ${furtherPages.adminKeys}`,
    );
  const notListed = await noteRow(deps, issuer, profile);
  return { profile: { ...(deps.profiles.read(name) ?? profile), adminKey: key.mask }, notListed };
}

/** Saves the row of the profile's own key. Returns why there is none, which is not a failure. */
async function noteRow(deps: Deps, issuer: AdminApi, profile: Profile): Promise<string | undefined> {
  try {
    const wanted = { mask: profile.key, name: profile.identity?.keyName ?? null };
    noteListed(deps, profile, await findIssuedKey(issuer, wanted));
    return undefined;
  } catch (error) {
    return expected(error).inOneLine;
  }
}
