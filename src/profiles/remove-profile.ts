import type { Deps } from "../deps.ts";
import { Cancelled, isDamage, joinHints, MistralKeyError, unlessDamaged, withSentence } from "../errors.ts";
import { commandFor } from "../hints.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import { consolePages, furtherPages } from "../mistral/console-pages.ts";
import { showName } from "../outside-text.ts";
import { everySlot, type SecretStore, type Slot } from "../stores/secret-store.ts";
import { type KeyRequest, keychainElsewhere, noKey } from "../stores/stored-key.ts";
import { findUnlistedKey } from "../stores/unlisted-key.ts";
import { requirePerson } from "../terminal/absence.ts";
import { withChoice } from "./choose-profile.ts";
import { warnOfUnread } from "./known-key.ts";
import { type Profile, placeOf, storeFor } from "./profile.ts";

interface RemoveRequest extends KeyRequest {
  /** Removes it without asking. */
  readonly yes: boolean;
}

interface Removed {
  readonly profile: ProfileName;
  readonly store: SecretStore;
  /** The masks of the forgotten keys, the one in use first; none is revoked at Mistral. */
  readonly keys: readonly string[];
  /** What was known of them. */
  readonly about: readonly (Profile | null | undefined)[];
  readonly adminKey: string | undefined;
  /** Whether `store` was not the profile's store; then only what it held is gone. */
  readonly strayOnly: boolean;
  /** Whether `store` held a key of it. */
  readonly erased: boolean;
  /** Another keychain, which the key was kept in. */
  readonly keptIn: string | undefined;
  /** Targets that still have the key. */
  readonly targets: readonly string[];
}

type Belongings = Omit<Removed, "erased">;

/**
 * Deletes the stored key, its slots, journal and profile, after a confirmation. Revokes nothing at Mistral.
 *
 * @throws MistralKeyError of kind `no-key` if there is nothing to remove, `needs-terminal` if it cannot ask,
 *   `usage` if another key was stored meanwhile, or of a `store-…` kind; Cancelled when the user stops
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
  // Keys go before the profile, so that the next run can finish an interrupted removal.
  let erased = strayOnly;
  for (const slot of everySlot) erased = (await store.delete({ profile, slot })) || erased;
  if (strayOnly) return { ...found, erased };
  try {
    deps.journal.end(profile);
    deps.profiles.remove(profile);
    (await deps.drafts()).remove(profile);
  } catch (error) {
    if (!(error instanceof MistralKeyError)) throw error;
    throw withSentence(error, "The key is deleted, but not all of the notes about it.", {
      hint: joinHints(error.hint, `Then finish it: ${commandFor(profile, "remove")}`),
    });
  }
  return { ...found, erased };
}

/** Finds what there is to remove: an interrupted removal can be repeated, an empty one is reported. */
async function findBelongings(deps: Deps, request: RemoveRequest): Promise<Belongings> {
  const { profile: name } = request;
  // Damaged files can still be removed, and often must be.
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
  const held = await readHeld(store, name);
  const stored = [held.current, held.next, held.previous];
  const rest = {
    profile: name,
    store,
    adminKey: held.admin ?? known?.adminKey,
    about: [known, record?.before, record?.after],
    strayOnly,
    keptIn: keychainElsewhere(store, known ?? record?.after),
  };
  if (!strayOnly && (damaged || known !== undefined || record !== undefined)) {
    const keys = distinct([...stored, known?.key, record?.newKey.mask, record?.oldKey.mask]);
    const targets = known?.targets.map(({ target }) => target) ?? [];
    return { ...rest, keys, targets };
  }
  const key = await store.get({ profile: name, slot: "current" }).catch((error: unknown) => {
    if (!isDamage(error)) throw error;
    onDamage(error);
    return undefined;
  });
  if (key === undefined && !damaged) throw withChoice(noKey(name, store, known), request.choice);
  const adminKey = strayOnly ? await strayAdminKey(deps, store, known) : rest.adminKey;
  return { ...rest, adminKey, keys: distinct([key?.mask, ...stored]), targets: [] };
}

/**
 * The Admin API key in a store that is not the profile's, if it is another one than the profile's own.
 *
 * @throws MistralKeyError of kind `usage` if the profile lists one and its store has none, or of a `store-…` kind
 */
async function strayAdminKey(deps: Deps, stray: SecretStore, { name, store, adminKey }: Profile) {
  const address = { profile: name, slot: "admin" } as const;
  const there = await stray.inspect(address);
  if (there.state === "missing") return undefined;
  const own = await (await deps.store(store)).get(address);
  if (own === undefined && adminKey !== undefined)
    throw new MistralKeyError(
      "usage",
      `Nothing was removed: ${stray.describe()} also holds an Admin API key, and the profile's own store does not.`,
      { hint: `To store one with the profile's own key first: ${commandFor(name, "init --admin")}` },
    );
  return there.state === "found" && own?.equals(there.key) !== true ? there.key.mask : undefined;
}

/** The masks of a profile's keys, as far as a store shows them unasked: the notes may be of others. */
async function readHeld(store: SecretStore, profile: ProfileName): Promise<Partial<Record<Slot, string>>> {
  const held: Partial<Record<Slot, string>> = {};
  for (const slot of everySlot) {
    const inspection = await store.inspect({ profile, slot });
    if (inspection.state === "found") held[slot] = inspection.key.mask;
  }
  return held;
}

function distinct(masks: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(masks.filter((mask) => mask !== undefined))];
}

