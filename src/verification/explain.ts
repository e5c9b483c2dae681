import { dayOf, daysLeft, formatDay } from "../keys/expiry.ts";
import type { Answer } from "../mistral/call-outcome.ts";
import { consolePages } from "../mistral/console-pages.ts";
import { addressOf, type Endpoint } from "../mistral/endpoint.ts";
import type { Finding } from "../mistral/finding.ts";
import type { Explanation, KeyHistory } from "../mistral/mistral-api.ts";
import { readRateLimits } from "../mistral/read-answers.ts";
import { retryAfterMs } from "../mistral/retry-after.ts";
import { explainStrangeAnswer } from "./explain-unreachable.ts";

/** What is known besides the answer. */
export interface Situation {
  readonly history: KeyHistory;
  readonly now: Date;
  /** The mask of the key. */
  readonly mask: string;
  /** Whether the key has the shape that Mistral gives keys today. */
  readonly usualShape: boolean;
  readonly endpoint: Endpoint;
  /** The model that was called, or asked for. */
  readonly model: string | undefined;
  /** Whether Codestral's address refused the key, too. */
  readonly noCodestralKey?: boolean;
  /** The time limit of a call, in milliseconds. */
  readonly timeoutMs: number;
}

const rotate = { action: "mistral-key rotate", does: "make a new key and put it in this one's place" };
const openKeys = { action: "mistral-key open keys", does: "see the list of your keys, or make a new one" };
const openLimits = { action: "mistral-key open limits", does: "see the limits of your workspace" };
const openStatus = { action: "mistral-key open status", does: "see whether Mistral has a problem" };

/** A key that was accepted, and how much of it was tried. */
export function explainValid(tried: "authentication" | "completion" | "no-model"): Explanation {
  const sentence = {
    authentication: "Mistral accepts this key.",
    completion: "Mistral accepts this key, and a model answered.",
    "no-model": "Mistral accepts this key, but lists no chat model for it, so none was called.",
  }[tried];
  return { sentence, causes: [], hint: null, next: [] };
}

/** A key that works at Codestral's address and not here. */
export function explainWrongProduct(): Explanation {
  return {
    sentence: "This is a Codestral key: it works at codestral.mistral.ai, and nowhere else.",
    causes: [],
    hint: "Make an API key in the console and use that one here.",
    next: [openKeys],
  };
}

/** A refused key whose last day is past. */
export function explainExpired(lastDay: string): Explanation {
  return {
    sentence: `This key has expired: you entered ${formatDay(lastDay)} as its last day.`,
    causes: [],
    hint: "It needs a new key in its place.",
    next: [rotate],
  };
}

/** What to say to an answer that is not good. */
export function explainAnswer(finding: Finding, answer: Answer, situation: Situation): Explanation {
  const { endpoint, model } = situation;
  switch (finding.diagnosis) {
    case "valid":
      return explainValid("completion");
    case "invalid-key":
      return explainRefusal(situation);
    case "forbidden":
      return {
        sentence: "Mistral knows this key, but does not allow it this call.",
        causes: ["The workspace, its plan or the organization's rules do not include it."],
        hint: "An administrator of the organization can change what the workspace may use.",
        next: [
          { action: "mistral-key open workspaces", does: "see the workspaces and who runs them" },
          { action: "mistral-key open billing", does: "see the plan" },
        ],
      };
    case "no-plan":
      return {
        sentence: "The key is good, but its workspace has no active plan, so every call is refused.",
        facts: model === undefined ? [] : [`Or its plan does not include ${model}.`],
        causes: [],
        hint: `Waiting does not help: go to ${consolePages.subscription} and choose a plan.`,
        next: [openLimits],
      };
    case "rate-limited":
      return explainLimit(answer, situation.now);
    case "over-capacity":
      return {
        sentence: `The key is good, but Mistral is at capacity${model === undefined ? "" : ` for ${model}`}.`,
        causes: [],
        hint: "Try again later, or another model with --model.",
        next: [openStatus],
      };
    case "model-not-found":
      return explainNotFound(situation);
    case "bad-request":
      return {
        sentence: `Mistral did not understand the test call (HTTP ${answer.status}), which says nothing against the key.`,
        causes:
          endpoint.serverUrl === undefined
            ? []
            : [`The server at ${addressOf(endpoint)} changes calls, or is no Mistral API.`],
        hint: "Try again without a proxy or gateway in between. If it stays, please report it as a bug of mistral-key.",
        next: [],
      };
    case "server-error":
    case "unreachable":
      return finding.strange === undefined
        ? {
            sentence: `Mistral itself failed (HTTP ${answer.status}), so nothing is known about the key.`,
            causes: [],
            hint: "Try again in a minute.",
            next: [openStatus],
          }
        : explainStrangeAnswer(finding.strange, answer.status, endpoint);
  }
}

