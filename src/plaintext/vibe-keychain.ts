import type { ProcessContext } from "../files/process-context.ts";
import { ApiKey } from "../keys/api-key.ts";
import { runProgram } from "../running/start-program.ts";
import { waitForCall } from "../stores/keychain/native-calls.ts";
import { askSecretService } from "../stores/keychain/secret-service/secret-service.ts";
import type { KeychainEntry } from "./find-keys.ts";
import { isKeyUnder } from "./formats/key-likeness.ts";

/** Where Mistral Vibe keeps its key since 2.17, through Python's keyring. */
const service = "ai.mistral.vibe";
const account = "MISTRAL_API_KEY";
/** Milliseconds. */
const timeLimitMs = 2200;
/** Milliseconds in which a person answers the dialog of macOS. */
const dialogLimitMs = 300_000;

/** What reading somebody else's entry may need. */
export interface EntryReading {
  readonly signal: AbortSignal;
  /** Asks the person before the system asks them; absent where nobody may be asked. */
  readonly agree?: () => Promise<boolean>;
}

/**
 * Reads the entry of Mistral Vibe in the system's keychain, which is never changed. A keychain that
 * is locked stays locked, and only where the person agrees may the system ask them anything.
 */
export async function readVibeEntry(at: ProcessContext, reading: EntryReading): Promise<KeychainEntry> {
  switch (at.platform) {
    case "darwin":
      return await readOnMac(at, reading);
    case "win32":
      return await readOnWindows(reading);
    default:
      return await readFromSecretService(at, reading);
  }
}

async function readFromSecretService(at: ProcessContext, { signal }: EntryReading): Promise<KeychainEntry> {
  // Python's keyring writes "username" where keytar writes "account", so keytar does not see it.
  const item = { service, username: account };
  const answer = await askSecretService({ env: at.env, item, itemOnly: true, limitMs: timeLimitMs, signal });
  if (answer.state === "absent") return { state: "absent" };
  if (answer.state !== "answered") return { state: "unread", reason: "the keychain does not answer" };
  if (answer.items.unlocked === 0) {
    return answer.items.locked === 0
      ? { state: "absent" }
      : { state: "unread", reason: "the keychain is locked" };
  }
  const lookup = await runProgram(
    "secret-tool",
    ["lookup", "service", service, "username", account],
    helperOptions(at, signal),
  );
  if (lookup.kind === "exited" && lookup.code === 0) return entryOf(lookup.stdout.toString());
  return {
    state: "unread",
    reason:
      lookup.kind === "not-found"
        ? "reading it takes the program secret-tool, which is not installed (Debian, Ubuntu: libsecret-tools)"
        : "the keychain does not give it out",
  };
}

async function readOnMac(at: ProcessContext, { signal, agree }: EntryReading): Promise<KeychainEntry> {
  // Without -w it tells what there is and not the secret, so the system asks nobody.
  const asking = ["find-generic-password", "-s", service, "-a", account];
  const found = await runProgram("/usr/bin/security", asking, helperOptions(at, signal));
  if (found.kind !== "exited" || found.code !== 0) return { state: "absent" };
  if (agree === undefined || !(await agree())) {
    return { state: "unread", reason: "macOS would ask you before it lets another program read it" };
  }
  try {
    const { default: keytar } = await import("keytar");
    const read = () => keytar.getPassword(service, account);
    return entryOf((await waitForCall(read, { limitMs: dialogLimitMs, signal })) ?? "");
  } catch {
    signal.throwIfAborted();
    return { state: "unread", reason: "macOS did not let mistral-key read it" };
  }
}

async function readOnWindows({ signal }: EntryReading): Promise<KeychainEntry> {
  try {
    const { default: keytar } = await import("keytar");
    // Python's keyring names its entry after the service alone, and writes UTF-16.
    const read = async () =>
      (await keytar.getPassword(service, account)) ?? (await keytar.findPassword(service));
    const found = await waitForCall(read, { limitMs: timeLimitMs, signal });
    return entryOf((found ?? "").replaceAll("\0", ""));
  } catch {
    signal.throwIfAborted();
    return { state: "unread", reason: "Windows did not let mistral-key read it" };
  }
}

function entryOf(text: string): KeychainEntry {
  const value = text.trim();
  return isKeyUnder(account, value) ? { state: "found", key: ApiKey.of(value) } : { state: "absent" };
}

/** In a folder that is always there: the current one may have been deleted. */
function helperOptions({ env, platform }: ProcessContext, signal: AbortSignal) {
  return { env, platform, cwd: "/", timeLimitMs, signal };
}
