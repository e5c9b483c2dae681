import { Flags } from "../../src/cli/flags.ts";
import { push } from "../../src/commands/use/push.ts";
import { ApiKey } from "../../src/keys/api-key.ts";
import { defaultProfile } from "../../src/keys/profile-name.ts";
import { storeKey } from "../rotation/stored-key.ts";
import { openTestDeps, type TestDeps, type TestDepsOptions } from "../support/deps.ts";

/** The key that is stored, and one that took its place or was there before. */
export const key = ApiKey.of("testKey0".repeat(4));
export const otherKey = ApiKey.of("otherK99".repeat(4));

/** A machine with {@link key} stored, on which `push` can be run. */
export interface Pushing {
  readonly deps: TestDeps;
  /** Runs `push`; returns its exit code and what it printed. */
  push(...words: readonly string[]): Promise<{ readonly code: number; readonly said: string }>;
  /** Puts another key in use, as a rotation does. */
  replaceKey(by: ApiKey): Promise<void>;
  /** What the profile remembers. */
  remembered(): readonly string[];
}

/** Makes a machine. Close its `deps` at the end of the test. */
export async function openPushing(options: TestDepsOptions = {}): Promise<Pushing> {
  let deps = openTestDeps({ ...options, env: { PATH: process.env.PATH ?? "", ...options.env } });
  await storeKey(deps, { key });
  return {
    get deps() {
      return deps;
    },
    push: async (...words) => {
      deps = deps.next();
      const flags: Record<string, unknown> = {};
      const args: string[] = [];
      const rest = [...words];
      for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
        if (word === "--forget") flags.forget = rest.shift();
        else if (word === "--dry-run") flags.dryRun = true;
        else if (word.startsWith("--")) flags[word.slice(2)] = true;
        else args.push(word);
      }
      const code = await push({ args, flags: new Flags(flags) }, deps);
      return { code, said: (deps.stdout() + deps.stderr()).replace(/\s+/g, " ") };
    },
    replaceKey: async (by) => {
      await deps.secrets.set({ profile: defaultProfile, slot: "current" }, by);
    },
    remembered: () => (deps.profiles.read(defaultProfile)?.targets ?? []).map(({ target }) => target),
  };
}
