import { consolePages, furtherPages } from "../mistral/console-pages.ts";
import { type Facts, sources } from "../mistral/facts.ts";

const { apiKeys, codestralReports, keyPolicy, quickstart, userReports } = sources;

/** What the wizard says about Mistral's console. */
export const facts = {
  signIn: quickstart("Sign in with an e-mail address or with an account you already have elsewhere."),
  freeMode: quickstart(
    "No account yet? The same page makes one. It starts in Free mode: no card, with usage and rate limits.",
  ),
  phone: userReports("A new account may have to confirm a phone number."),
  newWorkspace: quickstart(
    "Only a new account is asked: give the workspace a name, say whether it is for you or a team, and accept the terms.",
  ),
  workspace: apiKeys(
    "The key will belong to the workspace shown at the top of Studio. That cannot be changed later.",
  ),
  openDialog: quickstart("Choose API Keys in the sidebar on the left, then Create new key, and fill in:"),
  expiration: keyPolicy(
    "a date you cannot change later. If it is empty or too late, it may become the latest allowed date.",
  ),
  connectors: apiKeys("Shared connectors only, unless you need more"),
  confirm: quickstart("Confirm with Create new key, and leave the dialog open: it shows the key."),
  profileMenu: quickstart(`Open your profile menu and choose API Keys there: ${furtherPages.ownKeys}`),
  creationOff: keyPolicy(
    "An admin may have switched off API key creation for this workspace. Ask them to switch it on, or choose another workspace at the top.",
  ),
  planBanner: userReports(
    `Keys of this workspace do not work until a plan is chosen: ${consolePages.subscription}`,
  ),
  shownOnce: apiKeys("Mistral shows the key once. Copy it there, then paste it below."),
  otherProducts: apiKeys("You need a Studio API key; Vibe and Codestral keys are different ones."),
  usualShape: userReports(
    "This key has {length} characters; Mistral's keys have 32 letters and digits today.",
  ),
  refusedAtFirst: codestralReports(
    "a new key may be refused at first, usually for seconds, sometimes for minutes",
  ),
} as const satisfies Facts;
