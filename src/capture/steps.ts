import { consolePages } from "../mistral/console-pages.ts";
import { say } from "../mistral/facts.ts";
import type { KeyValueRow, Picture } from "../terminal/output/output.ts";
import { facts } from "./facts.ts";
import { pictures, type ScreenId } from "./pictures.ts";

/** Where the user is when the wizard starts; it determines the first screen. */
export type StartingPoint = "new" | "account" | "key";

/** A screen of the wizard: one step, or several on one page. */
export interface Screen {
  readonly id: ScreenId;
  readonly steps: readonly string[];
  /** Its page in the console; opened only once, even if several screens share it. */
  readonly page: string;
  readonly picture?: Picture;
  /** What to do: paragraphs, and fields with their values. */
  readonly instructions: readonly (string | readonly KeyValueRow[])[];
  /** What may differ from the instructions, and what to do then. */
  readonly troubles?: readonly { readonly seen: string; readonly remedy: string }[];
}

interface ScreenFacts {
  readonly suggestedName: string;
  readonly start: StartingPoint;
  /** The workspace that the key should belong to, if any. */
  readonly workspace?: string | null | undefined;
}

/** The five steps to a key, on four screens. */
export function screensFor(about: ScreenFacts): readonly Screen[] {
  return [
    {
      id: "sign-in",
      steps: ["Sign in, or create an account"],
      page: consolePages.console,
      picture: pictures["sign-in"],
      instructions: [say(facts.signIn), `${say(facts.freeMode)} ${say(facts.phone)}`],
    },
    {
      id: "workspace",
      steps: ["Set up your workspace"],
      page: consolePages.console,
      picture: pictures.workspace,
      instructions: [say(facts.newWorkspace), "Not asked? Then you already have one; go on."],
    },
    createScreen(about),
    copyScreen(about),
  ];
}

function createScreen({ suggestedName, start, workspace }: ScreenFacts): Screen {
  const wanted = workspace ? `Choose ${workspace} there first.` : "Is it the right one?";
  return {
    id: "create",
    steps: ["Open API Keys", "Create the key"],
    page: consolePages.keys,
    picture: pictures.create,
    instructions: [
      ...(start === "new" ? [] : [`${say(facts.workspace)} ${wanted}`]),
      say(facts.openDialog),
      [
        { label: "Key name", value: `one you will recognise, such as ${suggestedName}` },
        { label: "Expiration", value: say(facts.expiration) },
        { label: "Connector access scope", value: say(facts.connectors) },
      ],
      say(facts.confirm),
    ],
    troubles: [
      { seen: "API Keys is not in the sidebar", remedy: say(facts.profileMenu) },
      { seen: "Create new key is missing, or refused", remedy: say(facts.creationOff) },
      { seen: "A banner says that no plan is active", remedy: say(facts.planBanner) },
    ],
  };
}

function copyScreen({ start }: ScreenFacts): Screen {
  const screen = { id: "copy", page: consolePages.keys } as const;
  if (start === "key") {
    const instructions = [`It stays hidden. ${say(facts.otherProducts)}`];
    return { ...screen, steps: ["Paste your key here"], instructions };
  }
  return {
    ...screen,
    steps: ["Copy the key and paste it here"],
    picture: pictures.copy,
    instructions: [
      say(facts.shownOnce),
      "Closed the dialog too early? Make another key, and delete the one you could not copy.",
    ],
  };
}

/** The step titles of these screens. */
export function stepsOf(screens: readonly Screen[]): readonly string[] {
  return screens.flatMap(({ steps }) => steps);
}

/** The number of a screen's first step, counted from 1. */
export function firstStepOf(screens: readonly Screen[], id: ScreenId): number {
  const index = screens.findIndex((screen) => screen.id === id);
  return stepsOf(screens.slice(0, index)).length + 1;
}

/** The first screen to show. */
export function firstScreenFor(start: StartingPoint): ScreenId {
  return ({ new: "sign-in", account: "create", key: "copy" } as const)[start];
}

/**
 * A key name that says where and when it was made, within the console's 255 characters.
 *
 * @param machine - this machine's name
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
