import { join } from "node:path";
import { type Limit, withinLimit } from "../../../within-limit.ts";
import { BusConnection, BusUnreachable } from "./bus-connection.ts";

/** Which session bus to use, and the time limit. */
export interface SessionBusAccess extends Limit {
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Connects to the session bus that GLib, and so keytar, would use, and passes the connection to `act`.
 *
 * @throws BusUnreachable when there is no bus, or none that accepts this user; TimedOut; the signal's reason;
 *   what `act` throws
 */
export async function useSessionBus<Value>(
  { env, ...limit }: SessionBusAccess,
  act: (connection: BusConnection) => Promise<Value>,
): Promise<Value> {
  const socket = socketOf(env);
  if (socket === undefined) throw new BusUnreachable("No session bus is named that can be used.");
  const connection = new BusConnection(socket);
  try {
    return await withinLimit(limit, async () => {
      await connection.authenticate();
      return await act(connection);
    });
  } finally {
    connection.close();
  }
}

/**
 * The bus's socket as `net.connect` takes it: a path, or a NUL followed by a name in Linux's abstract
 * namespace. Addresses such as `unix:path=/run/user/1000/bus` or `unix:abstract=/tmp/dbus-x,guid=…`;
 * `undefined` for one that is malformed or of another kind (tcp, autolaunch).
 *
 * Source: D-Bus specification 0.43, "Server Addresses"; libdbus, GLib and systemd use the socket in the
 * runtime folder when no address is set.
 */
function socketOf({
  DBUS_SESSION_BUS_ADDRESS: address,
  XDG_RUNTIME_DIR: runtimeFolder,
}: SessionBusAccess["env"]): string | undefined {
  if (!address) return runtimeFolder ? join(runtimeFolder, "bus") : undefined;
  const [, place, text = ""] = /^unix:(?:[^;]*,)?(path|abstract)=([^,;]+)/.exec(address) ?? [];
  try {
    const name = decodeURIComponent(text);
    if (place === undefined || name.includes("\0")) return undefined;
    return place === "path" ? name : `\0${name}`;
  } catch {
    return undefined;
  }
}
