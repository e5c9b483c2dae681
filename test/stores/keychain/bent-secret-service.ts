import { Message, sessionBus, Variant } from "@jellybrick/dbus-next";

/** How a Secret Service for tests differs from others. */
export interface Bent {
  /** The secret of the one item it holds, which is unlocked. */
  readonly secret: string | Uint8Array;
  /**
   * It says that everything is locked: until it is asked to unlock it, until a person has been asked, as soon as
   * a secret is read; or only that the item is, to every connection that has not asked a person, who says yes.
   */
  readonly locked?: "until-asked" | "until-answered" | "when-read" | "to-others";
  /** It does not find the item by the attribute that libsecret adds, and lets nobody add it. */
  readonly hidden?: boolean;
  /** It erases the item when it is told to; otherwise it only says so. */
  readonly erases?: boolean;
  /** It returns no secret once it has received one. */
  readonly keepsToItself?: boolean;
  /** It finds the item, and hands out no secret. */
  readonly withholds?: boolean;
  /** How long it takes for each search, in milliseconds. */
  readonly searchMs?: number;
  /** The call that it never answers, as if it had stopped at the worst moment. */
  readonly silentAt?: "GetSecrets";
  /** The call that it answers with a number. */
  readonly wrongAt?: string;
  /** The error names with which it answers calls, by member, or by member and first argument. */
  readonly errors?: Readonly<Record<string, string>>;
  /** The error name with which it answers the first call of a member. */
  readonly firstErrors?: Readonly<Record<string, string>>;
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
const prompt = "/org/freedesktop/secrets/prompt/1";

/**
 * Puts a Secret Service on a bus that differs from GNOME Keyring: it has only plain sessions, as the
 * specification allows.
 */
export async function startBentSecretService(busAddress: string, bent: Bent): Promise<BentSecretService> {
  // It takes no escapes in a path.
  const bus = sessionBus({ busAddress: decodeURI(busAddress) });
  const calls: string[] = [];
  const letIn = new Set<string>();
  let locked = bent.locked === "until-asked" || bent.locked === "until-answered";
  let hasGot = false;
  let isErased = false;
  bus.addMethodHandler((call) => {
    if (call.member === undefined) return false;
    const isFirst = !calls.includes(call.member);
    calls.push(call.member);
    if (call.member === bent.silentAt) return true;
    const refused = bent.keepsToItself === true && hasGot && /^GetSecrets?$/.test(call.member);
    const error = refused
      ? "org.freedesktop.Secret.Error.IsLocked"
      : ((isFirst ? bent.firstErrors?.[call.member] : undefined) ??
        bent.errors?.[call.member] ??
        bent.errors?.[`${call.member} ${call.body[0]}`]);
    if (call.member === "CreateItem") hasGot = true;
    if (call.member === "Delete" && bent.erases === true) isErased = true;
    if (call.member === "Unlock" && bent.locked === "until-asked") locked = false;
    if (call.member === "GetSecrets" && bent.locked === "when-read") locked = true;
    if (call.member === "Prompt") letIn.add(call.sender);
    const isHidden = bent.hidden === true && "xdg:schema" in Object(call.body[0]);
    const state = {
      locked: bent.locked === "to-others" ? !letIn.has(call.sender) : locked,
      collectionLocked: locked,
      items: isErased || isHidden ? [] : [item],
    };
    const reply =
      call.member === bent.wrongAt
        ? Message.newMethodReturn(call, ...numberFor(call))
        : error === undefined
          ? replyTo(call, bent, state)
          : Message.newError(call, error, "made by a test");
    if (call.member === "SearchItems") setTimeout(() => bus.send(reply), bent.searchMs ?? 0);
    else bus.send(reply);
    if (call.member === "Prompt") {
      const unlocked = [false, new Variant("ao", [item])];
      bus.send(Message.newSignal(prompt, "org.freedesktop.Secret.Prompt", "Completed", "bv", unlocked));
    }
    return true;
  });
  await bus.requestName("org.freedesktop.secrets");
  return { calls, stop: () => bus.disconnect() };
}

function numberFor(call: Message): [signature: string, body: unknown[]] {
  return call.member === "Get" ? ["v", [new Variant("u", 1)]] : ["u", [1]];
}

/** What is there, for the connection that calls. */
interface State {
  readonly locked: boolean;
  readonly collectionLocked: boolean;
  readonly items: readonly string[];
}

function replyTo(
  call: Message,
  { secret, withholds = false }: Bent,
  { locked, collectionLocked, items }: State,
): Message {
  const held = [session, Buffer.alloc(0), Buffer.from(secret), "text/plain"];
  switch (call.member) {
    case "ReadAlias":
      return Message.newMethodReturn(call, "o", [call.body[0] === "default" ? collection : "/"]);
    case "SearchItems":
      return Message.newMethodReturn(call, "aoao", locked ? [[], items] : [items, []]);
    case "Get":
      return Message.newMethodReturn(call, "v", [new Variant("b", collectionLocked)]);
    case "CreateItem":
      return Message.newMethodReturn(call, "oo", [item, "/"]);
    case "Delete":
      return Message.newMethodReturn(call, "o", ["/"]);
    case "Unlock":
      return Message.newMethodReturn(call, "aoo", locked ? [[], prompt] : [call.body[0], "/"]);
    case "Prompt":
      return Message.newMethodReturn(call, "", []);
    case "OpenSession":
      return call.body[0] === "plain"
        ? Message.newMethodReturn(call, "vo", [new Variant("s", ""), session])
        : Message.newError(call, "org.freedesktop.DBus.Error.NotSupported", "No such algorithm");
    case "GetSecrets":
      return Message.newMethodReturn(call, "a{o(oayays)}", [locked || withholds ? {} : { [item]: held }]);
    default:
      return Message.newError(call, "org.freedesktop.DBus.Error.UnknownMethod", "Not in this test");
  }
}
