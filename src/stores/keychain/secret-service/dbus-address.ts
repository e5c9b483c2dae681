import { join } from "node:path";

/** The address libdbus, GLib and systemd use when the session bus is not named in the environment. */
const socketInRuntimeFolder = "bus";

/** What the environment says of the session bus. */
export interface SessionBus {
  /** Whether anything names a session bus at all. */
  readonly named: boolean;
  /**
   * Sockets to try, in order, as `net.connect` takes them: a path, or a name in Linux' abstract
   * namespace with a NUL in front. Addresses of other kinds (tcp, autolaunch) are left out.
   */
  readonly sockets: readonly string[];
}

/** Finds the session bus the way GLib, and with it keytar, finds it. */
export function findSessionBus(env: Readonly<Record<string, string | undefined>>): SessionBus {
  const { DBUS_SESSION_BUS_ADDRESS: address, XDG_RUNTIME_DIR: runtimeFolder } = env;
  if (address) return { named: true, sockets: parseBusAddresses(address) };
  if (runtimeFolder) return { named: true, sockets: [join(runtimeFolder, socketInRuntimeFolder)] };
  return { named: false, sockets: [] };
}

/**
 * Reads a list of bus addresses, `unix:path=/run/user/1000/bus;unix:abstract=/tmp/dbus-x,guid=…`.
 * An address that is malformed or that `net.connect` cannot use is left out.
 *
 * Source: D-Bus specification, "Server Addresses".
 */
export function parseBusAddresses(text: string): readonly string[] {
  return text.split(";").flatMap((address) => {
    const socket = parseBusAddress(address);
    return socket === undefined ? [] : [socket];
  });
}

function parseBusAddress(address: string): string | undefined {
  const [, options] = /^unix:(.*)$/s.exec(address) ?? [];
  if (options === undefined) return undefined;
  const values = new Map<string, string>();
  for (const option of options.split(",")) {
    const [, name, escaped] = /^([^=]+)=(.*)$/s.exec(option) ?? [];
    const value = escaped === undefined ? undefined : unescapeValue(escaped);
    if (name === undefined || value === undefined || values.has(name)) return undefined;
    values.set(name, value);
  }
  const path = values.get("path");
  const abstract = values.get("abstract");
  if (path !== undefined && abstract === undefined) return path;
  if (abstract !== undefined && path === undefined) return `\0${abstract}`;
  return undefined;
}

function unescapeValue(text: string): string | undefined {
  try {
    const value = decodeURIComponent(text);
    return value === "" || value.includes("\0") ? undefined : value;
  } catch {
    return undefined;
  }
}
