import { MistralKeyError } from "../errors.ts";
import type { ProgramSearch } from "../files/find-program.ts";
import type { ApiKey } from "../keys/api-key.ts";
import { fingerprintOf } from "../keys/fingerprint.ts";
import { launchProgram } from "../running/start-program.ts";
import { isRemote } from "../terminal/terminal-capabilities.ts";
import { clipboardPrograms } from "./clipboard-programs.ts";
import { copyToDesktop } from "./desktop-clipboard.ts";

/** How a key was put on a clipboard. */
export type Copied =
  | {
      readonly where: "desktop";
      /** Whether clipboard histories are asked not to keep it. */
      readonly concealed: boolean;
      /** Seconds until it is cleared, if still there; `undefined` if that could not be scheduled. */
      readonly clearedAfter: number | undefined;
    }
  /** The terminal was asked to copy it to its own clipboard; it does not report success. */
  | { readonly where: "terminal" };

interface ClipboardPlace extends ProgramSearch {
  /** Writes to the terminal; `undefined` if there is none. */
  readonly writeTerminal: ((text: string) => void) | undefined;
  /** How to start this program, to clear the key later; see `clearLater`. */
  readonly self: readonly [program: string, ...args: string[]];
}

/** Seconds that a key stays on the clipboard, as in the password manager `pass`. */
const clearedAfter = 45;

/**
 * Copies a key to the user's clipboard: the desktop's or, over SSH, the terminal's own.
 *
 * @throws MistralKeyError of kind `usage` if no clipboard can be reached
 */
export async function copyKey(key: ApiKey, place: ClipboardPlace): Promise<Copied> {
  const { env, platform } = place;
  const remote = isRemote(env);
  // Over SSH, these two reach the remote clipboard; a forwarded display reaches the local one.
  const reachesDesktop = !remote || (platform !== "darwin" && platform !== "win32");
  if (reachesDesktop && clipboardPrograms(platform, env).length > 0) {
    // Started first, so the key is cleared even if this process is killed or cannot read it back.
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
  // A failed start is known at once; nothing waits for the exit.
  const end = await launchProgram(program, args, { ...place, input, failsWithinMs: 0 });
  return end === undefined ? clearedAfter : undefined;
}

/** These print the sequence, or wait forever for its end. */
function canAsk(term = ""): boolean {
  return !["", "dumb", "linux"].includes(term);
}

/**
 * OSC 52 asks a terminal to copy a text to its clipboard; tmux forwards it if wrapped and its settings allow
 * it. Source: XTerm Control Sequences, patch 390; tmux(1), `allow-passthrough` and `set-clipboard`.
 */
function askTerminal(key: ApiKey, { TMUX }: ProgramSearch["env"]): string {
  const sequence = `\x1b]52;c;${Buffer.from(key.reveal()).toString("base64")}\x07`;
  return TMUX ? `${sequence}\x1bPtmux;${sequence.replaceAll("\x1b", "\x1b\x1b")}\x1b\\` : sequence;
}

function noClipboard({ platform, env }: ProgramSearch, remote: boolean): MistralKeyError {
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
