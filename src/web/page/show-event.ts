import type { PageEvent, StyledRow } from "../messages.ts";
import { byId, isAddress, make, plain, styled, withCopyButton } from "./elements.ts";
import { drawPicture } from "./picture.ts";

const progresses = new Map<number, HTMLElement>();

/** Appends what the program said to the page. */
export function showEvent(event: Exclude<PageEvent, { type: "question" | "answered" | "end" }>): void {
  switch (event.type) {
    case "say":
      add(saying(event));
      return;
    case "outline":
      outline(event.steps);
      return;
    case "step":
      showStep(event);
      return;
    case "picture":
      byId("log").append(drawPicture(event.picture));
      return;
    case "rows": {
      if (event.title === undefined) {
        add(listing(event.rows));
        return;
      }
      const title = make("h2", {}, ...styled(event.title));
      add(make("div", { className: "card" }, title, listing(event.rows)));
      return;
    }
    case "progress":
      showProgress(event);
      return;
  }
}

function add(element: HTMLElement): void {
  byId("log").append(element);
}

function saying({ verb, text }: Extract<PageEvent, { type: "say" }>): HTMLElement {
  const isCommand = verb === "line" && !isAddress(plain(text).trim());
  if (isCommand) return make("div", { className: "line" }, ...withCopyButton(text));
  return make("p", { className: verb }, ...styled(text));
}

function outline(steps: readonly string[]): void {
  byId("steps").replaceChildren(
    ...steps.map((title) => make("li", {}, make("span", { className: "title" }, title))),
  );
  byId("where").textContent = `${steps.length} steps`;
}

/** Gives a step the page to itself; what came before it can still be opened. */
function showStep({ number, total, titles }: Extract<PageEvent, { type: "step" }>): void {
  const last = number + titles.length - 1;
  for (const [index, item] of [...byId("steps").children].entries()) {
    const step = index + 1;
    item.className = step < number ? "done" : step > last ? "" : "now";
    if (item.className === "now") item.setAttribute("aria-current", "step");
    else item.removeAttribute("aria-current");
  }
  const steps = titles.length === 1 ? `Step ${number}` : `Steps ${number} and ${last}`;
  byId("where").textContent = `${steps} of ${total}`;
  document.title = `${steps} of ${total} · mistral-key`;
  const before = byId("before");
  before.lastElementChild?.append(...byId("log").childNodes);
  before.hidden = false;
  for (const title of titles) add(make("h2", {}, title));
  scrollTo(0, 0);
}

/** Marks all steps done. */
export function finishSteps(): void {
  for (const item of byId("steps").children) item.className = "done";
}

function listing(rows: readonly StyledRow[]): HTMLElement {
  const list = make("dl");
  for (const { label, value } of rows) {
    const [first] = value;
    // A value in bold is a command.
    const isCommand = value.length === 1 && typeof first === "object" && first.style === "strong";
    const content = isCommand ? withCopyButton(value) : [make("span", {}, ...styled(value))];
    list.append(make("dt", {}, ...styled(label)), make("dd", {}, ...content));
  }
  return list;
}

function showProgress({ id, state, text }: Extract<PageEvent, { type: "progress" }>): void {
  const line = progresses.get(id) ?? make("p");
  if (!progresses.has(id)) add(line);
  progresses.set(id, line);
  line.className = state;
  line.replaceChildren(...styled(text));
  if (state === "gone") line.remove();
}
