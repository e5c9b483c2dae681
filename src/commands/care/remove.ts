import type { CommandInput } from "../../cli/command-types.ts";
import type { Deps } from "../../deps.ts";
import { Cancelled, MistralKeyError } from "../../errors.ts";
import { type ExitCode, exitCodes } from "../../exit-codes.ts";
import { commandFor } from "../../hints.ts";
import type { ApiKey } from "../../keys/api-key.ts";
import type { ProfileName } from "../../keys/profile-name.ts";
import { consolePages } from "../../mistral/console-pages.ts";
import { type Profile, storeFor } from "../../profiles/profile.ts";
import type { RotationRecord } from "../../rotation/journal.ts";
import { readSettings, type Settings } from "../../settings.ts";
import { unusableStore } from "../../stores/choose-store.ts";
import type { SecretStore } from "../../stores/secret-store.ts";
import { noKey } from "../../stores/stored-key.ts";
import { requirePerson } from "../../terminal/absence.ts";
import { hang } from "../../terminal/output/layout.ts";
import type { Output } from "../../terminal/output/output.ts";

/** What there is to remove. */
interface Belongings {
  readonly store: SecretStore;
  /** The masks of the keys that are forgotten, the one in use first; they stay alive at Mistral. */
  readonly keys: readonly string[];
  /** Whether `--store` names another store than the profile's: then only what lies there goes. */
  readonly strayOnly: boolean;
}

/** Deletes the stored key, its slots, its journal and what is known about it. Revokes nothing at Mistral. */
export async function remove({ flags }: CommandInput, deps: Deps): Promise<ExitCode> {
  const settings = readSettings(flags, deps);
  const { profile, json } = settings;
  const asks = !flags.on("yes");
  if (asks) {
    requirePerson(deps, {
      message: "Nothing was removed: that is asked about first",
      hint: `To remove it without a question: ${commandFor(profile, "remove --yes")}`,
    });
  }
  const belongings = await findBelongings(deps, settings);
  if (asks) await confirm(deps, profile, belongings);
  await erase(deps, profile, belongings);
  if (json) {
    const [key = null, ...others] = belongings.keys;
    deps.output.json({ profile, removed: true, key, others, revoked: false, page: consolePages.keys });
  }
  await tellOfRevoking(deps, profile, belongings, asks);
  return exitCodes.done;
}

/**
 * Looks what there is, so that a removal that was cut off can be repeated and one of nothing is said to be that.
 *
 * @throws MistralKeyError of kind `no-key` when nothing is stored
 */
async function findBelongings(deps: Deps, settings: Settings): Promise<Belongings> {
  const name = settings.profile;
  const profile = readOrDamaged<Profile>(deps, () => deps.profiles.read(name));
  const rotation = readOrDamaged<RotationRecord>(deps, () => deps.journal.read(name));
  const known = profile === "damaged" ? undefined : profile;
  const record = rotation === "damaged" ? undefined : rotation;
  const store = await deps.store(storeFor(settings, known ?? record?.after));
  await requireUsable(deps, store);
  const strayOnly = known !== undefined && settings.store !== undefined && known.store !== settings.store;
  if (!strayOnly && (profile !== undefined || rotation !== undefined)) {
    const masks = [known?.key, record?.newKey.mask, record?.oldKey.mask];
    return { store, keys: [...new Set(masks.filter((mask) => mask !== undefined))], strayOnly };
  }
  const key = await getOrDamaged(deps, store, name);
  if (key === undefined) throw noKey(name, store, known);
  return { store, keys: key === "damaged" ? [] : [key.mask], strayOnly };
}

/** A keychain that is not there cannot be emptied; better to say so before the question than after it. */
async function requireUsable({ interactive }: Deps, store: SecretStore): Promise<void> {
  if (store.kind !== "keychain") return;
  const availability = await store.availability();
  if (availability.state === "available" || (availability.state === "locked" && interactive)) return;
  throw unusableStore(store.kind, availability);
}

function readOrDamaged<Value>(
  { output }: Deps,
  read: () => Value | undefined,
): Value | undefined | "damaged" {
  try {
    return read();
  } catch (error) {
    return sayDamaged(output, error);
  }
}

/** What cannot be read can still be removed, and often has to be. */
async function getOrDamaged(
  { output }: Deps,
  store: SecretStore,
  profile: ProfileName,
): Promise<ApiKey | undefined | "damaged"> {
  try {
    return await store.get({ profile, slot: "current" });
  } catch (error) {
    return sayDamaged(output, error);
  }
}

function sayDamaged(output: Output, error: unknown): "damaged" {
  if (!(error instanceof MistralKeyError) || error.kind !== "store-damaged") throw error;
  output.print(`${output.theme.symbol.warn} ${error.message}`);
  return "damaged";
}

async function confirm(
  deps: Deps,
  profile: ProfileName,
  { store, keys, strayOnly }: Belongings,
): Promise<void> {
  const what = keys.length === 0 ? "" : ` (${keys.join(", ")})`;
  const prompts = await deps.prompts();
  const message = strayOnly
    ? `Remove the key${what} that ${store.describe()} holds for profile "${profile}"? The profile keeps its own.`
    : `Remove the key of profile "${profile}"${what}?`;
  if (!(await prompts.confirm({ message, initial: false }))) throw new Cancelled("Nothing was removed.");
}

/** The profile goes last, so that a removal that is cut off is still found by the next one. */
async function erase(
  { profiles, journal, drafts }: Deps,
  profile: ProfileName,
  { store, strayOnly }: Belongings,
): Promise<void> {
  for (const slot of ["next", "previous", "current"] as const) await store.delete({ profile, slot });
  if (strayOnly) return;
  journal.end(profile);
  drafts.remove(profile);
  profiles.remove(profile);
}

/** The encrypted file is this profile's own. */
function nameOf(store: SecretStore): string {
  return store.kind === "file" ? "its encrypted file" : store.describe();
}

async function tellOfRevoking(
  deps: Deps,
  profile: ProfileName,
  { store, keys, strayOnly }: Belongings,
  asks: boolean,
): Promise<void> {
  const { output } = deps;
  const { theme } = output;
  const say = (symbol: string, text: string) =>
    output.print(hang(`  ${symbol} `, text, Math.min(output.columns, 80)));
  say(
    theme.symbol.ok,
    strayOnly
      ? `The key is removed from ${nameOf(store)}; profile "${profile}" keeps its own key where that is.`
      : `Profile "${profile}" is removed from ${nameOf(store)} and from this machine.`,
  );
  const what = keys.length === 0 ? "the key" : keys.join(" and ");
  const itself =
    keys.length > 1 ? "each works until it is deleted there" : "it works until it is deleted there";
  say(theme.symbol.warn, `This did not revoke ${what} at Mistral: ${itself}, or ends.`);
  say(theme.symbol.next, `To delete it, find its row in API Keys: ${theme.link(consolePages.keys)}`);
  if (!asks || !deps.opensPages) return;
  const prompts = await deps.prompts();
  try {
    if (!(await prompts.confirm({ message: "Open that page now?", initial: true }))) return;
    if (await deps.openPage(consolePages.keys)) say(theme.symbol.ok, "Opened in your browser.");
    else {
      const address = theme.link(consolePages.keys);
      say(theme.symbol.warn, `No browser could be started here. Open this on any machine: ${address}`);
    }
  } catch (error) {
    // What was asked for is done; stopping at the offer changes nothing about that.
    if (!(error instanceof Cancelled)) throw error;
  }
}
