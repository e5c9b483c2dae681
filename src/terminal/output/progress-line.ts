import { hang, padEnd, shorten } from "./layout.ts";
import type { Progress } from "./output.ts";
import { inCharacters } from "./picture.ts";
import type { Theme } from "./theme.ts";

interface ProgressSurface {
  readonly theme: Theme;
  readonly redraws: boolean;
  columns(): number;
  /** Writes to the terminal verbatim. */
  write(text: string): void;
  print(text: string): void;
}

const frameMs = 100;
/** Below this many columns, only the first fact is shown. */
const narrow = 60;
const unicodeFrames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const textFrames = ["-", "\\", "|", "/"];
const eraseLine = "\r\x1b[2K";

/** An animated line for work in progress, replaced by its outcome. */
export class ProgressLine implements Progress {
  #label: string;
  readonly #surface: ProgressSurface;
  #timer: NodeJS.Timeout | undefined;
  #frame = 0;
  #over = false;

  constructor(label: string, surface: ProgressSurface) {
    this.#label = label;
    this.#surface = surface;
  }

  show(): void {
    if (this.#over || !this.#surface.redraws || this.#timer !== undefined) return;
    this.#draw();
    this.#timer = setInterval(() => this.#draw(), frameMs);
    // The work keeps the process alive; its progress line must not.
    this.#timer.unref();
  }

  hide(): void {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#surface.write(eraseLine);
  }

  update(label: string): void {
    this.#label = label;
  }

  succeed(text: string, ...facts: readonly string[]): void {
    if (this.#over) return;
    this.clear();
    const { theme, columns, print } = this.#surface;
    print(hang(`  ${theme.symbol.ok} `, this.#withFacts(text, facts), columns()));
  }

  clear(): void {
    if (this.#over) return;
    this.hide();
    this.#over = true;
  }

  /** Aligns facts in columns across lines, if there is room. */
  #withFacts(text: string, [first, ...others]: readonly string[]): string {
    if (first === undefined) return text;
    if (this.#surface.columns() < narrow) return [text, first].join(", ");
    return [`${padEnd(text, 22)}${first.padStart(8)}`, ...others].join("   ");
  }

  #draw(): void {
    const { theme } = this.#surface;
    const frames = theme.unicode ? unicodeFrames : textFrames;
    const frame = frames[this.#frame++ % frames.length] ?? "";
    // A line that reaches the right edge wraps and can no longer be erased.
    const room = Math.max(this.#surface.columns() - 5, 1);
    const label = shorten(this.#label, room, inCharacters("…", theme));
    this.#surface.write(`${eraseLine}  ${theme.accent(frame)} ${theme.faint(label)}`);
  }
}
