import { type BusConnection, BusError, BusUnreachable } from "./dbus-connection.ts";
import type { Attributes } from "./dbus-message.ts";
import { MalformedMessage } from "./dbus-wire.ts";
import {
  type FoundItems,
  findProvider,
  getSecret,
  isLockedError,
  isNotReady,
  libsecretSchema,
  type OpenSession,
  openSession,
  pause,
  readDefaultCollection,
  searchItems,
  stateOfCollection,
  unlockUnasked,
} from "./secret-service-calls.ts";
import { UndecryptableSecret } from "./secret-session.ts";
import { BusBeyondNode, openSessionBus, type SessionBusAccess } from "./session-bus.ts";

/** What to ask for. */
export interface SecretServiceQuestion extends SessionBusAccess {
  /** The attributes of an item; without them no item is looked for. */
  readonly item?: Attributes | undefined;
  /**
   * `item`: it is all that matters, so that nothing more is asked when it is unlocked. `secret`:
   * so it is, and its secret is read.
   */
  readonly wanted?: "state" | "item" | "secret" | undefined;
  /** Called when the questions are on their way, again when they are asked again: the moment to do something else meanwhile. */
  readonly onAsked?: (() => void) | undefined;
  /** Called before a secret is asked for: the service may ask the person first, so it may take longer. */
  readonly onFound?: (() => void) | undefined;
}

