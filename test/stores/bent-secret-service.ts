import { Message, sessionBus, Variant } from "@jellybrick/dbus-next";

/** In what a Secret Service for tests differs from others. */
export interface Bent {
  /** The secret of the one item it holds, which is unlocked; encrypted sessions it has none of. */
  readonly secret: string;
  /** The call that it never answers, as if it had stopped at the worst moment. */
  readonly silentAt?: "OpenSession" | "GetSecrets";
  /** Error names that it answers calls with. */
  readonly errors?: Readonly<Record<string, string>>;
}

/** A Secret Service that runs in this process. */
export interface BentSecretService {
  /** The calls it got, in order. */
  readonly calls: readonly string[];
  stop(): void;
}

const collection = "/org/freedesktop/secrets/collection/login";
const item = `${collection}/1`;
const session = "/org/freedesktop/secrets/session/1";

/** Puts a Secret Service on a bus that is other than GNOME Keyring: it has only plain sessions, as the specification allows. */
export async function startBentSecretService(busAddress: string, bent: Bent): Promise<BentSecretService> {
  const bus = sessionBus({ busAddress });
  const calls: string[] = [];
  bus.addMethodHandler((call) => {
    if (call.member === undefined) return false;
    calls.push(call.member);
    if (call.member === bent.silentAt) return true;
    const error = bent.errors?.[call.member];
    bus.send(error === undefined ? replyTo(call, bent) : Message.newError(call, error, "made by a test"));
    return true;
  });
  await bus.requestName("org.freedesktop.secrets");
  return { calls, stop: () => bus.disconnect() };
}

function replyTo(call: Message, { secret }: Bent): Message {
  const value = [session, Buffer.alloc(0), Buffer.from(secret), "text/plain"];
  switch (call.member) {
    case "ReadAlias":
      return Message.newMethodReturn(call, "o", [collection]);
    case "SearchItems":
      return Message.newMethodReturn(call, "aoao", [[item], []]);
    case "Get":
      return Message.newMethodReturn(call, "v", [new Variant("b", false)]);
    case "OpenSession":
      return call.body[0] === "plain"
        ? Message.newMethodReturn(call, "vo", [new Variant("s", ""), session])
        : Message.newError(call, "org.freedesktop.DBus.Error.NotSupported", "No such algorithm");
    case "GetSecret":
      return Message.newMethodReturn(call, "(oayays)", [value]);
    case "GetSecrets":
      return Message.newMethodReturn(call, "a{o(oayays)}", [{ [item]: value }]);
    default:
      return Message.newError(call, "org.freedesktop.DBus.Error.UnknownMethod", "Not in this test");
  }
}
