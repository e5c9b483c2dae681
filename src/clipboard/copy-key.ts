import { MistralKeyError } from "../errors.ts";
import type { ApiKey } from "../keys/api-key.ts";
import { fingerprintOf } from "../keys/fingerprint.ts";
import { launchProgram } from "../running/start-program.ts";
import { isRemote } from "../terminal/terminal-capabilities.ts";
import { clipboardPrograms } from "./clipboard-programs.ts";
import type { Copied } from "./copied.ts";
import { copyToDesktop, type Desktop } from "./desktop-clipboard.ts";

/** Where the program runs, as far as a clipboard goes. */
export interface ClipboardPlace extends Desktop {
  /** Writes to the terminal; `undefined` where there is none. */
  readonly writeTerminal: ((text: string) => void) | undefined;
  /** How this program is started, to take the key off later; see `clearLater`. */
  readonly self: readonly [program: string, ...args: string[]];
}

/** How long a key stays on the clipboard, in seconds; as long as with the password manager `pass`. */
const clearedAfter = 45;

/**
 * Puts a key on the clipboard of the person at the terminal: the desktop's, or over SSH the terminal's own.
 *
 * @throws MistralKeyError of kind `usage` when there is no clipboard that this program can reach
 */
export async function copyKey(key: ApiKey, place: ClipboardPlace): Promise<Copied> {
  const { env, platform } = place;
  const remote = isRemote(env);
  // Over SSH these two have the clipboard of the far machine; a display is forwarded to the near one.
  const reachesDesktop = !remote || (platform !== "darwin" && platform !== "win32");
  if (reachesDesktop && clipboardPrograms(platform, env).length > 0) {
    // First, so that a key stays there for no longer where this is killed, or cannot read back what it has copied.
    const clearedAfter = await startClearing(place, key);
    const copied = await copyToDesktop(place, key);
    if (copied !== undefined) return { where: "desktop", ...copied, clearedAfter };
  }
  if (remote && place.writeTerminal !== undefined && canAsk(env.TERM)) {
    place.writeTerminal(askTerminal(key, env));
    return { where: "terminal" };
  }
  throw noClipboard(place, remote);
}

async function startClearing(place: ClipboardPlace, key: ApiKey): Promise<number | undefined> {
  const [program, ...args] = place.self;
  const input = JSON.stringify({ seconds: clearedAfter, fingerprint: fingerprintOf(key) });
  // It is known at once when it cannot be started; how it ends nobody waits for.
  const end = await launchProgram(program, args, { ...place, input, failsWithinMs: 0 });
  return end === undefined ? clearedAfter : undefined;
}

/** These print the sequence, or wait for an end of it that does not come. */
function canAsk(term = ""): boolean {
  return !["", "dumb", "linux"].includes(term);
}

/**
 * OSC 52, which asks a terminal to put a text on its clipboard; wrapped, tmux hands it on, as its
 * settings have it. Source: XTerm Control Sequences, patch 390; tmux(1), `allow-passthrough` and
 * `set-clipboard`.
 */
function askTerminal(key: ApiKey, { TMUX }: Desktop["env"]): string {
  const sequence = `\x1b]52;c;${Buffer.from(key.reveal()).toString("base64")}\x07`;
  return TMUX ? `${sequence}\x1bPtmux;${sequence.replaceAll("\x1b", "\x1b\x1b")}\x1b\\` : sequence;
}

function noClipboard({ platform, env }: Desktop, remote: boolean): MistralKeyError {
  const names = clipboardPrograms(platform, env).map(({ copy: [name] }) => name);
  const others = "give the key to a program in a pipe or with run.";
  return remote || names.length === 0
    ? new MistralKeyError(
        "usage",
        "There is no clipboard here: neither a desktop nor a terminal that has one.",
        { hint: `Without a clipboard, ${others}` },
      )
    : new MistralKeyError(
        "usage",
        `The clipboard could not be reached with ${[...new Set(names)].join(" or ")}.`,
        { hint: `Install one of them, or ${others}` },
      );
}
