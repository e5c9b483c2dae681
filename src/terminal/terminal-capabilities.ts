import type { ThemeOptions } from "./output/theme.ts";

/** What is known of the terminal before anything is written to it. */
export interface TerminalFacts {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
  /** Whether what is written goes to a terminal. */
  readonly isTerminal: boolean;
  /** Whether the person allows colour on the command line. */
  readonly color: boolean;
}

function isDumb(env: TerminalFacts["env"]): boolean {
  return env.TERM === "dumb";
}

/**
 * Whether something on the terminal may be redrawn in its place: not where the cursor cannot
 * move, nor where a screen reader would read it out again and again (`ACCESSIBLE`, as the prompts
 * of GitHub's and charm's programs know it).
 */
export function canRedraw(env: TerminalFacts["env"]): boolean {
  return !isDumb(env) && !env.ACCESSIBLE;
}

/** What the theme may use on a terminal: colours, symbols outside ASCII, clickable addresses. */
export function detectCapabilities(facts: TerminalFacts): ThemeOptions {
  return {
    colorLevel: detectColorLevel(facts),
    unicode: detectUnicode(facts),
    hyperlinks: detectHyperlinks(facts),
  };
}

/** `--no-color` wins over `FORCE_COLOR`, which wins over `NO_COLOR`, as in Node itself. */
function detectColorLevel({ env, isTerminal, color }: TerminalFacts): ThemeOptions["colorLevel"] {
  // Node takes an empty NO_COLOR for a set one, against its definition, and warns of one beside FORCE_COLOR.
  const { NO_COLOR: none, NODE_DISABLE_COLORS: disabled, ...rest } = env;
  const forced = env.FORCE_COLOR !== undefined;
  if (!color || (!forced && (!isTerminal || none || disabled))) return 0;
  const bits = process.getBuiltinModule("node:tty").WriteStream.prototype.getColorDepth(rest);
  if (bits >= 24) return 3;
  return bits >= 8 ? 2 : bits >= 4 ? 1 : 0;
}

function detectUnicode({ env, platform }: TerminalFacts): boolean {
  if (isDumb(env)) return false;
  if (platform === "win32") {
    // The old console's raster fonts lack the symbols; every newer terminal names itself.
    const named = env.WT_SESSION || env.TERM_PROGRAM || env.ConEmuTask || env.TERMINAL_EMULATOR;
    return Boolean(named) || /^(?:xterm|alacritty|rxvt)/.test(env.TERM ?? "");
  }
  if (env.TERM === "linux") return false;
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG;
  // Containers and cron set no locale at all, and are read on terminals that show UTF-8.
  return locale === undefined || locale === "" || /utf-?8/i.test(locale);
}

/**
 * Terminals that are known to make OSC 8 addresses clickable. Others print the escape sequence or
 * drop the text, so one that is not known gets plain text; most make a plain address clickable too.
 */
function detectHyperlinks({ env, isTerminal }: TerminalFacts): boolean {
  const term = env.TERM ?? "";
  if (!isTerminal || isDumb(env) || runsInCi(env) || env.TMUX || /^(?:screen|tmux)/.test(term)) return false;
  if (/^(?:iTerm\.app|vscode|WezTerm|ghostty|Hyper|Tabby)$/.test(env.TERM_PROGRAM ?? "")) return true;
  if (/^(?:xterm-kitty|alacritty|foot|xterm-ghostty|contour)/.test(term)) return true;
  return Boolean(env.WT_SESSION || env.KITTY_WINDOW_ID || env.KONSOLE_VERSION || env.VTE_VERSION);
}

/** Whether this is a job of a CI system, where nobody can answer or look: `CI` is set, and not to 0 or false. */
export function runsInCi({ CI: ci }: TerminalFacts["env"]): boolean {
  return ci !== undefined && ci !== "" && ci !== "0" && ci.toLowerCase() !== "false";
}

/** Whether the person is on another machine, and here over SSH. */
export function isRemote(env: TerminalFacts["env"]): boolean {
  return Boolean(env.SSH_CONNECTION || env.SSH_TTY || env.SSH_CLIENT);
}

/**
 * Whether pages can be opened where the person sees them: with the command in `BROWSER`, unless that
 * is `none`, else on the desktop, where there is one.
 */
export function opensPages(env: TerminalFacts["env"], platform: string): boolean {
  const browser = env.BROWSER?.trim();
  return browser ? browser.toLowerCase() !== "none" : hasDesktop(env, platform);
}

/** Whether a window that opens here would be seen by the person at this terminal. */
function hasDesktop(env: TerminalFacts["env"], platform: string): boolean {
  if (runsInCi(env) || isRemote(env)) return false;
  if (platform === "win32" || platform === "darwin") return true;
  return Boolean(env.DISPLAY || env.WAYLAND_DISPLAY || env.WSL_DISTRO_NAME);
}
