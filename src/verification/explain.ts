import { dayOf, formatDay } from "../keys/expiry.ts";
import { addressOf } from "../mistral/endpoint.ts";
import { say } from "../mistral/facts.ts";
import type { Assessed, CallContext } from "../mistral/mistral-api.ts";
import { showName } from "../outside-text.ts";
import { aboutKey, explainFailure, explainForeignAnswer } from "./explain-unreachable.ts";
import type { Explanation } from "./explanation.ts";
import { facts } from "./facts.ts";
import { isRefusal } from "./verdict.ts";

const rotate = { command: "rotate", does: "replace this key with a new one" };
const goBack = { command: "rotate --abort", does: "go back to the old key" };
const finish = { command: "rotate --finish", does: "finish the rotation" };
const openKeys = { command: "open keys", does: "see the list of your keys, or make a new one" };
const openStatus = { command: "open status", does: "see whether Mistral has a problem" };

/** The ways out of an unfinished rotation when one of its keys, or another one in use, is refused. */
const waysOut = { new: [goBack], old: [finish], other: [goBack] } as const;

/** Explains an assessment in words. */
export function explain(assessed: Assessed): Explanation {
  const explanation = explainAnswer(assessed);
  const { inRotation } = assessed.context.history;
  if (inRotation === undefined || !isRefusal(assessed.diagnosis)) return explanation;
  const { next = [] } = explanation;
  return {
    ...explanation,
    hint: "A rotation of this profile is not finished. End that first.",
    next: [...waysOut[inRotation], ...next.filter((one) => one !== rotate)],
  };
}

function explainAnswer(assessed: Assessed): Explanation {
  const { context } = assessed;
  const { endpoint, model } = context;
  switch (assessed.diagnosis) {
    case "valid":
      return {
        sentence: {
          authentication: "Mistral accepts this key.",
          completion: "Mistral accepts this key, and a model answered.",
          "no-model": "Mistral accepts this key, but lists no chat model for it, so none was called.",
        }[assessed.tried],
      };
    case "invalid-key":
      return context.history.lastAcceptedAt === null
        ? explainRefusedNewKey(context, assessed.codestral === "refused")
        : explainRefusedOldKey(context.history.lastAcceptedAt, context);
    case "expired":
      return {
        sentence: `This key has expired: ${formatDay(assessed.lastDay)} is noted as its last day.`,
        hint: "Replace it with a new key.",
        next: [rotate],
      };
    case "wrong-product": {
      const { codestralKey: codestral, vibeKey: vibe, otherKey: other } = facts;
      const keep = assessed.product === "vibe" ? " Keep this one for Vibe." : "";
      return {
        sentence: say({ codestral, vibe, other }[assessed.product]),
        hint: say(facts.makeStudioKey) + keep,
        next: [openKeys],
      };
    }
    case "forbidden":
      return {
        sentence: "Mistral knows this key, but does not allow it this call.",
        causes: [say(facts.forbidden)],
        hint: say(facts.askAdmin),
        next: [{ command: "open workspaces", does: "see the workspaces and who runs them" }],
      };
    case "no-plan":
      return assessed.missing === "payment"
        ? {
            sentence: say(facts.payment),
            causes: [say(facts.paymentCauses)],
            hint: say(facts.pay),
            next: [{ command: "open billing", does: "see the payment method, the credit and the invoices" }],
          }
        : {
            sentence: say(facts.noPlan, {
              orWithoutModel: model === undefined ? "" : `, or one that does not include ${showName(model)}`,
            }),
            hint: say(facts.choosePlan),
            next: [{ command: "open subscription", does: "see the plans, and choose one" }],
          };
    case "rate-limited":
      return explainLimit(assessed.limit, assessed.retryAfterMs);
    case "over-capacity":
      return {
        sentence: say(facts.atCapacity, { model: model === undefined ? "" : ` for ${model}` }),
        hint: "Try again later. To call another model, add --model to verify, try or limits.",
        next: [openStatus],
      };
    case "model-not-found":
      return assessed.missing === "model"
        ? {
            sentence: `The key is good, but Mistral has no chat model called ${showName(model ?? "that")} for it.`,
            hint: "If you named it with --model, check the name, or leave that out. If not, try again later.",
            next: [{ command: "models", does: "see the models that the key may call" }],
          }
        : {
            sentence: `There is no Mistral API at ${addressOf(endpoint)}, so nothing is known about the key.`,
            hint: addressOf(endpoint).endsWith("/v1")
              ? "Leave out /v1 at the end of --server-url (or MISTRAL_KEY_SERVER_URL)."
              : "Check the address in --server-url (or MISTRAL_KEY_SERVER_URL).",
          };
    case "bad-request":
      return {
        sentence: `Mistral did not understand the call (HTTP ${assessed.status}), which says nothing about the key.`,
        causes:
          endpoint.serverUrl === undefined
            ? []
            : [`The server at ${endpoint.serverUrl} may have changed the call.`],
        hint: "Try again without a proxy or gateway in between. If it still fails, please report it as a bug in mistral-key.",
      };
    case "server-error":
    case "unreachable":
      if ("failure" in assessed) return explainFailure(assessed.failure, context);
      if ("foreign" in assessed) return explainForeignAnswer(assessed.foreign, assessed.status, context);
      return {
        sentence: `Mistral itself failed (HTTP ${assessed.status}), ${aboutKey(context)}.`,
        hint: "Try again in a minute.",
        next: [openStatus],
      };
  }
}

