import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach } from "vitest";
import { Cancelled } from "../../../src/errors.ts";
import { ApiKey } from "../../../src/keys/api-key.ts";
import { parseProfileName } from "../../../src/keys/profile-name.ts";
import { EncryptedFileStore } from "../../../src/stores/encrypted-file/encrypted-file.ts";
import type { SecretAddress, Slot } from "../../../src/stores/secret-store.ts";
import type { StoreContext } from "../../../src/stores/store-context.ts";

export const passphrase = "correct horse battery staple";
export const key = ApiKey.of("testKey0".repeat(4));
export const otherKey = ApiKey.of("testKey1".repeat(4));

export const addressOf = (profile: string, slot: Slot = "current"): SecretAddress => ({
  profile: parseProfileName(profile),
  slot,
});

const opened: string[] = [];

afterEach(() => {
  for (const home of opened.splice(0)) rmSync(home, { recursive: true, force: true });
});

/** A folder for one test, removed after it. */
function temporaryFolder(): string {
  const home = mkdtempSync(join(tmpdir(), "mistral-key-file-"));
  opened.push(home);
  return home;
}

export interface Setup {
  /** What the person answers, in order; without it nobody is there. */
  readonly answers?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly home?: string;
  readonly logN?: number;
}

/** An encrypted file store in a temporary folder, cheap to open, and what it asked. */
export function openStore({ answers, env = {}, home = temporaryFolder(), logN = 8 }: Setup = {}) {
  const left = [...(answers ?? [])];
  const questions: { readonly message: string; readonly atLeast?: number }[] = [];
  const controller = new AbortController();
  const counts = { derived: 0, quiet: 0 };
  const person: StoreContext["person"] = {
    interactive: answers !== undefined,
    output: {
      progress: () => {
        counts.derived += 1;
        return { update: () => {}, succeed: () => {}, clear: () => {} };
      },
    },
    prompts: async () => ({
      passphrase: async (question) => {
        questions.push(question);
        const answer = left.shift();
        if (answer === undefined) throw new Error(`Nobody answers "${question.message}".`);
        return answer;
      },
      quietly: (work) => {
        counts.quiet += 1;
        return work();
      },
    }),
  };
  const store = new EncryptedFileStore({ folder: home, env, signal: controller.signal, person }, logN);
  const pathOf = (file: string) => join(home, "keys", file);
  return { store, home, questions, counts, pathOf, interrupt: () => controller.abort(new Cancelled()) };
}

/** A store whose passphrase is in the environment. */
export function openUnlocked(setup: Setup = {}) {
  return openStore({ ...setup, env: { MISTRAL_KEY_PASSPHRASE: passphrase, ...setup.env } });
}