function explainRefusal(situation: Situation): Explanation {
  const { history } = situation;
  return history.lastAcceptedAt === null
    ? explainRefusedNewKey(situation)
    : explainRefusedOldKey(history.lastAcceptedAt, situation);
}

function explainRefusedOldKey(lastAcceptedAt: string, { history, now, mask }: Situation): Explanation {
  const { expiresAt } = history;
  const worked = formatDay(dayOf(new Date(lastAcceptedAt)));
  const end =
    expiresAt === null
      ? "was deleted in the console since"
      : "was deleted in the console or has expired since";
  const facts = [`It worked on ${worked}, so it ${end}.`];
  if (typeof expiresAt === "string") {
    const today = daysLeft(expiresAt, now) === 0 ? ", which is today" : "";
    facts.push(`You entered ${formatDay(expiresAt)} as its last day${today}.`);
  }
  return {
    sentence: notAccepted(mask),
    facts,
    causes: [],
    hint: "It needs a new key in its place.",
    next: [rotate],
  };
}

function explainRefusedNewKey(situation: Situation): Explanation {
  const { mask, usualShape, endpoint, noCodestralKey = false } = situation;
  const causes = [
    ...(usualShape
      ? []
      : [
          "It is not 32 letters and digits as Mistral's keys are today, so a part may be missing or too much.",
        ]),
    ...(endpoint.serverUrl === undefined || endpoint.madeUp
      ? []
      : [`The server at ${addressOf(endpoint)} wants a key of its own (--server-url).`]),
    "It was made less than a minute ago: a new key may be refused for a short while.",
    noCodestralKey
      ? "It is a key of another product: Vibe and Mistral Code have keys of their own. It is no Codestral key."
      : "It is a key of another product: Codestral, Vibe and Mistral Code have keys of their own.",
    "It was mistyped, has expired, or was deleted in the console.",
  ];
  return {
    sentence: notAccepted(mask),
    causes,
    hint: `Compare its first and last four characters with the list at ${consolePages.keys}, or make a new key there.`,
    next: [openKeys],
  };
}

/** Names the key, which nobody saw when it was pasted; a mask that shows nothing of it names nothing. */
function notAccepted(mask: string): string {
  return `Mistral does not accept this key${/^\*+$/.test(mask) ? "" : `, ${mask}`}.`;
}

function explainLimit(answer: Answer, now: Date): Explanation {
  const limits = readRateLimits(answer);
  if (limits?.tokensPerMonth.remaining === 0) {
    return {
      sentence: "The key is good, but the tokens of this month are used up.",
      causes: [],
      hint: `Wait for the next month, or go to ${consolePages.limits} and raise the limit.`,
      next: [openLimits],
    };
  }
  const wait = retryAfterMs(answer.headers["retry-after"], now);
  return {
    sentence: "The key is good, but its rate limit is used up for the moment.",
    causes: [],
    hint: wait === undefined ? "Try again in a minute." : `Try again in ${inWords(wait)}.`,
    next: [openLimits],
  };
}

function explainNotFound({ endpoint, model }: Situation): Explanation {
  if (model !== undefined) {
    return {
      sentence: `The key is good, but Mistral has no model called ${model} for it.`,
      causes: [],
      hint: "Check the name, or leave --model away to try a model that the key may call.",
      next: [{ action: "mistral-key open docs", does: "see the names of the models" }],
    };
  }
  const address = addressOf(endpoint);
  const doubled = /\/v1$/.test(address);
  return {
    sentence: `There is no Mistral API at ${address}, so nothing is known about the key.`,
    causes: [],
    hint: doubled
      ? "Leave /v1 away at the end of --server-url (or MISTRAL_KEY_SERVER_URL)."
      : "Check the address in --server-url (or MISTRAL_KEY_SERVER_URL).",
    next: [],
  };
}

function inWords(ms: number): string {
  const seconds = Math.max(Math.ceil(ms / 1000), 1);
  if (seconds < 120) return seconds === 1 ? "1 second" : `${seconds} seconds`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 120 ? `${minutes} minutes` : `${Math.ceil(minutes / 60)} hours`;
}
