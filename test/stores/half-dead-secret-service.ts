import { Message, sessionBus, Variant } from "@jellybrick/dbus-next";

/** A Secret Service for tests that dies half way. */
export interface HalfDeadSecretService {
  stop(): void;
}

/**
 * Puts a Secret Service on a bus that says it is unlocked and holds the item, and never answers
 * what comes then: as if it had stopped at the worst moment, or had a question on the screen.
 */
export async function startHalfDeadSecretService(busAddress: string): Promise<HalfDeadSecretService> {
  const bus = sessionBus({ busAddress });
  bus.addMethodHandler((call) => {
    const reply = replyTo(call);
    if (reply !== undefined) bus.send(reply);
    return true;
  });
  await bus.requestName("org.freedesktop.secrets");
  return { stop: () => bus.disconnect() };
}

function replyTo(call: Message): Message | undefined {
  const collection = "/org/freedesktop/secrets/collection/login";
  switch (call.member) {
    case "ReadAlias":
      return Message.newMethodReturn(call, "o", [collection]);
    case "SearchItems":
      return Message.newMethodReturn(call, "aoao", [[`${collection}/1`], []]);
    case "Get":
      return Message.newMethodReturn(call, "v", [new Variant("b", false)]);
    default:
      return undefined;
  }
}
