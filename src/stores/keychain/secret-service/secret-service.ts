import { readTextIfThere } from "../../../files/read-file.ts";
import { TimedOut } from "../../../within-limit.ts";
import { KeychainProblem, type KeychainTrouble } from "../keychain-trouble.ts";
import { type BusConnection, BusError, BusUnreachable, theBus } from "./bus-connection.ts";
import { type Attributes, MalformedMessage, type ReplyValue, type TypedValue } from "./bus-values.ts";
import { type SessionBusAccess, useSessionBus } from "./session-bus.ts";

/*
 * What a Secret Service says of itself and of its items. Nothing secret is asked for here: that is
 * keytar's part.
 *
 * Source: freedesktop.org Secret Service API 0.2.
 */

/** What to ask for. */
export interface SecretServiceQuestion extends SessionBusAccess {
  /** The attributes of an item; without them no item is looked for. */
  readonly item?: Attributes | undefined;
  /** Whether the item is all that matters: when it is unlocked, the collection is not asked about. */
  readonly itemOnly?: boolean;
  /** Called when the questions are on their way, again when they are asked again: the moment to do something else meanwhile. */
  readonly onAsked?: () => void;
}

/** What the Secret Service of this session says of itself, without anybody being prompted. */
export type SecretServiceAnswer = {
  /** Which program it is, "GNOME Keyring"; `undefined` when it is none that is known here. */
  readonly provider: string | undefined;
} & (
  | ({ readonly state: "answered" } & ServiceState)
  | { readonly state: "failed"; readonly problem: KeychainProblem }
);

interface ServiceState {
  /** The default collection, where new items go, or what is the matter with it. */
  readonly collection: "unlocked" | "locked" | "collection-volatile" | "collection-missing";
  /** How many items have the attributes asked for. */
  readonly items: { readonly unlocked: number; readonly locked: number };
}

/**
 * Asks the Secret Service whether it is there, whether its default collection is locked, and
 * whether it holds an item. keytar cannot tell these states apart, and may wait for ever. Unlocks
 * what the service unlocks without asking a person. Takes a few milliseconds.
 *
 * @throws the reason of the signal
 */
export async function askSecretService(question: SecretServiceQuestion): Promise<SecretServiceAnswer> {
  let provider: Promise<string | undefined> | undefined;
  try {
    return await useSessionBus(question, async (bus) => {
      provider = findProvider(bus);
      const answer = await untilReady(
        () => ask(bus, question),
        ({ collection }) => collection !== "collection-missing",
      );
      return { state: "answered", ...answer, provider: await provider };
    });
  } catch (error) {
    question.signal?.throwIfAborted();
    return { state: "failed", provider: await provider, problem: problemIn(error) };
  }
}

/**
 * The attribute that libsecret, and with it keytar, adds to what it writes and to what it looks
 * for. `secret-tool store` does not write it, so keytar is blind to what was stored with that.
 */
const libsecretSchema = { "xdg:schema": "org.freedesktop.Secret.Generic" };

/** Which items keytar is to be shown. */
export interface ItemsToShow extends SessionBusAccess {
  /** The attributes that the items have. */
  readonly item: Attributes;
  /**
   * `one`: one of them, when keytar sees none, so that what it reads does not change. `all`: every
   * one, so that erasing erases all.
   */
  readonly which: "one" | "all";
}

/**
 * Adds libsecret's attribute to unlocked items that lack it, so that keytar sees them. Their
 * secrets and other attributes stay as they are.
 *
 * @throws BusError, BusUnreachable, TimedOut, MalformedMessage, or the reason of the signal
 */
export async function showToKeytar({ item, which, ...access }: ItemsToShow): Promise<void> {
  await useSessionBus(access, async (bus) => {
    const every = await untilReady(() => searchItems(bus, item));
    const visible = await searchItems(bus, { ...item, ...libsecretSchema });
    if (which === "one" && visible.unlocked.length > 0) return;
    const hidden = every.unlocked.filter((path) => !visible.unlocked.includes(path));
    for (const path of which === "one" ? hidden.slice(0, 1) : hidden) {
      const attributes = await property(bus, path, "Item", "Attributes");
      if (typeof attributes !== "object" || isList(attributes)) throw unexpected("Attributes");
      await property(bus, path, "Item", "Attributes", { ...attributes, ...libsecretSchema });
    }
  });
}

/** Gives a service time to get ready. */
export function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 25));
}

/**
 * GNOME Keyring (seen in 42) may get to a call before it has noted who is calling, and then denies
 * having the method, the collection or the alias. Asked again, it answers.
 */
async function untilReady<Value>(
  act: () => Promise<Value>,
  isReady: (value: Value) => boolean = () => true,
): Promise<Value> {
  for (let attemptsLeft = 2; ; attemptsLeft--) {
    try {
      const value = await act();
      if (attemptsLeft === 0 || isReady(value)) return value;
    } catch (error) {
      if (attemptsLeft === 0 || !isNotReady(error)) throw error;
    }
    await pause();
  }
}

function isNotReady(error: unknown): boolean {
  return isNamed(error, /\.(?:UnknownMethod|UnknownInterface|UnknownObject|NoSuchObject)$/);
}

function isNamed(error: unknown, name: RegExp): boolean {
  return error instanceof BusError && name.test(error.errorName);
}

