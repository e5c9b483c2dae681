import type { ThemeOptions } from "./output/theme.ts";

/** What is known about the terminal before the first write. */
export interface TerminalFacts {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
  readonly isTerminal: boolean;
  readonly color: boolean;
}

function isDumb(env: TerminalFacts["env"]): boolean {
  return env.TERM === "dumb";
}

/**
 * Whether output may be redrawn in place: not where the cursor cannot move, nor where a screen reader would
 * read it aloud every time (`ACCESSIBLE`, as in the prompts of GitHub's and Charm's tools).
 */
export function canRedraw(env: TerminalFacts["env"]): boolean {
  return !isDumb(env) && !env.ACCESSIBLE;
}

/** Detects what the theme may use: colours, symbols outside ASCII, hyperlinks. */
export function detectCapabilities(facts: TerminalFacts): ThemeOptions {
  return {
    colorLevel: detectColorLevel(facts),
    unicode: detectUnicode(facts),
    hyperlinks: detectHyperlinks(facts),
  };
}

/** `--no-color` wins over `FORCE_COLOR`, which wins over `NO_COLOR`, as in Node itself. */
function detectColorLevel({ env, isTerminal, color }: TerminalFacts): ThemeOptions["colorLevel"] {
  // Node treats an empty NO_COLOR as set, contrary to its spec, and warns if FORCE_COLOR is set too.
  const { NO_COLOR: none, NODE_DISABLE_COLORS: disabled, ...rest } = env;
  const forced = env.FORCE_COLOR !== undefined;
  if (!color || (!forced && (!isTerminal || none || disabled))) return 0;
  const bits = process.getBuiltinModule("node:tty").WriteStream.prototype.getColorDepth(rest);
  if (bits >= 24) return 3;
  return bits >= 8 ? 2 : bits >= 4 ? 1 : 0;
}

function detectUnicode({ env, platform, isTerminal }: TerminalFacts): boolean {
  if (isDumb(env)) return false;
  if (platform === "win32") {
    // The old console's raster fonts lack the symbols; every newer terminal names itself. What goes into a
    // pipe PowerShell decodes with the system's old code page; in Git's bash even the terminal is a pipe.
    const named = env.WT_SESSION || env.TERM_PROGRAM || env.ConEmuTask || env.TERMINAL_EMULATOR;
    return (isTerminal && Boolean(named)) || /^(?:xterm|alacritty|rxvt)/.test(env.TERM ?? "");
  }
  if (env.TERM === "linux") return false;
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG;
  // Containers and cron set no locale, but their output is read on UTF-8 terminals.
  return locale === undefined || locale === "" || /utf-?8/i.test(locale);
}

/**
 * Whether the terminal is known to support OSC 8 links. Others print the escape sequence or drop the text,
 * so unknown ones get plain URLs, which most terminals make clickable anyway.
 */
function detectHyperlinks({ env, isTerminal }: TerminalFacts): boolean {
  const term = env.TERM ?? "";
  if (!isTerminal || isDumb(env) || runsInCi(env) || env.TMUX || /^(?:screen|tmux)/.test(term)) return false;
  if (/^(?:iTerm\.app|vscode|WezTerm|ghostty|Hyper|Tabby)$/.test(env.TERM_PROGRAM ?? "")) return true;
  if (/^(?:xterm-kitty|alacritty|foot|xterm-ghostty|contour)/.test(term)) return true;
  return Boolean(env.WT_SESSION || env.KITTY_WINDOW_ID || env.KONSOLE_VERSION || env.VTE_VERSION);
}

/** Whether this is a CI job, where nobody can answer or watch: `CI` is set, but not to 0 or false. */
export function runsInCi({ CI: ci }: TerminalFacts["env"]): boolean {
  return ci !== undefined && ci !== "" && ci !== "0" && ci.toLowerCase() !== "false";
}

/** Whether the user is connected over SSH. */
export function isRemote(env: TerminalFacts["env"]): boolean {
  return Boolean(env.SSH_CONNECTION || env.SSH_TTY || env.SSH_CLIENT);
}

/**
 * Whether pages can be opened where the user sees them: with the command in `BROWSER` unless it is `none`,
 * otherwise on a desktop, if there is one.
 */
export function opensPages(env: TerminalFacts["env"], platform: string): boolean {
  const browser = env.BROWSER?.trim();
  return browser ? browser.toLowerCase() !== "none" : hasDesktop(env, platform);
}

function hasDesktop(env: TerminalFacts["env"], platform: string): boolean {
  if (runsInCi(env) || isRemote(env)) return false;
  if (platform === "win32" || platform === "darwin") return true;
  return Boolean(env.DISPLAY || env.WAYLAND_DISPLAY || env.WSL_DISTRO_NAME);
}
