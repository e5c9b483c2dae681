import { createCipheriv, hkdfSync, randomBytes } from "node:crypto";
import { Message, sessionBus, Variant } from "@jellybrick/dbus-next";

/** In what a Secret Service for tests differs from others. */
export interface Bent {
  /** The secret of the one item it holds, which is unlocked. */
  readonly secret: string | Uint8Array;
  /** It has encrypted sessions as well; without this it has none of them. */
  readonly encrypts?: boolean;
  /** How many of its first encrypted secrets are cut short. */
  readonly cuts?: number;
  /** It says that everything is locked: until it is asked to unlock it, or until a person has been asked. */
  readonly locked?: "until-asked" | "until-answered";
  /** It gives out no secret once it has got one. */
  readonly keepsToItself?: boolean;
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

/** Puts a Secret Service on a bus that is other than GNOME Keyring: it has only plain sessions, if not told otherwise, as the specification allows. */
export async function startBentSecretService(busAddress: string, bent: Bent): Promise<BentSecretService> {
  const bus = sessionBus({ busAddress });
  const calls: string[] = [];
  const give = secretsOf(bent);
  let { locked } = bent;
  let hasGot = false;
  bus.addMethodHandler((call) => {
    if (call.member === undefined) return false;
    calls.push(call.member);
    if (call.member === bent.silentAt) return true;
    const refused = bent.keepsToItself === true && hasGot && /^GetSecrets?$/.test(call.member);
    const error = refused ? "org.freedesktop.Secret.Error.IsLocked" : bent.errors?.[call.member];
    if (call.member === "CreateItem") hasGot = true;
    if (call.member === "Unlock" && locked === "until-asked") locked = undefined;
    bus.send(
      error === undefined
        ? replyTo(call, { ...bent, locked }, give)
        : Message.newError(call, error, "made by a test"),
    );
    return true;
  });
  await bus.requestName("org.freedesktop.secrets");
  return { calls, stop: () => bus.disconnect() };
}

interface Secrets {
  /** Agrees on the key of an encrypted session. Its own exponent is 1, so that what both know is what it was sent. */
  agree(offer: unknown): Variant;
  /** As a structure. */
  secret(): readonly unknown[];
}

function secretsOf({ secret, cuts = 0 }: Bent): Secrets {
  let key: Uint8Array | undefined;
  let cutsLeft = cuts;
  return {
    agree: (offer) => {
      if (!(offer instanceof Variant) || !Buffer.isBuffer(offer.value))
        throw new Error("That is no public key.");
      key = new Uint8Array(hkdfSync("sha256", offer.value, "", "", 16));
      return new Variant("ay", Buffer.from([2]));
    },
    secret: () => {
      const plain = Buffer.from(secret);
      if (key === undefined) return [session, Buffer.alloc(0), plain, "text/plain"];
      const vector = randomBytes(16);
      const cipher = createCipheriv("aes-128-cbc", key, vector);
      const value = Buffer.concat([cipher.update(plain), cipher.final()]);
      return [session, vector, value.subarray(0, cutsLeft-- > 0 ? 5 : value.length), "text/plain"];
    },
  };
}

type Now = Omit<Bent, "locked"> & { readonly locked: Bent["locked"] | undefined };

function replyTo(call: Message, { encrypts = false, locked }: Now, give: Secrets): Message {
  switch (call.member) {
    case "ReadAlias":
      return Message.newMethodReturn(call, "o", [collection]);
    case "SearchItems":
      return Message.newMethodReturn(call, "aoao", locked === undefined ? [[item], []] : [[], [item]]);
    case "Get":
      return Message.newMethodReturn(call, "v", [new Variant("b", locked !== undefined)]);
    case "CreateItem":
      return Message.newMethodReturn(call, "oo", [item, "/"]);
    case "Unlock":
      return Message.newMethodReturn(
        call,
        "aoo",
        locked === undefined ? [call.body[0], "/"] : [[], "/org/freedesktop/secrets/prompt/1"],
      );
    case "OpenSession":
      if (encrypts && call.body[0] !== "plain")
        return Message.newMethodReturn(call, "vo", [give.agree(call.body[1]), session]);
      return call.body[0] === "plain"
        ? Message.newMethodReturn(call, "vo", [new Variant("s", ""), session])
        : Message.newError(call, "org.freedesktop.DBus.Error.NotSupported", "No such algorithm");
    case "GetSecret":
      return Message.newMethodReturn(call, "(oayays)", [give.secret()]);
    case "GetSecrets":
      return Message.newMethodReturn(call, "a{o(oayays)}", [{ [item]: give.secret() }]);
    default:
      return Message.newError(call, "org.freedesktop.DBus.Error.UnknownMethod", "Not in this test");
  }
}
