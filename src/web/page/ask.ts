import { keyInText } from "../../keys/mask.ts";
import type { Answer, Question, Reply } from "../messages.ts";
import { byId, make, styled } from "./elements.ts";

/** Sends an answer to the program. */
export type Send = (id: number, answer: Answer) => Promise<Reply>;

let taking: ((text: string) => void) | undefined;

/** Asks a question; its form stays until an answer is accepted. */
export function ask(question: Question, send: Send): void {
  const form = make("form", { attributes: { autocomplete: "off", novalidate: "" } });
  const note = make("p", { className: "note", attributes: { role: "status", id: "note" } });
  const answer = async (given: Answer): Promise<void> => {
    const buttons = [...form.querySelectorAll("button")];
    for (const button of buttons) button.disabled = true;
    const reply = await send(question.id, given).catch(() => undefined);
    if (reply?.outcome === "taken" || reply?.outcome === "stale") return;
    for (const button of buttons) button.disabled = false;
    say(note, reply?.reason ?? "The program did not answer. Try again.", true);
    if (reply?.outcome === "unusual") offerAnyway(form, () => answer({ ...given, anyway: true }));
    form.querySelector("input")?.focus();
  };
  const { elements, entered } = partsOf(question, note, answer);
  form.append(...elements);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (entered !== undefined) void answer(entered());
  });
  if (question.handsOver) {
    const handOver = button("Answer in the terminal", () => answer({ instead: "terminal" }));
    handOver.className = "aside";
    form.append(handOver);
  }
  byId("ask").replaceChildren(
    make("h2", { attributes: { id: "question" } }, ...styled(question.message)),
    form,
  );
  const first = form.querySelector<HTMLElement>("input, button.main");
  first?.focus({ preventScroll: true });
  taking = question.takesKey ? (text) => void answer({ isKey: true, text }) : undefined;
}

/** Removes the question and clears its inputs. */
export function endQuestion(): void {
  taking = undefined;
  for (const input of byId("ask").querySelectorAll("input")) input.value = "";
  byId("ask").replaceChildren();
}

/** A key pasted outside a hidden field is an answer if one is accepted; a field for a name would show it. */
document.addEventListener("paste", (event) => {
  const text = event.clipboardData?.getData("text/plain") ?? "";
  const field = event.target instanceof HTMLInputElement ? event.target : undefined;
  const looksLikeKey = keyInText.test(text) || /^[A-Za-z0-9]{32}$/.test(text.trim());
  const mayBeKey = field === undefined ? text.trim().length >= 32 : looksLikeKey;
  if (field?.type === "password" || !mayBeKey) return;
  if (field !== undefined) event.preventDefault();
  if (taking !== undefined) taking(text);
  else if (field !== undefined) {
    say(byId("note"), "That looks like a key, but no key is asked for here, so it was not used.", true);
  }
});

type Answering = (answer: Answer) => Promise<void>;

/** What a form shows, and what it sends with Enter. */
interface Parts {
  readonly elements: readonly HTMLElement[];
  readonly entered?: () => Answer;
}

function partsOf(question: Question, note: HTMLElement, answer: Answering): Parts {
  switch (question.form) {
    case "choose":
      return { elements: [choicesOf(question, answer), note] };
    case "text": {
      const { day, example } = question;
      const input = field(
        day ? { type: "date", value: day.initial, min: day.first } : { type: "text", placeholder: example },
      );
      const label = labelled(day ? "Day" : "Your answer", input);
      return { elements: [label, note, buttons(submit("Continue"))], entered: () => ({ text: input.value }) };
    }
    case "key": {
      const input = field({ type: "password", "aria-describedby": "note" });
      describeLength(note, "");
      input.addEventListener("input", () => describeLength(note, input.value.trim()));
      const others = [
        ...(question.offers ? [button("Use the made-up key", () => answer({ instead: "offered" }))] : []),
        ...(question.canGoBack ? [button("Back", () => answer({ instead: "back" }))] : []),
      ];
      return {
        elements: [labelled("Key", input), note, buttons(submit("Use this key"), ...others)],
        entered: () =>
          question.offers && input.value === "" ? { instead: "offered" } : { text: input.value },
      };
    }
    case "passphrase": {
      const input = field({ type: "password" });
      const again = field({ type: "password" });
      const second = question.twice ? [labelled("The same again", again)] : [];
      return {
        elements: [labelled("Passphrase", input), ...second, note, buttons(submit("Continue"))],
        entered: () => ({ text: input.value, again: again.value }),
      };
    }
  }
}

function choicesOf(
  { choices, initial }: Extract<Question, { form: "choose" }>,
  answer: Answering,
): HTMLElement {
  const rows = choices.map(({ name, description }, choice) => {
    const button = make("button", { attributes: { type: "button" } }, ...styled(name));
    if (choice === initial) button.className = "main";
    if (description.length > 0) button.append(make("span", { className: "faint" }, ...styled(description)));
    button.addEventListener("click", () => void answer({ choice }));
    return button;
  });
  const isLong = choices.some(({ description }) => description.length > 0);
  const group = { role: "group", "aria-labelledby": "question" };
  return make("div", { className: isLong ? "choices long" : "choices", attributes: group }, ...rows);
}

function describeLength(note: HTMLElement, text: string): void {
  const count = text.length === 1 ? "1 character" : `${text.length} characters`;
  if (text === "") say(note, "Paste it here; it stays hidden.");
  else if (/^[A-Za-z0-9]{32}$/.test(text)) say(note, `${count}, looks right`);
  else say(note, `${count}, usually 32 letters and digits`);
}

function offerAnyway(form: HTMLFormElement, anyway: () => Promise<void>): void {
  form.querySelector(".anyway")?.remove();
  const offered = button("Use it anyway", anyway);
  offered.classList.add("anyway");
  form.querySelector(".choices")?.append(offered);
}

function say(note: HTMLElement, text: string, isBad = false): void {
  note.className = isBad ? "note bad" : "note";
  note.textContent = text;
}

function field(attributes: Readonly<Record<string, string>>): HTMLInputElement {
  const never = { autocomplete: "off", autocapitalize: "off", spellcheck: "false", autocorrect: "off" };
  // Tells password managers not to offer to save the input.
  const ignored = { "data-1p-ignore": "", "data-lpignore": "true", "data-bwignore": "" };
  return make("input", { attributes: { ...never, ...ignored, ...attributes } });
}

function labelled(text: string, input: HTMLInputElement): HTMLElement {
  return make("label", {}, text, input);
}

function submit(text: string): HTMLButtonElement {
  return make("button", { className: "main", attributes: { type: "submit" } }, text);
}

function button(text: string, act: () => Promise<void>): HTMLButtonElement {
  const made = make("button", { attributes: { type: "button" } }, text);
  made.addEventListener("click", () => void act());
  return made;
}

function buttons(...all: readonly HTMLElement[]): HTMLElement {
  return make("div", { className: "choices" }, ...all);
}