function explainRefusedOldKey(lastAcceptedAt: string, { history, mask }: CallContext): Explanation {
  const { expiresAt } = history;
  const known = [`It worked on ${formatDay(dayOf(new Date(lastAcceptedAt)))}.`];
  if (typeof expiresAt === "string") known.push(`${formatDay(expiresAt)} is noted as its last day.`);
  const causes = [facts.deleted, facts.expired, facts.archived, facts.allowance];
  return {
    sentence: notAccepted(mask),
    facts: known,
    causes: causes.map((fact) => say(fact)),
    hint: say(facts.find),
    next: [openKeys, rotate],
  };
}

function explainRefusedNewKey(context: CallContext, noCodestralKey: boolean): Explanation {
  const { mask, usualShape, endpoint, history } = context;
  const ofFoundKey = [facts.deleted, facts.expired, facts.otherProduct, facts.allowance];
  const ofNewKey = () => [
    ...(usualShape ? [] : [say(facts.unusualShape)]),
    // Mistral's own address takes Mistral's keys, and so does the demonstration's.
    ...(endpoint.serverUrl === undefined || endpoint.madeUp
      ? []
      : [`The server at ${endpoint.serverUrl} may want a key of its own (--server-url).`]),
    say(facts.tooNew),
    say(noCodestralKey ? facts.otherProductNotCodestral : facts.otherProduct),
    "It was mistyped, has expired, or was deleted in the console.",
  ];
  const causes = history.isFound ? ofFoundKey.map((fact) => say(fact)) : ofNewKey();
  return { sentence: notAccepted(mask), causes, hint: say(facts.compare), next: [openKeys] };
}

/** Names the key, since a pasted key is not visible; omits a mask that is all asterisks. */
function notAccepted(mask: string): string {
  return `Mistral does not accept this key${/^\*+$/.test(mask) ? "" : `, ${mask}`}.`;
}

function explainLimit(
  limit: "of-the-moment" | "of-the-month" | "spending",
  retryAfterMs: number | undefined,
): Explanation {
  if (limit === "spending") {
    const next = [{ command: "open workspaces", does: "see the spending limit of each workspace" }];
    return { sentence: say(facts.spending), hint: say(facts.raiseSpending), next };
  }
  const next = [{ command: "open limits", does: "see the limits of your workspace" }];
  if (limit === "of-the-month")
    return { sentence: say(facts.monthUsedUp), hint: say(facts.waitForMonth), next };
  return {
    sentence: "The key is good, but a rate limit is used up.",
    facts: [say(facts.sharedLimit)],
    hint: retryAfterMs === undefined ? say(facts.someLimit) : `Try again in ${inWords(retryAfterMs)}.`,
    next,
  };
}

function inWords(ms: number): string {
  const seconds = Math.max(Math.ceil(ms / 1000), 1);
  if (seconds < 120) return seconds === 1 ? "1 second" : `${seconds} seconds`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 120 ? `${minutes} minutes` : `${Math.ceil(minutes / 60)} hours`;
}
