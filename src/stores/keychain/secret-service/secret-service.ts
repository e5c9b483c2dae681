import { readTextIfThere } from "../../../files/read-file.ts";
import { TimedOut } from "../../../within-limit.ts";
import { KeychainProblem, type KeychainTrouble } from "../keychain-trouble.ts";
import { type BusConnection, BusError, BusUnreachable, theBus } from "./bus-connection.ts";
import { type Attributes, MalformedMessage, type ReplyValue, type TypedValue } from "./bus-values.ts";
import { type SessionBusAccess, useSessionBus } from "./session-bus.ts";

/*
 * Queries the state of a Secret Service and its items. Requests no secrets: that is keytar's part.
 *
 * Source: freedesktop.org Secret Service API 0.2.
 */

interface SecretServiceQuestion extends SessionBusAccess {
  readonly item?: Attributes | undefined;
  /** Whether only the item matters: if it is unlocked, the collection is not queried. */
  readonly itemOnly?: boolean;
  /** Called when the query is under way, and again on each retry: a chance to do other work meanwhile. */
  readonly onAsked?: () => void;
  /** Called with the service's name, "GNOME Keyring", if it is a known one. */
  readonly onProvider?: (name: string) => void;
}

/** The state of this session's Secret Service, determined without prompting. */
export interface ServiceState {
  /** State of the default collection, where new items go. */
  readonly collection: "unlocked" | "locked" | "collection-volatile" | "collection-missing";
  readonly items: { readonly unlocked: number; readonly locked: number };
}

/**
 * Queries whether the Secret Service is running, whether its default collection is locked, and whether
 * it holds an item. keytar cannot distinguish these states and may wait forever. Unlocks what the
 * service unlocks without a prompt. Takes a few milliseconds.
 *
 * @throws KeychainProblem; the signal's reason
 */
export async function askSecretService(question: SecretServiceQuestion): Promise<ServiceState> {
  let provider: Promise<string | undefined> | undefined;
  try {
    return await useSessionBus(question, async (bus) => {
      provider = findProvider(bus);
      const answer = await untilReady(
        () => ask(bus, question),
        ({ collection }) => collection !== "collection-missing",
      );
      await provider;
      return answer;
    });
  } catch (error) {
    question.signal?.throwIfAborted();
    throw new KeychainProblem(troubleIn(error), error);
  } finally {
    const name = await provider;
    if (name !== undefined) question.onProvider?.(name);
  }
}

/**
 * The attribute that libsecret, and so keytar, adds to every item it writes and every search.
 * `secret-tool store` does not write it, so keytar cannot see what that stored.
 */
const libsecretSchema = { "xdg:schema": "org.freedesktop.Secret.Generic" };

/**
 * Adds libsecret's attribute to the unlocked items, if keytar sees none of them, so that it sees them.
 * Their secrets and other attributes are unchanged.
 *
 * @param item - the items' attributes
 * @throws BusError, BusUnreachable, TimedOut, MalformedMessage, or the signal's reason
 */
export async function showToKeytar(item: Attributes, access: SessionBusAccess): Promise<void> {
  await useSessionBus(access, async (bus) => {
    const every = await untilReady(() => searchItems(bus, item));
    const visible = await searchItems(bus, { ...item, ...libsecretSchema });
    if (visible.unlocked.length > 0) return;
    for (const path of every.unlocked) {
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
 * Retries, since GNOME Keyring (seen in 42) may handle a call before it has registered the caller, and
 * then denies having the method, the collection or the alias.
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
  // The bus and the service work while this process does something else.
  onAsked?.();
  const found = await search;
  const unlocked = found.unlocked.length > 0 ? found.unlocked : await unlockWithoutPrompt(bus, found.locked);
  const locked = found.locked.filter((path) => !unlocked.includes(path));
  const items = { unlocked: unlocked.length, locked: locked.length };
  // An item is unlocked only together with its collection.
  if (itemOnly && items.unlocked > 0) return { collection: "unlocked", items };
  const [collection, session] = await Promise.all([
    readAlias(bus, "default"),
    // Only for comparison, so a service need not support it.
    readAlias(bus, "session").catch(() => undefined),
  ]);
  if (collection === undefined) return { collection: "collection-missing", items };
  if (collection === session) return { collection: "collection-volatile", items };
  return { collection: await stateOfCollection(bus, collection), items };
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

// Linux process names, cut to 15 characters.
const providers: readonly (readonly [RegExp, string])[] = [
  [/^gnome-keyring/, "GNOME Keyring"],
  [/^(?:ksecretd|kwalletd)/, "KDE Wallet"],
  [/^keepassxc/, "KeePassXC"],
];

/** Asks only the bus, so that it also names an unresponsive service. Never rejects. */
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

/** Path of the collection behind an alias: `default`, for new items, or `session`, gone at log-out. */
async function readAlias(bus: BusConnection, alias: string): Promise<string | undefined> {
  const [collection] = await callService(bus, "ReadAlias", ["s", alias]);
  if (typeof collection !== "string") throw unexpected("ReadAlias");
  return collection === "/" ? undefined : collection;
}

async function searchItems(bus: BusConnection, attributes: Attributes) {
  const [unlocked, locked] = await callService(bus, "SearchItems", ["a{ss}", attributes]);
  if (!isList(unlocked) || !isList(locked)) throw unexpected("SearchItems");
  return { unlocked, locked };
}

/** The state of a collection that may not exist. Unlocks it if that needs no prompt. */
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
 * Unlocks what the service can unlock without a prompt, and returns those paths. KDE Wallet reports a
 * wallet opened at login as locked until it is asked to unlock it. Never shows a prompt: that is
 * another call, which is not made here.
 */
async function unlockWithoutPrompt(bus: BusConnection, paths: readonly string[]): Promise<readonly string[]> {
  if (paths.length === 0) return [];
  try {
    const [unlocked] = await callService(bus, "Unlock", ["ao", paths]);
    return isList(unlocked) ? unlocked : [];
  } catch (error) {
    // Failing to unlock this way is not an error.
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

/** Reads a property of an item or collection, or sets it to a given value. */
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
