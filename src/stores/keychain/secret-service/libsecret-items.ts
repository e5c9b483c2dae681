import type { BusConnection } from "./dbus-connection.ts";
import type { Attributes } from "./dbus-message.ts";
import { MalformedMessage, type ReplyValue } from "./dbus-wire.ts";
import {
  isNotReady,
  libsecretSchema,
  pause,
  searchItems,
  secretServiceName,
} from "./secret-service-calls.ts";
import { openSessionBus, type SessionBusAccess } from "./session-bus.ts";

/** Which items to make visible. */
export interface ItemAdoption extends SessionBusAccess {
  /** The attributes that the items have. */
  readonly item: Attributes;
  /**
   * `missing`: only when keytar sees no item with these attributes, so that what it reads does not
   * change. `all`: every one, so that erasing erases all.
   */
  readonly which: "missing" | "all";
}

/**
 * Adds libsecret's attribute to unlocked items that lack it, so that keytar sees them. Their
 * secrets and other attributes stay as they are. Answers whether any was changed.
 *
 * @throws BusError, BusUnreachable, MalformedMessage, or the reason of the signal
 */
export async function adoptItems({ item, which, ...access }: ItemAdoption): Promise<boolean> {
  const connection = await openSessionBus(access);
  try {
    const every = await searchItems(connection, item).catch(async (error: unknown) => {
      if (!isNotReady(error)) throw error;
      await pause();
      return await searchItems(connection, item);
    });
    const visible = await searchItems(connection, { ...item, ...libsecretSchema });
    if (which === "missing" && visible.unlocked.length > 0) return false;
    const hidden = every.unlocked.filter((path) => !visible.unlocked.includes(path));
    for (const path of hidden) await adopt(connection, path);
    return hidden.length > 0;
  } finally {
    connection.close();
  }
}

async function adopt(connection: BusConnection, path: string): Promise<void> {
  const properties = (member: string, ...value: readonly { variant: Attributes }[]) =>
    connection.call({
      destination: secretServiceName,
      path,
      interface: "org.freedesktop.DBus.Properties",
      member,
      args: ["org.freedesktop.Secret.Item", "Attributes", ...value],
    });
  const { values } = await properties("Get");
  await properties("Set", { variant: { ...attributesOf(values[0]), ...libsecretSchema } });
}

function attributesOf(value: ReplyValue | undefined): Attributes {
  if (!Array.isArray(value) || !value.every(isPair))
    throw new MalformedMessage("Attributes is no dictionary.");
  return Object.fromEntries(value);
}

function isPair(value: unknown): value is readonly [string, string] {
  return Array.isArray(value) && value.length === 2 && value.every((part) => typeof part === "string");
}
