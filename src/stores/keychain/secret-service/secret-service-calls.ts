import { type BusConnection, BusError, type Reply } from "./dbus-connection.ts";
import type { Attributes, CallArgument } from "./dbus-message.ts";
import { MalformedMessage, type ReplyValue } from "./dbus-wire.ts";
import { SecretSession, sessionAlgorithm } from "./secret-session.ts";

/*
 * The calls to a Secret Service that are made here.
 *
 * Source: freedesktop.org Secret Service API 0.2.
 */

/** The name that a Secret Service owns on the bus. */
export const secretServiceName = "org.freedesktop.secrets";
/**
 * The attribute that libsecret, and with it keytar, adds to what it writes and to what it looks
 * for. `secret-tool store` does not write it, so keytar is blind to what was stored with that.
 */
export const libsecretSchema = { "xdg:schema": "org.freedesktop.Secret.Generic" };
const servicePath = "/org/freedesktop/secrets";
const serviceInterface = "org.freedesktop.Secret.Service";

// Whoever owns one of these names as well as the Secret Service's is that program.
const providers = {
  "org.gnome.keyring": "GNOME Keyring",
  "org.kde.kwalletd6": "KDE Wallet",
  "org.kde.kwalletd5": "KDE Wallet",
  "org.kde.secretservicecompat": "KDE Wallet",
  "org.keepassxc.KeePassXC.MainWindow": "KeePassXC",
} as const;

/** Whether the service may only not be ready for this caller. */
export function isNotReady(error: unknown): boolean {
  return (
    error instanceof BusError &&
    /\.(?:UnknownMethod|UnknownInterface|UnknownObject|NoSuchObject)$/.test(error.errorName)
  );
}

/** Whether an item has been locked since it was found. */
export function isLockedError(error: unknown): boolean {
  return error instanceof BusError && /\.IsLocked$/.test(error.errorName);
}

/** Gives a service time to get ready. */
export function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 25));
}

/** The path of the collection where new items go; `undefined` when there is none. */
export async function readDefaultCollection(connection: BusConnection): Promise<string | undefined> {
  const { values } = await callService(connection, "ReadAlias", "default");
  const [collection] = values;
  if (typeof collection !== "string") throw new MalformedMessage("ReadAlias gave no path.");
  return collection === "/" ? undefined : collection;
}

/** The paths of items. */
export interface FoundItems {
  readonly unlocked: readonly string[];
  readonly locked: readonly string[];
}

/** The paths of the items that have these attributes, and maybe more. */
export async function searchItems(connection: BusConnection, attributes: Attributes): Promise<FoundItems> {
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

/** `none` when there is no such collection. */
export async function stateOfCollection(
  connection: BusConnection,
  path: string,
): Promise<"unlocked" | "locked" | "none"> {
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

/**
 * Unlocks what the service unlocks without asking a person, and answers the paths of that. KDE Wallet
 * calls a wallet that was opened at login locked until it is asked to unlock it. Where a person would
 * be asked, nothing is shown: that is another call, which is not made here.
 */
export async function unlockUnasked(
  connection: BusConnection,
  paths: readonly string[],
): Promise<readonly string[]> {
  const { values } = await callService(connection, "Unlock", { paths });
  if (!isTextArray(values[0])) throw new MalformedMessage("Unlock gave no list.");
  return values[0];
}

/** A session that the service has agreed to. */
export interface OpenSession {
  readonly path: string;
  readonly session: SecretSession;
}

/**
 * Opens an encrypted session, which lasts as long as the connection.
 *
 * @throws BusError when the service has none of this kind
 */
export async function openSession(connection: BusConnection): Promise<OpenSession> {
  const session = new SecretSession();
  const { values } = await callService(connection, "OpenSession", sessionAlgorithm, {
    variant: session.publicKey,
  });
  const [servicePublicKey, path] = values;
  if (typeof path !== "string") throw new MalformedMessage("OpenSession gave no session.");
  session.agree(servicePublicKey);
  return { path, session };
}

/** The secret of an item, encrypted for a session: a structure for {@link SecretSession.decrypt}. */
export async function getSecret(
  connection: BusConnection,
  item: string,
  session: string,
): Promise<ReplyValue | undefined> {
  const { values } = await connection.call({
    destination: secretServiceName,
    path: item,
    interface: "org.freedesktop.Secret.Item",
    member: "GetSecret",
    args: [{ path: session }],
  });
  return values[0];
}

/** Asks the bus alone, so that it also names a service that does not answer. Never fails. */
export async function findProvider(connection: BusConnection): Promise<string | undefined> {
  const ownerOf = async (name: string) => {
    const answer = await callBus(connection, "GetNameOwner", name).catch(() => undefined);
    return answer?.values[0];
  };
  const [owner, ...owners] = await Promise.all([secretServiceName, ...Object.keys(providers)].map(ownerOf));
  if (owner === undefined) return undefined;
  return Object.values(providers).find((_, index) => owners[index] === owner);
}

function callService(
  connection: BusConnection,
  member: string,
  ...args: readonly CallArgument[]
): Promise<Reply> {
  return connection.call({
    destination: secretServiceName,
    path: servicePath,
    interface: serviceInterface,
    member,
    args,
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
