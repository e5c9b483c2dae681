import { Chalk, type ChalkInstance } from "chalk";
import type { Style } from "./output.ts";

/** Terminal features the theme depends on. */
export interface ThemeOptions {
  /** 0: none, 1: 16 colours, 2: 256 colours, 3: 24-bit colour. */
  readonly colorLevel: 0 | 1 | 2 | 3;
  readonly unicode: boolean;
  readonly hyperlinks: boolean;
}

/** Colours and symbols for a terminal, chosen only here. Every symbol has an ASCII form. */
export interface Theme extends ThemeOptions, Style {
  readonly symbol: Readonly<Record<keyof typeof unicodeSymbols, string>>;
}

const unicodeSymbols = {
  ok: "✓",
  warn: "!",
  fail: "✗",
  next: "›",
  filled: "●",
  empty: "○",
  bullet: "•",
};
const textSymbols = {
  ok: "[ok]",
  warn: "[!]",
  fail: "[x]",
  next: ">",
  filled: "#",
  empty: "-",
  bullet: "*",
};

const meterLength = 10;

/** Builds the theme for a terminal. */
export function createTheme(options: ThemeOptions): Theme {
  const chalk: ChalkInstance = new Chalk({ level: options.colorLevel });
  // No 16-colour palette has Mistral's orange; yellow is the closest that is legible on light and dark.
  // Of 256 colours, 202 is the closest; chalk would take 208, which is hard to read on white.
  const orange = options.colorLevel === 3 ? chalk.hex("#FA520F") : chalk.ansi256(202);
  const accent = options.colorLevel >= 2 ? orange : chalk.yellow;
  const symbols = options.unicode ? unicodeSymbols : textSymbols;
  return {
    ...options,
    accent: (text) => accent(text),
    strong: (text) => chalk.bold(text),
    faint: (text) => chalk.dim(text),
    caution: (text) => chalk.yellow(text),
    link: (url) => {
      const shown = chalk.underline(url);
      return options.hyperlinks ? `\x1b]8;;${url}\x07${shown}\x1b]8;;\x07` : shown;
    },
    meter: (share) => {
      const filled = share <= 0 ? 0 : Math.max(1, Math.min(Math.round(share * meterLength), meterLength));
      return accent(symbols.filled.repeat(filled)) + chalk.dim(symbols.empty.repeat(meterLength - filled));
    },
    symbol: {
      ok: chalk.green(symbols.ok),
      warn: chalk.yellow(symbols.warn),
      fail: chalk.red(symbols.fail),
      next: accent(symbols.next),
      filled: accent(symbols.filled),
      empty: chalk.dim(symbols.empty),
      bullet: symbols.bullet,
    },
  };
}
