import { type BusConnection, BusError, BusUnreachable, type Reply } from "./dbus-connection.ts";
import type { Attributes, CallArgument } from "./dbus-message.ts";
import { MalformedMessage } from "./dbus-wire.ts";
import { BusBeyondNode, openSessionBus, type SessionBusAccess } from "./session-bus.ts";

/** What to ask for. */
export interface SecretServiceQuestion extends SessionBusAccess {
  /** The attributes of an item; without them no item is looked for. */
  readonly item?: Attributes | undefined;
  /** Whether the item is all that matters: when it is unlocked, nothing more is asked. */
  readonly itemOnly?: boolean | undefined;
  /** Called once, when the questions are on their way: the moment to do something else meanwhile. */
  readonly onAsked?: (() => void) | undefined;
}

/** What the Secret Service of this session says of itself, without anybody being prompted. */
export type SecretServiceAnswer =
  | {
      readonly state: "answered";
      /** Which program it is, "GNOME Keyring"; `undefined` when it is none that is known here, or does not matter. */
      readonly provider: string | undefined;
      /** The default collection, where new items go. */
      readonly collection: "unlocked" | "locked" | "none";
      /** How many items have the attributes asked for. */
      readonly items: { readonly unlocked: number; readonly locked: number };
    }
  | {
      readonly state: "absent";
      /** `node`: there is a bus, and a later Node could reach it. */
      readonly missing: "bus" | "service" | "node";
      /** What was tried and how it failed, for `--verbose`. */
      readonly cause: unknown;
    }
  | {
      readonly state: "denied" | "unresponsive";
      readonly provider: string | undefined;
      readonly cause: unknown;
    };

/** The name that a Secret Service owns on the bus. */
export const secretServiceName = "org.freedesktop.secrets";
const servicePath = "/org/freedesktop/secrets";
/** Milliseconds after which an answer is late. */
const lateMs = 50;

type Answered = Extract<SecretServiceAnswer, { readonly state: "answered" }>;

const serviceInterface = "org.freedesktop.Secret.Service";

// Whoever owns one of these names as well as the Secret Service's is that program.
const providers = {
  "org.gnome.keyring": "GNOME Keyring",
  "org.kde.kwalletd6": "KDE Wallet",
  "org.kde.kwalletd5": "KDE Wallet",
  "org.kde.secretservicecompat": "KDE Wallet",
  "org.keepassxc.KeePassXC.MainWindow": "KeePassXC",
} as const;

/**
 * Asks the Secret Service whether it is there, whether its default collection is locked, and
 * whether it holds an item: what keytar cannot tell apart, and without its unlimited waits.
 * Takes a few milliseconds.
 *
 * Source: freedesktop.org Secret Service API 0.2.
 */
export async function askSecretService(question: SecretServiceQuestion): Promise<SecretServiceAnswer> {
  let connection: BusConnection;
  try {
    connection = await openSessionBus(question);
  } catch (error) {
    return answerOf(error, question.signal, undefined);
  }
  let provider: Promise<string | undefined> | undefined;
  const nameProvider = () => {
    provider ??= findProvider(connection);
    return provider;
  };
  // Who it is matters when something is wrong with it: it answers late, or not as hoped.
  const late = setTimeout(nameProvider, lateMs);
  try {
    const answer = await ask(connection, question);
    const isFine = question.itemOnly === true && answer.items.unlocked > 0;
    return { state: "answered", ...answer, provider: isFine ? undefined : await nameProvider() };
  } catch (error) {
    return answerOf(error, question.signal, await (error instanceof BusError ? nameProvider() : provider));
  } finally {
    clearTimeout(late);
    connection.close();
  }
}

/**
 * GNOME Keyring (seen in 42) may get to a call before it has noted who is calling, and then denies
 * having the method, the collection or the alias. Asked again, it answers.
 */
async function ask(
  connection: BusConnection,
  question: SecretServiceQuestion,
): Promise<Pick<Answered, "collection" | "items">> {
  for (let attemptsLeft = 2; ; attemptsLeft--) {
    try {
      const answer = await askOnce(connection, question);
      if (answer.collection !== "none" || attemptsLeft === 0) return answer;
    } catch (error) {
      if (!isNotReady(error) || attemptsLeft === 0) throw error;
    }
    await pause();
  }
}

