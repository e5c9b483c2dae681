import type { Answer, End, PageEvent, Reply } from "../messages.ts";
import { ask, endQuestion } from "./ask.ts";
import { byId } from "./elements.ts";
import { finishSteps, showEvent } from "./show-event.ts";

const endings: Readonly<Record<End, string>> = {
  done: "Finished. The program has stopped serving this page; you can close it.",
  failed: "The program has stopped. Your terminal says how to continue.",
  stopped: "The program was stopped. If something is left to do, your terminal says how.",
  idle: "Nothing was done here for ten minutes, so the program has stopped. Your terminal says how to continue.",
};
/** The tunnel of a remote machine may come back, so the proof is kept. */
const lost =
  "The connection to the program was lost. If the program still runs in your terminal, reload this page.";
const missing =
  "This page needs the link that the terminal shows. If it is open in another tab, continue there.";
const refused =
  "This link is incomplete, or was used before. If the page is open in another tab, continue there. If not, because you closed it or somebody else used the link, press Ctrl-C in the terminal and run the command again.";
/** Session storage key of the proof, so that a reload stays authenticated. */
const proofPlace = "mistral-key-page";
const tries = 3;

let place = 0;
let isOver = false;
/** Whether the shown step has no question yet; it is read from the top. */
let isNewStep = false;

// Starts after the first paint; a hidden page does not paint.
const painted = new Promise<unknown>((resolve) => {
  new PerformanceObserver(resolve).observe({ type: "paint", buffered: true });
  setTimeout(resolve, document.hidden ? 0 : 2000);
});
void painted.then(start);

// The link, opened again in this tab, differs from its address only in what follows the "#".
addEventListener("hashchange", () => location.reload());

async function start(): Promise<void> {
  const isLink = location.hash !== "";
  const proof = await enter();
  if (proof === undefined) return end(isLink ? refused : missing);
  for (let left = tries; left > 0 && !isOver; left -= 1) {
    if (await follow(proof).catch(() => false)) left = tries;
    if (!isOver) await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  if (!isOver) end(lost);
}

/** Exchanges the link's token for a proof and removes it from the address bar. */
async function enter(): Promise<string | undefined> {
  const token = location.hash.slice(1);
  history.replaceState(null, "", "/");
  const known = sessionStorage.getItem(proofPlace) ?? undefined;
  if (token === "") return known;
  const response = await post("/session", { token }).catch(() => undefined);
  // This tab may be the one that used the link.
  if (!response?.ok) return known;
  const { proof } = (await response.json()) as { readonly proof: string };
  sessionStorage.setItem(proofPlace, proof);
  return proof;
}

/** Reads events until the stream ends. Returns whether any came. */
async function follow(proof: string): Promise<boolean> {
  const response = await post("/events", { from: place }, proof);
  if (!response.ok || response.body === null) return false;
  byId("state").textContent = "Connected to the program in your terminal.";
  if (place === 0) byId("where").textContent = "";
  const before = place;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value = "" } = await reader.read();
    if (done) return place > before;
    const messages = (rest + value).split("\n\n");
    rest = messages.pop() ?? "";
    for (const message of messages) {
      place += 1;
      receive(JSON.parse(message.slice("data: ".length)) as PageEvent, proof);
    }
  }
}

function receive(event: PageEvent, proof: string): void {
  switch (event.type) {
    case "question":
      ask(event.question, async (id: number, answer: Answer): Promise<Reply> => {
        // The server takes no more than this, and cuts the connection.
        if (new TextEncoder().encode(JSON.stringify(answer)).length > 8000)
          return { outcome: "refused", reason: "That is too long." };
        const response = await post("/answer", { id, answer }, proof);
        if (!response.ok) throw new Error(String(response.status));
        return (await response.json()) as Reply;
      });
      if (!isNewStep) byId("ask").scrollIntoView({ block: "nearest" });
      isNewStep = false;
      break;
    case "answered":
      endQuestion();
      break;
    case "end":
      if (event.how === "done") finishSteps();
      sessionStorage.removeItem(proofPlace);
      end(endings[event.how]);
      break;
    default:
      isNewStep ||= event.type === "step";
      showEvent(event);
  }
}

function end(text: string): void {
  isOver = true;
  endQuestion();
  document.body.classList.add("ended");
  byId("state").textContent = text;
  if (byId("log").childElementCount === 0) byId("where").textContent = "Not connected";
}

function post(path: string, body: object, proof?: string): Promise<Response> {
  return fetch(path, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(proof === undefined ? {} : { "x-mistral-key-page": proof }),
    },
    body: JSON.stringify(body),
    credentials: "same-origin",
    cache: "no-store",
    redirect: "error",
  });
}
