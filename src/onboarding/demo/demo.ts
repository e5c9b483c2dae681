import { randomBytes } from "node:crypto";
import { suggestKeyName } from "../../capture/steps.ts";
import type { Deps } from "../../deps.ts";
import { Cancelled } from "../../errors.ts";
import { commandFor } from "../../hints.ts";
import { ApiKey } from "../../keys/api-key.ts";
import type { Profile } from "../../profiles/profile.ts";
import type { ProfileRegistry } from "../../profiles/profile-folder.ts";
import type { RotationJournal } from "../../rotation/journal-folder.ts";
import { MemoryStore } from "../../stores/memory.ts";
import { quietly, requirePerson } from "../../terminal/absence.ts";
import { printKeyCard } from "../../verification/key-card.ts";
import { printWords } from "../closing.ts";
import { greet } from "../initialize.ts";
import { onboard } from "../onboard.ts";
import type { OnboardRequest } from "../outcome.ts";
import { startDemoServer } from "./demo-server.ts";

/**
 * Runs the wizard against a simulated Mistral; nothing touches the network, the keychain or the disk.
 *
 * @throws Cancelled; MistralKeyError of kind `needs-terminal`
 */
export async function demonstrate(real: Deps, request: OnboardRequest): Promise<void> {
  const { profile } = request;
  requirePerson(real, {
    message: "A demonstration asks questions",
    hint: `In a terminal: ${commandFor(profile, "init --demo")}`,
  });
  const key = ApiKey.of(`demo${randomBytes(14).toString("hex")}`);
  const server = await startDemoServer(key, suggestKeyName(real.machineName(), real.now()));
  const { output } = real;
  const forRealKey = `For a real key: ${commandFor(profile, "init")}`;
  try {
    greet(real, "a demonstration");
    output.paragraph("Everything is made up: no account, no network, nothing kept.");
    output.paragraph("When the key is asked for, press Enter, or paste this made-up one:");
    output.line(output.theme.strong(key.reveal()));
    output.print();
    const endpoint = { region: "global", serverUrl: server.url, madeUp: true } as const;
    const made = { ...request, store: undefined, endpoint, offered: key };
    const outcome = await quietly(real, () => onboard(madeUpOutside(real), made));
    if (outcome.outcome === "stored") {
      printKeyCard(output, outcome.profile, outcome.check, real.now());
      printWords(output, outcome.check);
    }
    output.print();
    output.paragraph("That was the demonstration. Nothing was kept.");
    output.next(forRealKey);
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error;
    // The wizard says how to continue, but nothing is left to continue.
    throw new Cancelled("Stopped. That was the demonstration, and nothing was kept.", { hint: forRealKey });
  } finally {
    await server.stop();
  }
}

/** The real terminal, and everything else made up. */
function madeUpOutside(real: Deps): Deps {
  const store = new MemoryStore("keychain", "a simulated keychain");
  const known = new Map<string, Profile>();
  return {
    ...real,
    // The demonstration must not see this shell's keys.
    env: {},
    store: async () => store,
    profiles: {
      ...noProfiles,
      read: (name) => known.get(name),
      write: (one) => void known.set(one.name, one),
    },
    journal: noJournal,
    drafts: async () => ({ read: () => undefined, write: () => {}, remove: () => {} }),
    opensPages: false,
    openPage: async () => false,
  };
}

const noProfiles: Omit<ProfileRegistry, "read" | "write"> = {
  lookalike: () => undefined,
  prepare: () => {},
  claim: () => true,
  release: () => {},
  remove: () => false,
  list: () => [],
  readDefault: () => undefined,
  writeDefault: () => {},
};

/** There is no key at first, so none is ever replaced. */
const noJournal: RotationJournal = {
  read: () => undefined,
  requireNone: () => {},
  begin: replacesNothing,
  confirm: replacesNothing,
  update: replacesNothing,
  end: () => false,
  list: () => [],
};

function replacesNothing(): never {
  throw new Error("A demonstration replaces no key.");
}
