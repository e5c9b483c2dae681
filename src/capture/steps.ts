import { consolePages } from "../mistral/console-pages.ts";

/** Where a person stands when the wizard starts; it decides which step comes first. */
export type Standing = "new" | "account" | "key";

/** The five steps of getting a key, in order. Source: Mistral's documentation of the console, August 2026. */
export type StepId = "sign-in" | "workspace" | "api-keys" | "create" | "copy";

/** One step as people read it. */
export interface Step {
  readonly id: StepId;
  readonly title: string;
  /** The page it happens on; a step on the page of the step before it opens nothing again. */
  readonly page: string;
  /** What to do, a paragraph each. */
  readonly instructions: readonly string[];
}

/** What the texts of the steps depend on. */
export interface StepFacts {
  /** A name for the new key that will be recognised later. */
  readonly suggestedName: string;
}

/** The five steps, with their texts. */
export function stepsFor({ suggestedName }: StepFacts): readonly Step[] {
  return [
    {
      id: "sign-in",
      title: "Sign in, or create an account",
      page: consolePages.console,
      instructions: [
        "Sign in with an e-mail address or with an account you already have elsewhere.",
        "No account yet? The same page makes one. It starts in Free mode: no card, with usage and rate limits.",
      ],
    },
    {
      id: "workspace",
      title: "Set up your workspace",
      page: consolePages.console,
      instructions: [
        "Only a new account is asked: give the workspace a name, say whether it is for you or a team, and accept the terms.",
        "Not asked? Then you have one already; go on.",
      ],
    },
    {
      id: "api-keys",
      title: "Open API Keys",
      page: consolePages.keys,
      instructions: ["In the side bar on the left, under API, choose API Keys."],
    },
    {
      id: "create",
      title: "Create the key",
      page: consolePages.keys,
      instructions: [
        "Choose Create new key, and fill in the dialog:",
        `Name: something you will recognise later, such as ${suggestedName}`,
        "Expiration: a date; it cannot be changed later, and your organization may shorten it.",
        "Connectors: leave it at Shared connectors only, unless you know you need more.",
        "Then confirm. Leave the dialog open: the next step copies the key from it.",
      ],
    },
    {
      id: "copy",
      title: "Copy the key and paste it here",
      page: consolePages.keys,
      instructions: [
        "Mistral shows the key once. Copy it there and paste it here, where it stays hidden too.",
      ],
    },
  ];
}

/** The first step to show, as an index into {@link stepsFor}. */
export function firstStepFor(standing: Standing): number {
  return { new: 0, account: 2, key: 4 }[standing];
}

/**
 * A name for a key that says where and when it was made, within the console's 255 characters.
 *
 * @param machine - the name of this machine
 */
export function suggestKeyName(machine: string, now: Date): string {
  const host =
    machine
      .split(".")[0]
      ?.replace(/[^A-Za-z0-9-]+/g, "-")
      .slice(0, 40) || "my-machine";
  const month = now
    .toLocaleDateString("en-GB", { month: "short", year: "numeric" })
    .toLowerCase()
    .replace(" ", "-");
  return `${host}-${month}`;
}
