import type { Deps } from "../deps.ts";
import type { ApiKey } from "../keys/api-key.ts";
import type { Expiry } from "../keys/expiry.ts";
import { askExpiry } from "./ask-expiry.ts";
import type { ScreenId } from "./pictures.ts";
import { firstStepOf, type Screen } from "./steps.ts";

/** What walking the steps needs to know. */
export interface Walk {
  readonly screens: readonly Screen[];
  /** The screen to start with. */
  readonly from: ScreenId;
  /** The expiration date, when it is known already; `undefined` asks for it. */
  readonly expiresAt: Expiry | undefined;
  /** Whether pages may be opened in a browser. */
  readonly browser: boolean;
  /** Told before each screen is shown, so that a stopped wizard can be taken up again. */
  readonly onScreen?: (id: ScreenId, expiresAt: Expiry | undefined) => void;
}

/** What was learnt on the way. */
export interface Walked {
  /** A key that was pasted on the way, before it was asked for. */
  readonly key?: ApiKey | undefined;
  /** The last day of the key; `undefined` when it was not asked for, or the person does not know it. */
  readonly expiresAt: Expiry | undefined;
  /** Whether the expiration date was asked for, or known before. */
  readonly asked: boolean;
  /** Whether the key was made a moment ago, as far as the person has said. */
  readonly justMade: boolean;
}

/** What a person answers below a screen. */
type Move = "open" | "on" | "back" | "skip" | "help";

type Walking = Pick<Deps, "output" | "prompts" | "now" | "openPage">;

/**
 * Shows the screens one after the other, up to and including the last, which is only shown: what
 * comes after it is the paste.
 *
 * @throws Cancelled
 */
export async function walkSteps(deps: Walking, walk: Walk): Promise<Walked> {
  const { screens } = walk;
  const last = screens.length - 1;
  let { expiresAt } = walk;
  let asked = expiresAt !== undefined;
  let justMade = false;
  let opened: string | undefined;
  let index = screens.findIndex(({ id }) => id === walk.from);
  for (let screen = screens[index]; screen !== undefined; screen = screens[index]) {
    walk.onScreen?.(screen.id, expiresAt);
    showScreen(deps, screen, screens);
    if (index === last) break;
    const left = await leaveScreen(deps, screen, { first: index === 0, opened, browser: walk.browser });
    opened = left.opened;
    if (left.key !== undefined) {
      return { key: left.key, expiresAt, asked, justMade: screen.id === "create" };
    }
    if (screen.id === "create" && left.to === "on") {
      justMade = true;
      if (!asked) expiresAt = await askExpiry(deps, { justMade });
      asked = true;
    }
    index = left.to === "back" ? index - 1 : left.to === "skip" ? last : index + 1;
  }
  return { expiresAt, asked, justMade };
}

function showScreen({ output }: Walking, screen: Screen, screens: readonly Screen[]): void {
  output.step({
    number: firstStepOf(screens, screen.id),
    total: screens.flatMap(({ steps }) => steps).length,
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

/** How a screen was left. */
interface Left {
  readonly to?: "on" | "back" | "skip";
  /** A key that was pasted in place of an answer. */
  readonly key?: ApiKey;
  /** The page that was opened last. */
  readonly opened: string | undefined;
}

/** Asks what to do below a screen until it is left; a page that was opened is left with the next Enter. */
async function leaveScreen(
  deps: Walking,
  screen: Screen,
  at: { readonly first: boolean; readonly opened: string | undefined; readonly browser: boolean },
): Promise<Left> {
  const prompts = await deps.prompts();
  let { opened } = at;
  for (;;) {
    const canOpen = at.browser && opened !== screen.page;
    const move = await prompts.press<Move, ApiKey>({
      keys: [
        canOpen
          ? { press: "enter", does: "open the page", value: "open" }
          : { press: "enter", does: "done, go on", value: "on" },
        ...(canOpen ? [{ press: "n", does: "next", value: "on" } as const] : []),
        { press: "s", does: "paste now", value: "skip" },
        ...(at.first ? [] : [{ press: "b", does: "back", value: "back" } as const]),
        ...(screen.troubles.length === 0 ? [] : [{ press: "h", does: "help", value: "help" } as const]),
      ],
      onKeyPasted: (key) => key,
    });
    switch (move) {
      case "open":
        opened = screen.page;
        if (await deps.openPage(screen.page)) {
          deps.output.ok("Opened in your browser. Come back here when it is done.");
        } else {
          deps.output.warn("No browser could be started here. Open the address above on any machine.");
        }
        break;
      case "help":
        showTroubles(deps, screen);
        break;
      case "on":
      case "back":
      case "skip":
        return { to: move, opened };
      default:
        return { key: move, opened };
    }
  }
}

function showTroubles({ output }: Walking, { troubles }: Screen): void {
  output.print();
  for (const { seen, remedy } of troubles) {
    output.bullet(output.theme.strong(`${seen}?`));
    output.paragraph(remedy, 4);
  }
  output.print();
}
