import { consolePages } from "../mistral/console-pages.ts";
import { type Facts, sources } from "../mistral/facts.ts";

const { apiKeys, codestralReports, errors, limits, quickstart, roles, spending, userReports, vibeReports } =
  sources;

/** What a key's verdict says about Mistral. */
export const facts = {
  deleted: apiKeys("It was deleted in the console, by you or by an admin of the organization."),
  expired: apiKeys("It has expired; its row in the console shows the date."),
  archived: userReports("Its workspace was archived or removed."),
  allowance: vibeReports(
    "It is a Vibe key whose monthly allowance is used up, which looks the same from here.",
  ),
  tooNew: codestralReports(
    "It was made in the last few minutes. A new key usually works within seconds, but some people had to wait about five minutes.",
  ),
  otherProduct: apiKeys("It is a key of another product, such as Codestral or Mistral Code."),
  otherProductNotCodestral: apiKeys(
    "It is a key of another product, such as Mistral Code. It is not a Codestral key.",
  ),
  unusualShape: userReports(
    "It is not 32 letters and digits, as Mistral's keys are today, so part of it may be missing or something may have been added.",
  ),
  compare: apiKeys(
    `Compare its first and last four characters with the list at ${consolePages.keys}, or make a new key there.`,
  ),
  find: apiKeys(
    `Look for it in the list at ${consolePages.keys}: the row shows its first and last four characters. If it is not there or has expired, replace it with a new key.`,
  ),
  codestralKey: codestralReports(
    "This is a Codestral key: it works at codestral.mistral.ai, and nowhere else.",
  ),
  vibeKey: vibeReports("This is a Vibe key: Mistral accepts it, but only for Vibe Code."),
  otherKey: vibeReports("This key is for another Mistral product: it is accepted, but not for this call."),
  makeStudioKey: quickstart(`Make an API key in Studio, at ${consolePages.keys}, and use that one here.`),
  forbidden: errors("The workspace or its plan does not include it."),
  askAdmin: errors(
    `An admin of the organization can change what the workspace may use, at ${consolePages.workspaces}, or the plan, at ${consolePages.subscription}.`,
  ),
  noPlan: userReports("The key is good, but its workspace has no active plan{orWithoutModel}."),
  choosePlan: roles(
    `Waiting does not help: go to ${consolePages.subscription} and choose a plan, or ask an admin of the organization to.`,
  ),
  payment: errors("The key is good, but calls are refused because of the organization's billing."),
  paymentCauses: errors(
    "There is no payment method, a payment has failed, prepaid credit or what the plan includes is used up, or a monthly spending limit is reached.",
  ),
  pay: roles(
    `Go to ${consolePages.billing} and check the payment method, the credit, the last invoice and the spending limit, or ask an admin of the organization to.`,
  ),
  spending: spending(
    "The key is good, but a monthly spending limit is reached, so calls are refused until next month or until an admin raises it.",
  ),
  raiseSpending: spending(
    `An admin can go to ${consolePages.workspaces} and raise the limit of the workspace, or to ${consolePages.billing} and raise that of the organization.`,
  ),
  monthUsedUp: limits("The key is good, but the tokens of this month are used up."),
  waitForMonth: limits(
    `Wait for the next month, or go to ${consolePages.limits} and see how to raise the limit.`,
  ),
  someLimit: limits("Try again in a minute. If that does not help, the tokens of this month may be used up."),
  sharedLimit: limits("All keys of a workspace share its limits."),
  atCapacity: userReports("The key is good, but Mistral is at capacity{model}."),
} as const satisfies Facts;
