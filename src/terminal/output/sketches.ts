import { displayWidth } from "./layout.ts";
import type { Output } from "./output.ts";
import type { Theme } from "./theme.ts";

/** The pages there is a picture of: one for each of the five steps. */
export type SketchName = "sign-in" | "workspace" | "api-keys" | "create" | "copy";

/** Below this width of the terminal a picture would break; the step says the same in words. */
const narrowestTerminal = 60;

/** How many columns there are between the borders. */
const innerWidth = 52;

interface Picture {
  readonly title: string;
  /** The page, line by line; what stands in braces is the thing to click. */
  readonly lines: readonly string[];
  /** The column of a line between a side bar and the page, counted from the border. */
  readonly sideBar?: number;
}

const pictures: Readonly<Record<SketchName, Picture>> = {
  "sign-in": {
    title: "console.mistral.ai",
    lines: [
      "",
      "  Sign in",
      "",
      "  E-mail   you@example.com",
      "           {▸ Continue ◂}── click here",
      "",
      "  or with an account you have elsewhere",
    ],
  },
  workspace: {
    title: "Mistral AI Studio",
    lines: [
      "",
      "  Your workspace",
      "",
      "  Name   my-workspace",
      "  For    ● me alone   ○ a team",
      "  Terms  ✓ I accept",
      "         {▸ Continue ◂}── click here at the end",
    ],
  },
  "api-keys": {
    title: "Mistral AI Studio",
    lines: [
      "",
      " Home          │",
      " Playground    │",
      " API           │",
      "  {▸ API Keys ◂}─┼── click here",
      "    Usage      │",
      "    Limits     │",
    ],
    sideBar: 15,
  },
  create: {
    title: "Create new key",
    lines: [
      "",
      "  Name         a name you will know again",
      "  Expiration   a date of your choice",
      "  Connectors   Shared connectors only",
      "",
      "  Cancel       {▸ Create new key ◂}── click here",
    ],
  },
  copy: {
    title: "Your new key",
    lines: ["", "  ••••••••••••••••••••••••••••••••", "", "  {▸ Copy ◂}── click here; it is shown only now"],
  },
};

const textForms: Readonly<Record<string, string>> = {
  "┌": "+",
  "┐": "+",
  "└": "+",
  "┘": "+",
  "┴": "+",
  "┼": "+",
  "─": "-",
  "│": "|",
  "▸": ">",
  "◂": "<",
  "●": "*",
  "○": "o",
  "✓": "x",
  "•": "*",
};

/**
 * A small drawing of the console page of a step, with the thing to click marked. It adds nothing
 * to the words of the step, for somebody who cannot see it.
 *
 * @returns the lines, without indentation, 54 columns wide; none on a terminal below 60 columns
 */
export function drawSketch(name: SketchName, output: Pick<Output, "theme" | "columns">): string[] {
  if (output.columns < narrowestTerminal) return [];
  const { title, lines, sideBar } = pictures[name];
  const { theme } = output;
  const bottom = Array.from({ length: innerWidth }, (_, column) => (column === sideBar ? "┴" : "─"));
  return [
    `┌ ${title} ${"─".repeat(innerWidth - title.length - 2)}┐`,
    ...lines.map((line) => {
      const filling = " ".repeat(innerWidth - displayWidth(line.replace(/[{}]/g, "")));
      return `│${line}${filling}│`;
    }),
    `└${bottom.join("")}┘`,
  ].map((line) => paint(line, theme));
}

function paint(line: string, theme: Theme): string {
  const text = theme.unicode ? line : line.replace(/[^ -~]/g, (symbol) => textForms[symbol] ?? "?");
  return text.replace(/\{(.*)\}/, (_, target: string) => theme.accent(theme.strong(target)));
}