async function ask(
  bus: BusConnection,
  { item, itemOnly = false, onAsked }: SecretServiceQuestion,
): Promise<ServiceState> {
  const search = item === undefined ? Promise.resolve({ unlocked: [], locked: [] }) : searchItems(bus, item);
  // The bus and the service work on it while this process does something else.
  onAsked?.();
  const found = await search;
  const unlocked = found.unlocked.length > 0 ? found.unlocked : await unlockWithoutPrompt(bus, found.locked);
  const locked = found.locked.filter((path) => !unlocked.includes(path));
  const items = { unlocked: unlocked.length, locked: locked.length };
  // An item is unlocked only together with its collection.
  if (itemOnly && items.unlocked > 0) return { collection: "unlocked", items };
  const [collection, session] = await Promise.all([
    readAlias(bus, "default"),
    // Only to compare with, so that a service need not know of it.
    readAlias(bus, "session").catch(() => undefined),
  ]);
  if (collection === undefined) return { collection: "collection-missing", items };
  if (collection === session) return { collection: "collection-volatile", items };
  return { collection: await stateOfCollection(bus, collection), items };
}

function problemIn(error: unknown): KeychainProblem {
  return error instanceof KeychainProblem ? error : new KeychainProblem(troubleIn(error), error);
}

function troubleIn(error: unknown): KeychainTrouble {
  if (error instanceof BusUnreachable) return "bus-missing";
  const isSilent =
    error instanceof TimedOut ||
    error instanceof MalformedMessage ||
    isNamed(error, /\.(?:NoReply|TimedOut|Timeout)$/);
  if (isSilent) return "unresponsive";
  if (!(error instanceof BusError)) throw error;
  const isMissing = isNotReady(error) || isNamed(error, /\.(?:ServiceUnknown|NameHasNoOwner|Spawn\.\w+)$/);
  return isMissing ? "service-missing" : "denied";
}

const serviceName = "org.freedesktop.secrets";

// As Linux calls their processes, by up to 15 characters.
const providers: readonly (readonly [RegExp, string])[] = [
  [/^gnome-keyring/, "GNOME Keyring"],
  [/^(?:ksecretd|kwalletd)/, "KDE Wallet"],
  [/^keepassxc/, "KeePassXC"],
];

/** Asks the bus alone, so that it also names a service that does not answer. Never fails. */
async function findProvider(bus: BusConnection): Promise<string | undefined> {
  try {
    const member = "GetConnectionUnixProcessID";
    const [id] = await bus.call({ ...theBus, member, args: [["s", serviceName]] });
    const program = readTextIfThere(`/proc/${id}/comm`);
    return providers.find(([pattern]) => pattern.test(program))?.[1];
  } catch {
    return undefined;
  }
}

/** The path of the collection that an alias stands for: `default`, where new items go, or `session`, which ends with the session. */
async function readAlias(bus: BusConnection, alias: string): Promise<string | undefined> {
  const [collection] = await callService(bus, "ReadAlias", ["s", alias]);
  if (typeof collection !== "string") throw unexpected("ReadAlias");
  return collection === "/" ? undefined : collection;
}

/** The paths of the items that have these attributes, and maybe more. */
async function searchItems(bus: BusConnection, attributes: Attributes) {
  const [unlocked, locked] = await callService(bus, "SearchItems", ["a{ss}", attributes]);
  if (!isList(unlocked) || !isList(locked)) throw unexpected("SearchItems");
  return { unlocked, locked };
}

/** The state of a collection that may not be there. Unlocks it when nobody has to be asked for that. */
async function stateOfCollection(bus: BusConnection, path: string): Promise<ServiceState["collection"]> {
  try {
    const locked = await property(bus, path, "Collection", "Locked");
    if (typeof locked !== "boolean") throw unexpected("Locked");
    return locked && (await unlockWithoutPrompt(bus, [path])).length === 0 ? "locked" : "unlocked";
  } catch (error) {
    // An alias may outlive its collection.
    if (isNotReady(error)) return "collection-missing";
    throw error;
  }
}

/**
 * Unlocks what the service unlocks without asking a person, and answers the paths of that. KDE Wallet
 * calls a wallet that was opened at login locked until it is asked to unlock it. Where a person would
 * be asked, nothing is shown: that is another call, which is not made here.
 */
async function unlockWithoutPrompt(bus: BusConnection, paths: readonly string[]): Promise<readonly string[]> {
  if (paths.length === 0) return [];
  try {
    const [unlocked] = await callService(bus, "Unlock", ["ao", paths]);
    return isList(unlocked) ? unlocked : [];
  } catch (error) {
    // That it cannot be unlocked this way is no failure.
    if (error instanceof BusError) return [];
    throw error;
  }
}

function callService(
  bus: BusConnection,
  member: string,
  argument: TypedValue,
): Promise<readonly ReplyValue[]> {
  const service = { destination: serviceName, path: "/org/freedesktop/secrets" };
  return bus.call({ ...service, interface: "org.freedesktop.Secret.Service", member, args: [argument] });
}

/** Reads a property of an item or collection; sets it, where a value is given. */
async function property(
  bus: BusConnection,
  path: string,
  kind: "Item" | "Collection",
  name: string,
  value?: Attributes,
): Promise<ReplyValue | undefined> {
  const args: TypedValue[] = [
    ["s", `org.freedesktop.Secret.${kind}`],
    ["s", name],
  ];
  if (value !== undefined) args.push(["v", ["a{ss}", value]]);
  const object = { destination: serviceName, path, interface: "org.freedesktop.DBus.Properties" };
  return (await bus.call({ ...object, member: value === undefined ? "Get" : "Set", args }))[0];
}

function isList(value: ReplyValue | undefined): value is readonly string[] {
  return Array.isArray(value);
}

function unexpected(what: string): MalformedMessage {
  return new MalformedMessage(`${what} gave something else than it should.`);
}
