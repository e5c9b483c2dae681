import type { Deps } from "../deps.ts";
import { Cancelled, MistralKeyError, unlessDamaged } from "../errors.ts";
import { commandFor } from "../hints.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import { consolePages, furtherPages } from "../mistral/console-pages.ts";
import { unusableStore } from "../stores/choose-store.ts";
import { everySlot, type SecretStore } from "../stores/secret-store.ts";
import { type KeyRequest, noKey } from "../stores/stored-key.ts";
import { requirePerson } from "../terminal/absence.ts";
import { storeFor } from "./profile.ts";
import { targetText } from "./target-reference.ts";

/** What is to be removed. */
export interface RemoveRequest extends KeyRequest {
  /** Removes it without a question. */
  readonly yes: boolean;
}

/** What was removed. */
export interface Removed {
  readonly profile: ProfileName;
  readonly store: SecretStore;
  /** The masks of the keys that are forgotten, the one in use first; they stay alive at Mistral. */
  readonly keys: readonly string[];
  /** The mask of an Admin API key that is forgotten with them. */
  readonly adminKey: string | undefined;
  /** Whether `store` was another store than the profile's: then only what lay there is gone. */
  readonly strayOnly: boolean;
  /** Targets that still have the key. */
  readonly targets: readonly string[];
}

/**
 * Deletes the stored key, its slots, its journal and what is known about it, after a question.
 * Revokes nothing at Mistral.
 *
 * @throws MistralKeyError of kind `no-key` when there is nothing, `needs-terminal` when nobody is
 *   there for the question, `usage` when another key was stored while it was asked, or of a `store-…`
 *   kind; Cancelled when the person stops
 */
export async function removeProfile(deps: Deps, request: RemoveRequest): Promise<Removed> {
  const { profile, yes } = request;
  if (!yes) {
    requirePerson(deps, {
      message: "Nothing was removed: that needs your confirmation",
      hint: `To remove it without a question: ${commandFor(profile, "remove --yes")}`,
    });
  }
  const found = await findBelongings(deps, request);
  if (!yes) {
    await confirm(deps, found);
    refuseOtherKeys(deps, found);
  }
  const { store, strayOnly } = found;
  // The profile goes last, so that a removal that is interrupted is still found by the next one.
  for (const slot of everySlot) await store.delete({ profile, slot });
  if (strayOnly) return found;
  deps.journal.end(profile);
  deps.profiles.remove(profile);
  (await deps.drafts()).remove(profile);
  return found;
}

/** Looks what there is, so that a removal that was interrupted can be repeated and one of nothing is said to be that. */
async function findBelongings(deps: Deps, request: RemoveRequest): Promise<Removed> {
  const { profile: name } = request;
  // What cannot be read can still be removed, and often has to be.
  let damaged = false;
  const onDamage = ({ message }: MistralKeyError) => {
    damaged = true;
    deps.output.warn(message);
  };
  const known = unlessDamaged(() => deps.profiles.read(name), onDamage);
  const record = unlessDamaged(() => deps.journal.read(name), onDamage);
  const store = await deps.store(storeFor(request, known ?? record?.after));
  await requireUsable(deps, store);
  const strayOnly = known !== undefined && request.store !== undefined && known.store !== request.store;
  if (!strayOnly && (damaged || known !== undefined || record !== undefined)) {
    const masks = [known?.key, record?.newKey.mask, record?.oldKey.mask];
    const keys = [...new Set(masks.filter((mask) => mask !== undefined))];
    const targets = known?.targets.map(({ target }) => targetText(target)) ?? [];
    return { profile: name, store, keys, adminKey: known?.adminKey, strayOnly, targets };
  }
  const key = await store.get({ profile: name, slot: "current" }).catch((error: unknown) =>
    unlessDamaged((): undefined => {
      throw error;
    }, onDamage),
  );
  if (key === undefined && !damaged) throw noKey(name, store, known);
  const keys = key === undefined ? [] : [key.mask];
  return { profile: name, store, keys, adminKey: undefined, strayOnly, targets: [] };
}

/** A keychain that is not there cannot be emptied; better to say so before the question than after it. */
async function requireUsable({ interactive }: Deps, store: SecretStore): Promise<void> {
  if (store.kind !== "keychain") return;
  const availability = await store.availability();
  if (availability.state === "available" || (availability.state === "locked" && interactive)) return;
  throw unusableStore(store.kind, availability);
}

async function confirm({ prompts }: Deps, { profile, store, keys, strayOnly }: Removed): Promise<void> {
  const what = keys.length === 0 ? "" : ` (${keys.join(", ")})`;
  const message = strayOnly
    ? `Remove the key${what} that ${store.describe()} holds for profile "${profile}"? The profile keeps its own.`
    : `Remove the key of profile "${profile}"${what}?`;
  if (await (await prompts()).confirm({ message, initial: false })) return;
  throw new Cancelled("Nothing was removed.");
}

/** The question may have stood there for long, and was about these keys only. */
function refuseOtherKeys({ profiles, journal }: Deps, { profile, keys, strayOnly }: Removed): void {
  const record = unlessDamaged(() => journal.read(profile));
  const known = strayOnly ? undefined : unlessDamaged(() => profiles.read(profile));
  const other = [known?.key, record?.newKey.mask].find((mask) => mask !== undefined && !keys.includes(mask));
  if (other === undefined) return;
  throw new MistralKeyError(
    "usage",
    `Another run of mistral-key has stored the key ${other} for profile "${profile}" meanwhile, so nothing was removed.`,
    { hint: `To remove that one: ${commandFor(profile, "remove")}` },
  );
}

/** Says what was removed, and that this revokes nothing; offers the page that does. */
export async function tellOfRemoval(
  deps: Deps,
  { profile, store, keys, adminKey, strayOnly, targets }: Removed,
  { offersPage }: { readonly offersPage: boolean },
): Promise<void> {
  const { output } = deps;
  // The encrypted file is this profile's own.
  const place = store.kind === "file" ? "its encrypted file" : store.describe();
  output.ok(
    strayOnly
      ? `The key is removed from ${place}; profile "${profile}" keeps its own key where that is.`
      : `Profile "${profile}" is removed from ${place} and from this machine.`,
  );
  if (targets.length > 0) output.warn(`Its key is still at ${targets.join(", ")}.`);
  if (adminKey !== undefined)
    output.warn(
      `Its Admin API key ${adminKey} is forgotten too, and still works until it is deleted: ${furtherPages.adminKeys}`,
    );
  const what = keys.length === 0 ? "the key" : keys.join(" and ");
  const until =
    keys.length > 1 ? "each works until it is deleted there" : "it works until it is deleted there";
  output.warn(`This did not revoke ${what} at Mistral: ${until}, or ends.`);
  const address = output.theme.link(consolePages.keys);
  output.next(`To delete it, find its row in API Keys: ${address}`);
  if (!offersPage || !deps.opensPages) return;
  const prompts = await deps.prompts();
  try {
    if (!(await prompts.confirm({ message: "Open that page now?", initial: true }))) return;
    if (await deps.openPage(consolePages.keys)) output.ok("Opened in your browser.");
    else output.warn(`No browser could be started here. Open this on any machine: ${address}`);
  } catch (error) {
    // What was asked for is done; stopping at the offer changes nothing about that.
    if (!(error instanceof Cancelled)) throw error;
  }
}