/** Fails before the question, not after it, if the keychain is unusable. */
async function requireUsable({ interactive }: Deps, store: SecretStore): Promise<void> {
  if (store.kind !== "keychain") return;
  const failure = await store.findFailure();
  if (failure !== undefined && !(failure.kind === "store-locked" && interactive)) throw failure;
}

async function confirm({ output, prompts }: Deps, found: Belongings): Promise<void> {
  const { profile, store, keys, strayOnly, targets } = found;
  if (targets.length > 0) {
    output.warn(`A key of it was delivered to ${targets.map((one) => showName(one)).join(", ")}.`);
    const { state } = await store.inspect({ profile, slot: "current" });
    // Without the key, forgetting removes nothing.
    if (state === "found" || state === "unread")
      output.next(`To remove it there first: ${commandFor(profile, "push --forget TARGET")}`);
  }
  const what = keys.length === 0 ? "" : ` (${keys.join(", ")})`;
  const message = strayOnly
    ? `Remove the key${what} that ${store.describe()} holds for profile "${profile}"? The profile keeps its own.`
    : `Remove the key of profile "${profile}"${what}?`;
  if (await (await prompts()).confirm({ message, initial: false })) return;
  throw new Cancelled("Nothing was removed.");
}

/** The question may have been open for long, and named only these keys. */
function refuseOtherKeys({ profiles, journal }: Deps, { profile, store, keys, strayOnly }: Belongings): void {
  const record = unlessDamaged(() => journal.read(profile));
  const known = unlessDamaged(() => profiles.read(profile));
  // Of a stray copy, the profile and its rotation say nothing, unless a move has made it the profile's own.
  if (strayOnly && known?.store !== store.kind) return;
  const named = strayOnly ? [] : keys;
  const other = [known?.key, record?.newKey.mask].find((mask) => mask !== undefined && !named.includes(mask));
  if (other === undefined) return;
  throw new MistralKeyError(
    "usage",
    `Another run of mistral-key has stored the key ${other} for profile "${profile}" meanwhile, so nothing was removed.`,
    { hint: `To remove that one: ${commandFor(profile, "remove")}` },
  );
}

/** Says what was removed and that nothing was revoked; offers the page for that. */
export async function tellOfRemoval(
  deps: Deps,
  { profile, store, keys, about, adminKey, strayOnly, erased, keptIn, targets }: Removed,
  { offersPage }: { readonly offersPage: boolean },
): Promise<void> {
  const { output } = deps;
  // Each profile has its own encrypted file.
  const place = store.kind === "file" ? "its encrypted file" : store.describe();
  const from = erased ? `${place} and from this machine` : "this machine";
  output.ok(
    strayOnly
      ? `The key is removed from ${place}; profile "${profile}" keeps its own key where that is.`
      : `Profile "${profile}" is removed from ${from}.`,
  );
  if (!erased)
    output.warn(
      keptIn === undefined
        ? `No key of it was in ${store.describe()}.`
        : `No key of it was in ${store.describe()}: its key was kept in ${keptIn}, and may still be there. To erase it, where ${keptIn} is in use: ${commandFor(profile, "remove")}`,
    );
  // A move to another store that was killed at its end leaves a copy behind.
  const copy = strayOnly ? undefined : await findUnlistedKey(deps, profile);
  if (copy !== undefined) {
    const { kind } = copy.store;
    output.warn(
      `A key of it is still in ${copy.store.describe()}. To erase that one: ${commandFor(profile, `remove --store ${kind}`)}`,
    );
  }
  if (targets.length > 0)
    output.warn(
      `A key of it was delivered to ${targets.map((one) => showName(one)).join(", ")}, and was not removed there. If nothing needs it any more, remove it yourself.`,
    );
  if (adminKey !== undefined)
    output.warn(
      `Its Admin API key ${adminKey} is forgotten too. It still works unless it has been deleted at Mistral or has expired. To delete it: ${furtherPages.adminKeys}`,
    );
  const rows = deps.profiles.list();
  const holderOf = (mask: string) => rows.find((row) => "profile" in row && row.profile.key === mask)?.name;
  for (const mask of keys) {
    const holder = holderOf(mask);
    if (holder !== undefined)
      output.warn(
        `This did not revoke ${mask} at Mistral. Do not delete it there: profile "${holder}" has it, too.`,
      );
  }
  warnOfUnread(deps, profile, "the same key");
  const free = keys.filter((mask) => holderOf(mask) === undefined);
  if (keys.length > 0 && free.length === 0) return;
  const what = free.length === 0 ? "the key" : free.join(" and ");
  const [each, toDelete] =
    free.length > 1
      ? ["Each", "To delete them, if they still exist, find their rows"]
      : ["It", "To delete it, if it still exists, find its row"];
  output.warn(
    `This did not revoke ${what} at Mistral. ${each} still works unless it has been deleted there or has expired.`,
  );
  const address = output.theme.link(consolePages.keys);
  const places = free.map((mask) => placeOf(about.find((one) => one?.key === mask)?.identity));
  const where = places.includes("") ? "" : distinct(places).join(" and");
  output.next(`${toDelete} in API Keys${where}: ${address}`);
  if (!offersPage || !deps.opensPages) return;
  const prompts = await deps.prompts();
  try {
    if (!(await prompts.confirm({ message: "Open that page now?", initial: true }))) return;
    if (await deps.openPage(consolePages.keys)) output.ok("Opened in your browser.");
    else output.warn(`No browser could be started here. Open this on any machine: ${address}`);
  } catch (error) {
    // The removal is done; stopping at the offer does not undo it.
    if (!(error instanceof Cancelled)) throw error;
  }
}
