import { type BusConnection, BusError } from "./bus-connection.ts";
import type { CallArgument } from "./bus-message.ts";
import { type Attributes, MalformedMessage, type ReplyValue } from "./bus-values.ts";

/*
 * The calls to a Secret Service that are made here. None is about a secret: that is keytar's part.
 *
 * Source: freedesktop.org Secret Service API 0.2.
 */

/** The name that a Secret Service owns on the bus. */
const serviceName = "org.freedesktop.secrets";

// Whoever owns one of these names as well as the Secret Service's is that program.
const providers = [
  [["org.gnome.keyring", "GNOME Keyring"]],
  [
    ["org.kde.kwalletd6", "KDE Wallet"],
    ["org.kde.kwalletd5", "KDE Wallet"],
    ["org.kde.secretservicecompat", "KDE Wallet"],
    ["org.keepassxc.KeePassXC.MainWindow", "KeePassXC"],
  ],
] as const;

/**
 * The attribute that libsecret, and with it keytar, adds to what it writes and to what it looks
 * for. `secret-tool store` does not write it, so keytar is blind to what was stored with that.
 */
export const libsecretSchema = { "xdg:schema": "org.freedesktop.Secret.Generic" };

/** Gives a service time to get ready. */
export function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 25));
}

/** Whether the service may only not be ready for this caller. */
export function isNotReady(error: unknown): boolean {
  return (
    error instanceof BusError &&
    /\.(?:UnknownMethod|UnknownInterface|UnknownObject|NoSuchObject)$/.test(error.errorName)
  );
}

/** The path of the collection that an alias stands for: `default`, where new items go, or `session`, which ends with the session. */
export async function readAlias(connection: BusConnection, alias: string): Promise<string | undefined> {
  const [collection] = await callService(connection, "ReadAlias", alias);
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
  const [unlocked, locked] = await callService(connection, "SearchItems", { attributes });
  if (!isTextArray(unlocked) || !isTextArray(locked)) {
    throw new MalformedMessage("SearchItems gave no lists of items.");
  }
  return { unlocked, locked };
}

/** Adds attributes to an unlocked item; those that it has stay. */
export async function addAttributes(
  connection: BusConnection,
  path: string,
  more: Attributes,
): Promise<void> {
  const name = ["org.freedesktop.Secret.Item", "Attributes"];
  const [attributes] = await callProperties(connection, path, "Get", ...name);
  if (!isAttributes(attributes)) throw new MalformedMessage("Attributes is no dictionary.");
  await callProperties(connection, path, "Set", ...name, { variant: { ...attributes, ...more } });
}

/** The state of a collection; `none` when there is none at this path. Unlocks it when nobody has to be asked for that. */
export async function stateOfCollection(
  connection: BusConnection,
  path: string,
): Promise<"unlocked" | "locked" | "none"> {
  try {
    const [locked] = await callProperties(
      connection,
      path,
      "Get",
      "org.freedesktop.Secret.Collection",
      "Locked",
    );
    if (typeof locked !== "boolean") throw new MalformedMessage("Locked is no boolean.");
    return locked && (await unlockWithoutPrompt(connection, [path])).length === 0 ? "locked" : "unlocked";
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
export async function unlockWithoutPrompt(
  connection: BusConnection,
  paths: readonly string[],
): Promise<readonly string[]> {
  try {
    const [unlocked] = await callService(connection, "Unlock", { paths });
    return isTextArray(unlocked) ? unlocked : [];
  } catch (error) {
    // That it cannot be unlocked this way is no failure.
    if (error instanceof BusError) return [];
    throw error;
  }
}

/** Asks the bus alone, so that it also names a service that does not answer. Never fails. */
export async function findProvider(connection: BusConnection): Promise<string | undefined> {
  const ownerOf = async (name: string) => {
    const bus = { destination: "org.freedesktop.DBus", path: "/org/freedesktop/DBus" };
    const call = { ...bus, interface: "org.freedesktop.DBus", member: "GetNameOwner", args: [name] };
    return (await connection.call(call).catch(() => []))[0];
  };
  // GNOME Keyring first and alone: it is the most common, and each call takes a little time.
  const owner = ownerOf(serviceName);
  for (const names of providers) {
    const owners = await Promise.all(names.map(([name]) => ownerOf(name)));
    const index = owners.indexOf(await owner);
    if (index !== -1 && owners[index] !== undefined) return names[index]?.[1];
  }
  return undefined;
}

function callService(
  connection: BusConnection,
  member: string,
  ...args: readonly CallArgument[]
): Promise<readonly ReplyValue[]> {
  const service = { destination: serviceName, path: "/org/freedesktop/secrets" };
  return connection.call({ ...service, interface: "org.freedesktop.Secret.Service", member, args });
}

function callProperties(
  connection: BusConnection,
  path: string,
  member: "Get" | "Set",
  ...args: readonly CallArgument[]
): Promise<readonly ReplyValue[]> {
  const object = { destination: serviceName, path };
  return connection.call({ ...object, interface: "org.freedesktop.DBus.Properties", member, args });
}

function isTextArray(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function isAttributes(value: ReplyValue | undefined): value is Attributes {
  return typeof value === "object" && !Array.isArray(value);
}
