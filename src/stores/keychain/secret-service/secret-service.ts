import { type BusConnection, BusError, BusUnreachable } from "./bus-connection.ts";
import { type Attributes, MalformedMessage } from "./bus-values.ts";
import {
  addAttributes,
  type FoundItems,
  findProvider,
  isNotReady,
  libsecretSchema,
  pause,
  readAlias,
  searchItems,
  stateOfCollection,
  unlockWithoutPrompt,
} from "./secret-service-calls.ts";
import { BusBeyondNode, BusTimedOut, type SessionBusAccess, useSessionBus } from "./session-bus.ts";

/*
 * What a Secret Service says of itself and of its items. Nothing secret is asked for here: that is
 * keytar's part.
 *
 * Source: freedesktop.org Secret Service API 0.2.
 */

/** What to ask for. */
export interface SecretServiceQuestion extends SessionBusAccess {
  /** The attributes of an item; without them no item is looked for. */
  readonly item?: Attributes | undefined;
  /** Whether the item is all that matters: when it is unlocked, the collection is not asked about. */
  readonly itemOnly?: boolean;
  /** Called when the questions are on their way, again when they are asked again: the moment to do something else meanwhile. */
  readonly onAsked?: () => void;
}

/** What the Secret Service of this session says of itself, without anybody being prompted. */
export type SecretServiceAnswer =
  | {
      readonly state: "answered";
      /** Which program it is, "GNOME Keyring"; `undefined` when it is none that is known here. */
      readonly provider: string | undefined;
      /** The default collection, where new items go; one that is `volatile` is forgotten at log-out. */
      readonly collection: "unlocked" | "locked" | "volatile" | "none";
      /** How many items have the attributes asked for. */
      readonly items: { readonly unlocked: number; readonly locked: number };
    }
  | {
      readonly state: "absent";
      /** `node`: there is a bus, and a later Node could reach it. */
      readonly missing: "bus" | "service" | "node";
      /** What was tried and how it failed, for `--verbose`. */
      readonly cause: unknown;
    }
  | {
      readonly state: "denied" | "unresponsive";
      readonly provider: string | undefined;
      readonly cause: unknown;
    };

type Answer = Pick<Extract<SecretServiceAnswer, { readonly state: "answered" }>, "collection" | "items">;

/**
 * Asks the Secret Service whether it is there, whether its default collection is locked, and
 * whether it holds an item. keytar cannot tell these states apart, and waits without limit. Unlocks
 * what the service unlocks without asking a person. Takes a few milliseconds.
 *
 * @throws the reason of the signal
 */
export async function askSecretService(question: SecretServiceQuestion): Promise<SecretServiceAnswer> {
  let provider: Promise<string | undefined> | undefined;
  try {
    return await useSessionBus(question, async (connection) => {
      provider = findProvider(connection);
      const answer = await untilReady(
        () => ask(connection, question),
        ({ collection }) => collection !== "none",
      );
      return { state: "answered", ...answer, provider: await provider };
    });
  } catch (error) {
    question.signal?.throwIfAborted();
    return answerOf(error, await provider);
  }
}

/** Which items keytar is to be shown. */
export interface ItemsToShow extends SessionBusAccess {
  /** The attributes that the items have. */
  readonly item: Attributes;
  /**
   * `one`: one of them, when keytar sees none, so that what it reads does not change. `all`: every
   * one, so that erasing erases all.
   */
  readonly which: "one" | "all";
}

/**
 * Adds libsecret's attribute to unlocked items that lack it, so that keytar sees them. Their
 * secrets and other attributes stay as they are.
 *
 * @throws BusError, BusUnreachable, BusTimedOut, MalformedMessage, or the reason of the signal
 */
export async function showToKeytar({ item, which, ...access }: ItemsToShow): Promise<void> {
  await useSessionBus(access, async (connection) => {
    const every = await untilReady(() => searchItems(connection, item));
    const visible = await searchItems(connection, { ...item, ...libsecretSchema });
    if (which === "one" && visible.unlocked.length > 0) return;
    const hidden = every.unlocked.filter((path) => !visible.unlocked.includes(path));
    for (const path of which === "one" ? hidden.slice(0, 1) : hidden) {
      await addAttributes(connection, path, libsecretSchema);
    }
  });
}

/**
 * GNOME Keyring (seen in 42) may get to a call before it has noted who is calling, and then denies
 * having the method, the collection or the alias. Asked again, it answers.
 */
async function untilReady<Value>(
  act: () => Promise<Value>,
  isReady: (value: Value) => boolean = () => true,
): Promise<Value> {
  for (let attemptsLeft = 2; ; attemptsLeft--) {
    try {
      const value = await act();
      if (attemptsLeft === 0 || isReady(value)) return value;
    } catch (error) {
      if (attemptsLeft === 0 || !isNotReady(error)) throw error;
    }
    await pause();
  }
}

async function ask(
  connection: BusConnection,
  { item, itemOnly = false, onAsked }: SecretServiceQuestion,
): Promise<Answer> {
  const search = item === undefined ? Promise.resolve(noItems) : searchItems(connection, item);
  // The bus and the service work on it while this process does something else.
  onAsked?.();
  const found = await unlockFound(connection, await search);
  const items = { unlocked: found.unlocked.length, locked: found.locked.length };
  // An item is unlocked only together with its collection.
  if (itemOnly && items.unlocked > 0) return { collection: "unlocked", items };
  const [collection, session] = await Promise.all([
    readAlias(connection, "default"),
    // Only to compare with, so that a service need not know of it.
    readAlias(connection, "session").catch(() => undefined),
  ]);
  if (collection === undefined) return { collection: "none", items };
  if (collection === session) return { collection: "volatile", items };
  return { collection: await stateOfCollection(connection, collection), items };
}

const noItems: FoundItems = { unlocked: [], locked: [] };

async function unlockFound(connection: BusConnection, items: FoundItems): Promise<FoundItems> {
  if (items.unlocked.length > 0 || items.locked.length === 0) return items;
  const unlocked = await unlockWithoutPrompt(connection, items.locked);
  return { unlocked, locked: items.locked.filter((path) => !unlocked.includes(path)) };
}

function answerOf(error: unknown, provider: string | undefined): SecretServiceAnswer {
  if (error instanceof BusUnreachable) {
    return { state: "absent", missing: error instanceof BusBeyondNode ? "node" : "bus", cause: error };
  }
  if (error instanceof BusTimedOut || error instanceof MalformedMessage) {
    return { state: "unresponsive", provider, cause: error };
  }
  if (!(error instanceof BusError)) throw error;
  if (/\.(?:NoReply|TimedOut|Timeout)$/.test(error.errorName)) {
    return { state: "unresponsive", provider, cause: error };
  }
  const isAbsent =
    isNotReady(error) || /\.(?:ServiceUnknown|NameHasNoOwner|Spawn\.\w+)$/.test(error.errorName);
  return isAbsent
    ? { state: "absent", missing: "service", cause: error }
    : { state: "denied", provider, cause: error };
}