/** What the Secret Service of this session says of itself, without anybody being prompted. */
export type SecretServiceAnswer =
  | {
      readonly state: "answered";
      /** Which program it is, "GNOME Keyring"; `undefined` when it is none that is known here, or does not matter. */
      readonly provider: string | undefined;
      /** The default collection, where new items go. */
      readonly collection: "unlocked" | "locked" | "none";
      /** How many items have the attributes asked for. */
      readonly items: { readonly unlocked: number; readonly locked: number };
      /** The secret of an unlocked item, as it is stored, when it was wanted and the service gave it. */
      readonly secret?: Buffer | undefined;
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

/** Milliseconds after which an answer is late. */
const lateMs = 50;

type Answered = Extract<SecretServiceAnswer, { readonly state: "answered" }>;

/**
 * Asks the Secret Service whether it is there, whether its default collection is locked, whether
 * it holds an item, and for the item's secret: without the unlimited waits of keytar, which cannot
 * tell these states apart. Unlocks what the service unlocks without asking a person. Takes a few
 * milliseconds.
 *
 * Source: freedesktop.org Secret Service API 0.2.
 */
export async function askSecretService(question: SecretServiceQuestion): Promise<SecretServiceAnswer> {
  let connection: BusConnection;
  try {
    connection = await openSessionBus(question);
  } catch (error) {
    return answerOf(error, question.signal, undefined);
  }
  let provider: Promise<string | undefined> | undefined;
  const nameProvider = () => {
    provider ??= findProvider(connection);
    return provider;
  };
  // Who it is matters when something is wrong with it: it answers late, or not as hoped.
  const late = setTimeout(nameProvider, lateMs);
  try {
    const answer = await ask(connection, question);
    const isFine = question.wanted === "secret" ? answer.secret !== undefined : isAll(question, answer);
    return { state: "answered", ...answer, provider: isFine ? undefined : await nameProvider() };
  } catch (error) {
    return answerOf(error, question.signal, await (error instanceof BusError ? nameProvider() : provider));
  } finally {
    clearTimeout(late);
    connection.close();
  }
}

type Answer = Pick<Answered, "collection" | "items" | "secret">;

/**
 * GNOME Keyring (seen in 42) may get to a call before it has noted who is calling, and then denies
 * having the method, the collection or the alias. Asked again, it answers.
 */
async function ask(connection: BusConnection, question: SecretServiceQuestion): Promise<Answer> {
  for (let attemptsLeft = 2; ; attemptsLeft--) {
    const isLast = attemptsLeft === 0;
    try {
      const answer = await askOnce(connection, question, isLast);
      if (answer.collection !== "none" || isLast) return answer;
    } catch (error) {
      if (isLast || !isPassing(error)) throw error;
    }
    await pause();
  }
}

/**
 * Whether asking again may help. KDE Wallet (seen in 5.103) derives another key than the
 * specification says for one session in about 150, so that its secret cannot be decrypted.
 */
function isPassing(error: unknown): boolean {
  return isNotReady(error) || error instanceof UndecryptableSecret;
}

async function askOnce(
  connection: BusConnection,
  question: SecretServiceQuestion,
  isLast: boolean,
): Promise<Answer> {
  const { item, wanted, onAsked } = question;
  // All at once: the bus and the service work on them while this process does something else.
  const alias = readDefaultCollection(connection);
  const search = item === undefined ? undefined : searchItems(connection, item);
  // When the first question fails, nobody waits for this one any more.
  search?.catch(() => {});
  alias.catch(() => {});
  const opening = wanted === "secret" ? openSession(connection) : undefined;
  opening?.catch(() => {});
  onAsked?.();

  const collection = await alias;
  const items =
    search === undefined ? { unlocked: [], locked: [] } : await unlockFound(connection, await search);
  const found = { unlocked: items.unlocked.length, locked: items.locked.length };
  if (!isAll(question, { items: found })) {
    return { collection: await stateOf(connection, collection), items: found };
  }
  // An item is unlocked only together with its collection.
  const answer = { collection: "unlocked", items: found } as const;
  if (opening === undefined || item === undefined) return answer;
  try {
    return { ...answer, secret: await readSecret(connection, question, item, items.unlocked, opening) };
  } catch (error) {
    if (isLockedError(error)) return { collection: "locked", items: { unlocked: 0, locked: found.unlocked } };
    if (!isLast && isPassing(error)) throw error;
    // A service that cannot do this encryption says so, and libsecret knows what else it can do.
    if (error instanceof BusError || error instanceof MalformedMessage) return answer;
    throw error;
  }
}

async function unlockFound(connection: BusConnection, items: FoundItems): Promise<FoundItems> {
  if (items.unlocked.length > 0 || items.locked.length === 0) return items;
  const unlocked = await tryToUnlock(connection, items.locked);
  return { unlocked, locked: items.locked.filter((path) => !unlocked.includes(path)) };
}

async function stateOf(
  connection: BusConnection,
  collection: string | undefined,
): Promise<Answer["collection"]> {
  if (collection === undefined) return "none";
  const state = await stateOfCollection(connection, collection);
  return state === "locked" && (await tryToUnlock(connection, [collection])).length > 0 ? "unlocked" : state;
}

/** That it cannot be unlocked this way is no failure. */
async function tryToUnlock(connection: BusConnection, paths: readonly string[]): Promise<readonly string[]> {
  try {
    return await unlockUnasked(connection, paths);
  } catch (error) {
    if (error instanceof BusError || error instanceof MalformedMessage) return [];
    throw error;
  }
}

/** Whether an unlocked item is all that was asked for, and there is one. */
function isAll({ wanted = "state" }: SecretServiceQuestion, { items }: Pick<Answer, "items">): boolean {
  return wanted !== "state" && items.unlocked > 0;
}

async function readSecret(
  connection: BusConnection,
  { onFound }: SecretServiceQuestion,
  item: Attributes,
  paths: readonly string[],
  opening: Promise<OpenSession>,
): Promise<Buffer> {
  onFound?.();
  const [{ path, session }, chosen] = await Promise.all([opening, chooseItem(connection, item, paths)]);
  return session.decrypt(await getSecret(connection, chosen, path));
}

/** Of several items with the same attributes the one that libsecret, and with it keytar, would choose. */
async function chooseItem(
  connection: BusConnection,
  item: Attributes,
  paths: readonly string[],
): Promise<string> {
  const [first] = paths;
  if (first === undefined) throw new MalformedMessage("There is no item.");
  if (paths.length === 1) return first;
  const visible = await searchItems(connection, { ...item, ...libsecretSchema });
  return visible.unlocked[0] ?? first;
}

function answerOf(error: unknown, signal: AbortSignal, provider: string | undefined): SecretServiceAnswer {
  if (error instanceof BusUnreachable) {
    return { state: "absent", missing: error instanceof BusBeyondNode ? "node" : "bus", cause: error };
  }
  if (signal.aborted || error instanceof MalformedMessage) {
    return { state: "unresponsive", provider, cause: error };
  }
  if (!(error instanceof BusError)) throw error;
  if (/\.(?:NoReply|TimedOut|Timeout)$/.test(error.errorName))
    return { state: "unresponsive", provider, cause: error };
  const isAbsent =
    isNotReady(error) || /\.(?:ServiceUnknown|NameHasNoOwner|Spawn\.\w+)$/.test(error.errorName);
  return isAbsent
    ? { state: "absent", missing: "service", cause: error }
    : { state: "denied", provider, cause: error };
}
