import type { Deps } from "../deps.ts";
import { ApiKey } from "../keys/api-key.ts";
import type { Expiry } from "../keys/expiry.ts";
import { askExpiry } from "./ask-expiry.ts";
import { openPageAndSay } from "./open-page.ts";
import type { ScreenId } from "./pictures.ts";
import { firstStepOf, type Screen, stepsOf } from "./steps.ts";

interface Walk {
  readonly screens: readonly Screen[];
  readonly from: ScreenId;
  /** The expiration date, if known; `undefined` asks for it. */
  readonly expiresAt: Expiry | undefined;
  /** Called before each screen, so that a stopped wizard can be continued. */
  readonly onScreen?: (id: ScreenId, expiresAt: Expiry | undefined) => void;
}

/** The result of {@link walkSteps}. */
export interface Walked {
  /** A key pasted on the way, before the prompt for it. */
  readonly key?: ApiKey | undefined;
  /** The last day of the key; `undefined` when not asked for, or not known to the user. */
  readonly expiresAt: Expiry | undefined;
  /** Whether the expiration date was asked for, or already known. */
  readonly asked: boolean;
  /** Whether the user said that the key was just made. */
  readonly justMade: boolean;
}

/** How a screen is left: to the next one, back, to the paste, or with a pasted key. */
type Move = "on" | "back" | "skip" | ApiKey;

/**
 * Shows the screens in turn. The last one is only shown: the paste comes next.
 *
 * @throws Cancelled
 */
export async function walkSteps(deps: Deps, walk: Walk): Promise<Walked> {
  const { screens } = walk;
  const last = screens.length - 1;
  const opened = new Set<string>();
  let { expiresAt } = walk;
  let asked = expiresAt !== undefined;
  let justMade = false;
  deps.output.outline(stepsOf(screens));
  let index = screens.findIndex(({ id }) => id === walk.from);
  for (let screen = screens[index]; screen !== undefined; screen = screens[index]) {
    walk.onScreen?.(screen.id, expiresAt);
    showScreen(deps, screen, screens);
    if (index === last) break;
    const move = await leaveScreen(deps, screen, index === 0, opened);
    if (move instanceof ApiKey) return { key: move, expiresAt, asked, justMade: screen.id === "create" };
    if (screen.id === "create" && move === "on") {
      justMade = true;
      if (!asked) expiresAt = await askExpiry(deps, { justMade });
      asked = true;
    }
    index = move === "back" ? index - 1 : move === "skip" ? last : index + 1;
  }
  return { expiresAt, asked, justMade };
}

function showScreen({ output }: Deps, screen: Screen, screens: readonly Screen[]): void {
  output.step({
    number: firstStepOf(screens, screen.id),
    total: stepsOf(screens).length,
    titles: screen.steps,
  });
  if (screen.picture !== undefined) output.picture(screen.picture);
  for (const part of screen.instructions) {
    if (typeof part === "string") output.paragraph(part);
    else output.rows(part, 4);
  }
  output.line(output.theme.link(screen.page));
  output.print();
}

/** Prompts below a screen until it is left. Enter opens the page first if it can, then continues. */
async function leaveScreen(deps: Deps, screen: Screen, isFirst: boolean, opened: Set<string>): Promise<Move> {
  const prompts = await deps.prompts();
  for (;;) {
    const canOpen = deps.opensPages && !opened.has(screen.page);
    const move = await prompts.press<Move | "open" | "help", ApiKey>({
      keys: [
        canOpen
          ? { press: "enter", does: "open the page", value: "open" }
          : { press: "enter", does: "done, continue", value: "on" },
        ...(canOpen ? [{ press: "n", does: "next", value: "on" } as const] : []),
        { press: "s", does: "paste now", value: "skip" },
        ...(isFirst ? [] : [{ press: "b", does: "back", value: "back" } as const]),
        ...(screen.troubles === undefined ? [] : [{ press: "h", does: "help", value: "help" } as const]),
      ],
      onKeyPasted: (key) => key,
    });
    if (move === "help") showTroubles(deps, screen);
    else if (move !== "open") return move;
    else {
      opened.add(screen.page);
      await openPageAndSay(deps, screen.page);
    }
  }
}

function showTroubles({ output }: Deps, { troubles = [] }: Screen): void {
  output.print();
  for (const { seen, remedy } of troubles) {
    output.bullet(output.theme.strong(`${seen}?`));
    output.paragraph(remedy, 4);
  }
  output.print();
}