/** Whether the service may only not be ready for this caller. */
export function isNotReady(error: unknown): boolean {
  return (
    error instanceof BusError &&
    /\.(?:UnknownMethod|UnknownInterface|UnknownObject|NoSuchObject)$/.test(error.errorName)
  );
}

/** Gives a service time to get ready. */
export function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 25));
}

async function askOnce(
  connection: BusConnection,
  { item, itemOnly, onAsked }: SecretServiceQuestion,
): Promise<Pick<Answered, "collection" | "items">> {
  // All at once: the bus and the service work on them while this process does something else.
  const alias = callService(connection, "ReadAlias", "default");
  const search = item === undefined ? undefined : searchItems(connection, item);
  // When the first question fails, nobody waits for this one any more.
  search?.catch(() => {});
  onAsked?.();

  const { values } = await alias;
  const [collection] = values;
  if (typeof collection !== "string") throw new MalformedMessage("ReadAlias gave no path.");
  const items = search === undefined ? { unlocked: [], locked: [] } : await search;
  const found = { unlocked: items.unlocked.length, locked: items.locked.length };
  // An item is unlocked only together with its collection.
  if (itemOnly === true && found.unlocked > 0) return { collection: "unlocked", items: found };
  return {
    collection: collection === "/" ? "none" : await stateOf(connection, collection),
    items: found,
  };
}

/** The paths of the items that have these attributes, and maybe more. */
export async function searchItems(
  connection: BusConnection,
  attributes: Attributes,
): Promise<{ readonly unlocked: readonly string[]; readonly locked: readonly string[] }> {
  const { values } = await callService(connection, "SearchItems", { attributes });
  const [unlocked, locked] = values;
  if (!isTextArray(unlocked) || !isTextArray(locked)) {
    throw new MalformedMessage("SearchItems gave no lists of items.");
  }
  return { unlocked, locked };
}

function isTextArray(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

async function stateOf(connection: BusConnection, path: string): Promise<"unlocked" | "locked" | "none"> {
  try {
    const { values } = await connection.call({
      destination: secretServiceName,
      path,
      interface: "org.freedesktop.DBus.Properties",
      member: "Get",
      args: ["org.freedesktop.Secret.Collection", "Locked"],
    });
    if (typeof values[0] !== "boolean") throw new MalformedMessage("Locked is no boolean.");
    return values[0] ? "locked" : "unlocked";
  } catch (error) {
    // An alias may outlive its collection.
    if (isNotReady(error)) return "none";
    throw error;
  }
}

/** Asks the bus alone, so that it also names a service that does not answer. Never fails. */
async function findProvider(connection: BusConnection): Promise<string | undefined> {
  const ownerOf = async (name: string) => {
    const answer = await callBus(connection, "GetNameOwner", name).catch(() => undefined);
    return answer?.values[0];
  };
  const [owner, ...owners] = await Promise.all([secretServiceName, ...Object.keys(providers)].map(ownerOf));
  if (owner === undefined) return undefined;
  return Object.values(providers).find((_, index) => owners[index] === owner);
}

function callService(connection: BusConnection, member: string, argument: CallArgument): Promise<Reply> {
  return connection.call({
    destination: secretServiceName,
    path: servicePath,
    interface: serviceInterface,
    member,
    args: [argument],
  });
}

function callBus(connection: BusConnection, member: string, argument: string): Promise<Reply> {
  return connection.call({
    destination: "org.freedesktop.DBus",
    path: "/org/freedesktop/DBus",
    interface: "org.freedesktop.DBus",
    member,
    args: [argument],
  });
}

function answerOf(error: unknown, signal: AbortSignal, provider: string | undefined): SecretServiceAnswer {
  if (error instanceof BusUnreachable) {
    return { state: "absent", missing: error instanceof BusBeyondNode ? "node" : "bus", cause: error };
  }
  if (signal.aborted || error instanceof MalformedMessage) {
    return { state: "unresponsive", provider, cause: error };
  }
  if (!(error instanceof BusError)) throw error;
  if (/\.(?:NoReply|TimedOut|Timeout)$/.test(error.errorName))
    return { state: "unresponsive", provider, cause: error };
  if (/\.AccessDenied$/.test(error.errorName)) return { state: "denied", provider, cause: error };
  return { state: "absent", missing: "service", cause: error };
}
