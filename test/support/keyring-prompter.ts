import { createCipheriv, createDiffieHellmanGroup, hkdfSync, randomBytes } from "node:crypto";
import { Message, type MessageBus, sessionBus } from "@jellybrick/dbus-next";
import { type Keyring, keyringPassword } from "./keyring.ts";

/** What the user does when the keyring asks for its password. */
export type PromptAnswer = "password" | "dismiss" | "nothing";

/** The desktop's password dialog for a keyring, and the user in front of it. */
export interface Prompter {
  /** How often the keyring has asked. */
  readonly asked: () => number;
  /** Resolves when the dialog is open. */
  readonly opened: Promise<void>;
  stop(): void;
}

const prompterInterface = "org.gnome.keyring.internal.Prompter";
const callbackInterface = "org.gnome.keyring.internal.Prompter.Callback";

/**
 * Puts a prompter on a keyring's bus, as GNOME does. It speaks gcr's protocol, so that the real daemon
 * asks and unlocks.
 */
export async function startPrompter(keyring: Keyring, answer: PromptAnswer): Promise<Prompter> {
  // It takes no escapes in a path.
  const bus = sessionBus({ busAddress: decodeURI(keyring.env.DBUS_SESSION_BUS_ADDRESS) });
  const exchange = new SecretExchange();
  let asked = 0;
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  bus.addMethodHandler((call) => {
    if (call.interface !== prompterInterface) return false;
    const [callback, type, , received] = call.body as [string, string?, unknown?, string?];
    bus.send(Message.newMethodReturn(call));
    if (call.member === "BeginPrompting") {
      callBack(bus, call.sender, callback, "PromptReady", ["", {}, exchange.begin()]);
    } else if (call.member === "PerformPrompt") {
      asked += 1;
      open();
      exchange.receive(received ?? "");
      if (answer === "nothing") return true;
      const reply = answer === "password" ? "yes" : "no";
      const secret = answer === "password" && type === "password" ? keyringPassword : "";
      callBack(bus, call.sender, callback, "PromptReady", [reply, {}, exchange.send(secret)]);
    } else if (call.member === "StopPrompting") {
      callBack(bus, call.sender, callback, "PromptDone", []);
    }
    return true;
  });
  await bus.requestName("org.gnome.keyring.SystemPrompter");
  return { asked: () => asked, opened, stop: () => bus.disconnect() };
}

function callBack(bus: MessageBus, to: string, callback: string, member: string, body: unknown[]): void {
  const signature = body.length === 0 ? "" : "sa{sv}s";
  const message = { destination: to, path: callback, interface: callbackInterface, member, signature, body };
  void bus.call(new Message(message)).catch(() => {});
}

/** gcr's way to transfer a password: Diffie-Hellman, then AES, in the text of a key file. */
class SecretExchange {
  readonly #dh = createDiffieHellmanGroup("modp5");
  readonly #public = this.#dh.generateKeys("base64");
  #key = Buffer.alloc(0);

  begin(): string {
    return this.#text([]);
  }

  receive(text: string): void {
    const other = /^public=(.+)$/m.exec(text)?.[1];
    if (other === undefined) return;
    const padded = this.#dh.computeSecret(Buffer.from(other, "base64"));
    // gcr writes the number without leading zeros, which one in 256 has.
    const shared = padded.subarray(padded.findIndex((byte) => byte !== 0));
    this.#key = Buffer.from(hkdfSync("sha256", shared, Buffer.alloc(0), Buffer.alloc(0), 16));
  }

  send(secret: string): string {
    const iv = randomBytes(16);
    const cipher = createCipheriv("aes-128-cbc", this.#key, iv);
    const encrypted = Buffer.concat([cipher.update(secret), cipher.final()]);
    return this.#text([`secret=${encrypted.toString("base64")}`, `iv=${iv.toString("base64")}`]);
  }

  #text(lines: readonly string[]): string {
    return ["[sx-aes-1]", `public=${this.#public}`, ...lines, ""].join("\n");
  }
}
