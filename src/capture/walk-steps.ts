import type { Deps } from "../deps.ts";
import { MistralKeyError } from "../errors.ts";
import { dayAfter, type Expiry, formatDay, parseExpiry } from "../keys/expiry.ts";
import { pictures } from "./pictures.ts";
import type { Step } from "./steps.ts";

/** What walking the steps needs to know. */
export interface Walk {
  readonly steps: readonly Step[];
  /** The index of the step to start with. */
  readonly from: number;
  /** The expiration date, when it is known already; `undefined` asks for it. */
  readonly expiresAt: Expiry | undefined;
  /** Whether pages may be opened in a browser. */
  readonly browser: boolean;
  /** Told before each step is shown, so that a stopped wizard can be taken up again. */
  readonly onStep: (index: number, expiresAt: Expiry | undefined) => void;
}

/** What was learnt on the way. */
export interface Walked {
  /** The last day of the key; `undefined` when it was not asked for, or the person does not know it. */
  readonly expiresAt: Expiry | undefined;
  /** Whether the expiration date was asked for, or known before. */
  readonly asked: boolean;
}

/** What a person answers below a step. */
type Move = "open" | "on" | "back" | "skip";

/**
 * Shows the steps one after the other, up to and including the last, which is only shown: what
 * comes after it is the paste.
 *
 * @throws Cancelled
 */
export async function walkSteps(deps: Deps, walk: Walk): Promise<Walked> {
  const last = walk.steps.length - 1;
  let { expiresAt } = walk;
  let asked = expiresAt !== undefined;
  let opened: string | undefined;
  let index = walk.from;
  while (index <= last) {
    const step = walk.steps[index];
    if (step === undefined) break;
    walk.onStep(index, expiresAt);
    showStep(deps, step, index, walk.steps.length);
    if (index === last) break;
    const move = await askMove(deps, step, { first: index === 0, opened, browser: walk.browser });
    if (move.opened !== undefined) opened = move.opened;
    if (move.to === "back") {
      index -= 1;
      continue;
    }
    if (step.id === "create" && move.to === "on" && expiresAt === undefined) {
      expiresAt = await askExpiry(deps);
      asked = true;
    }
    index = move.to === "skip" ? Math.max(index + 1, last) : index + 1;
  }
  return { expiresAt, asked };
}

function showStep(
  { output }: Deps,
  { id, title, instructions, page }: Step,
  index: number,
  total: number,
): void {
  output.step({ number: index + 1, total, title });
  output.picture(pictures[id]);
  for (const paragraph of instructions) output.paragraph(paragraph);
  output.line(output.theme.link(page));
  output.print();
}

/** Asks what to do below a step until it is left; a page that was opened is left with the next Enter. */
async function askMove(
  deps: Deps,
  step: Step,
  at: { readonly first: boolean; readonly opened: string | undefined; readonly browser: boolean },
): Promise<{ readonly to: Exclude<Move, "open">; readonly opened: string | undefined }> {
  const prompts = await deps.prompts();
  let opened = at.opened;
  for (;;) {
    const canOpen = at.browser && opened !== step.page;
    const enter = canOpen
      ? { press: "enter", does: "open in the browser", value: "open" as Move }
      : { press: "enter", does: "done, go on", value: "on" as Move };
    const move = await prompts.press<Move>({
      keys: [
        enter,
        ...(canOpen ? [{ press: "n", does: "next", value: "on" as Move }] : []),
        { press: "s", does: "skip to paste", value: "skip" as Move },
        ...(at.first ? [] : [{ press: "b", does: "back", value: "back" as Move }]),
      ],
      onPaste: "The key is asked for in the last step, and nothing was taken yet. Press s, then paste it.",
    });
    if (move !== "open") return { to: move, opened };
    opened = step.page;
    const started = await deps.openPage(step.page);
    if (started) deps.output.ok("Opened in your browser. Come back here when it is done.");
    else deps.output.warn("No browser could be started here. Open the address above on any machine.");
  }
}

/**
 * Asks which expiration date was chosen in the console.
 *
 * @throws Cancelled
 */
export async function askExpiry(deps: Deps): Promise<Expiry | undefined> {
  const prompts = await deps.prompts();
  const now = deps.now();
  const inDays = (days: number) => {
    const day = dayAfter(days, now);
    return { value: day, name: `${days} days`, description: formatDay(day) };
  };
  const chosen = await prompts.choose<Expiry | "date" | "unknown">({
    message: "Which expiration did you choose?",
    choices: [
      inDays(30),
      inDays(90),
      inDays(180),
      inDays(365),
      { value: "date", name: "Another date" },
      { value: null, name: "None", description: "the key never ends" },
      { value: "unknown", name: "I do not know", description: "no reminders then" },
    ],
    initial: dayAfter(90, now),
  });
  if (chosen === "unknown") return undefined;
  if (chosen !== "date") return chosen;
  const text = await prompts.text({
    message: "Its last day",
    example: `such as ${formatDay(dayAfter(90, now))}`,
    check: (entered) => {
      try {
        parseExpiry(entered, deps.now());
        return undefined;
      } catch (error) {
        if (error instanceof MistralKeyError) return `${error.message} ${error.hint ?? ""}`.trim();
        throw error;
      }
    },
  });
  return parseExpiry(text, deps.now());
}
