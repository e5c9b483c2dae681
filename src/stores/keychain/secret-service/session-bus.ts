import { findSessionBus } from "./dbus-address.ts";
import { BusConnection, BusUnreachable } from "./dbus-connection.ts";

/** Which session bus to talk to, and for how long. */
export interface SessionBusAccess {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted when it is no longer worth waiting. */
  readonly signal: AbortSignal;
}

/** The bus has a name in the abstract namespace only, and this Node cannot connect to such a name. */
export class BusBeyondNode extends BusUnreachable {
  override readonly name = "BusBeyondNode";
}

// Before 22, Node filled abstract names with zeroes to their greatest length, which is another name.
const reachesAbstractNames = Number.parseInt(process.versions.node, 10) >= 22;

/**
 * Connects to the session bus that libsecret, and with it keytar, would connect to.
 *
 * @throws BusUnreachable when there is none, or none that lets this user in
 */
export async function openSessionBus({ env, signal }: SessionBusAccess): Promise<BusConnection> {
  const bus = findSessionBus(env);
  let failure: BusUnreachable = new BusUnreachable(
    bus.named
      ? "DBUS_SESSION_BUS_ADDRESS holds no address that can be used."
      : "Neither DBUS_SESSION_BUS_ADDRESS nor XDG_RUNTIME_DIR is set.",
  );
  for (const socket of bus.sockets) {
    if (socket.startsWith("\0") && !reachesAbstractNames) {
      failure = new BusBeyondNode(`Node.js ${process.versions.node} cannot connect to an abstract socket.`);
      continue;
    }
    try {
      return await BusConnection.open(socket, { uid: process.geteuid?.() ?? 0 }, signal);
    } catch (error) {
      if (!(error instanceof BusUnreachable)) throw error;
      failure = error;
    }
  }
  throw failure;
}
