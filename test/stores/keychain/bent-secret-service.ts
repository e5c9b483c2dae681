import { Message, sessionBus, Variant } from "@jellybrick/dbus-next";

/** How a Secret Service for tests differs from others. */
export interface Bent {
  /** The secret of the one item it holds, which is unlocked. */
  readonly secret: string | Uint8Array;
  /** It says that everything is locked: until it is asked to unlock it, until a person has been asked, or as soon as a secret is read. */
  readonly locked?: "until-asked" | "until-answered" | "when-read";
  /** It returns no secret once it has received one. */
  readonly keepsToItself?: boolean;
  /** The call that it never answers, as if it had stopped at the worst moment. */
  readonly silentAt?: "GetSecrets";
  /** The error names with which it answers calls. */
  readonly errors?: Readonly<Record<string, string>>;
}

/** A Secret Service that runs in this process. */
export interface BentSecretService {
  /** The calls it received, in order. */
  readonly calls: readonly string[];
  stop(): void;
}

const collection = "/org/freedesktop/secrets/collection/login";
const item = `${collection}/1`;
const session = "/org/freedesktop/secrets/session/1";

/**
 * Puts a Secret Service on a bus that differs from GNOME Keyring: it has only plain sessions, as the
 * specification allows.
 */
export async function startBentSecretService(busAddress: string, bent: Bent): Promise<BentSecretService> {
  const bus = sessionBus({ busAddress });
  const calls: string[] = [];
  let locked = bent.locked !== undefined && bent.locked !== "when-read";
  let hasGot = false;
  bus.addMethodHandler((call) => {
    if (call.member === undefined) return false;
    calls.push(call.member);
    if (call.member === bent.silentAt) return true;
    const refused = bent.keepsToItself === true && hasGot && /^GetSecrets?$/.test(call.member);
    const error = refused ? "org.freedesktop.Secret.Error.IsLocked" : bent.errors?.[call.member];
    if (call.member === "CreateItem") hasGot = true;
    if (call.member === "Unlock" && bent.locked === "until-asked") locked = false;
    if (call.member === "GetSecrets" && bent.locked === "when-read") locked = true;
    bus.send(
      error === undefined
        ? replyTo(call, bent.secret, locked)
        : Message.newError(call, error, "made by a test"),
    );
    return true;
  });
  await bus.requestName("org.freedesktop.secrets");
  return { calls, stop: () => bus.disconnect() };
}

function replyTo(call: Message, secret: Bent["secret"], locked: boolean): Message {
  const held = [session, Buffer.alloc(0), Buffer.from(secret), "text/plain"];
  switch (call.member) {
    case "ReadAlias":
      return Message.newMethodReturn(call, "o", [call.body[0] === "default" ? collection : "/"]);
    case "SearchItems":
      return Message.newMethodReturn(call, "aoao", locked ? [[], [item]] : [[item], []]);
    case "Get":
      return Message.newMethodReturn(call, "v", [new Variant("b", locked)]);
    case "CreateItem":
      return Message.newMethodReturn(call, "oo", [item, "/"]);
    // It says that the item is gone, and keeps it.
    case "Delete":
      return Message.newMethodReturn(call, "o", ["/"]);
    case "Unlock":
      return Message.newMethodReturn(
        call,
        "aoo",
        locked ? [[], "/org/freedesktop/secrets/prompt/1"] : [call.body[0], "/"],
      );
    case "OpenSession":
      return call.body[0] === "plain"
        ? Message.newMethodReturn(call, "vo", [new Variant("s", ""), session])
        : Message.newError(call, "org.freedesktop.DBus.Error.NotSupported", "No such algorithm");
    case "GetSecrets":
      return Message.newMethodReturn(call, "a{o(oayays)}", [locked ? {} : { [item]: held }]);
    default:
      return Message.newError(call, "org.freedesktop.DBus.Error.UnknownMethod", "Not in this test");
  }
}
