import { randomInt } from "node:crypto";
import { suggestKeyName } from "../../capture/steps.ts";
import type { Deps } from "../../deps.ts";
import { ApiKey } from "../../keys/api-key.ts";
import type { ProfileName } from "../../keys/profile-name.ts";
import type { Endpoint } from "../../mistral/endpoint.ts";
import type { Profile } from "../../profiles/profile.ts";
import type { ProfileRegistry } from "../../profiles/profile-registry.ts";
import type { RotationJournal, RotationPlan, RotationRecord, RotationStage } from "../../rotation/journal.ts";
import { MemoryStore } from "../../stores/memory.ts";
import type { Drafts } from "../draft.ts";
import { startDemoServer } from "./demo-server.ts";

/** A made-up world for the wizard: nothing in it reaches the network, the keychain or the disk. */
export interface Demo {
  readonly deps: Deps;
  /** The API of the demonstration, inside this process. */
  readonly endpoint: Endpoint;
  /** The made-up key to paste. */
  readonly key: ApiKey;
  stop(): Promise<void>;
}

/** Builds the made-up world around the real terminal. */
export async function startDemo(real: Deps): Promise<Demo> {
  const key = ApiKey.of(madeUpKey());
  const server = await startDemoServer(key, suggestKeyName(real.machineName(), real.now()));
  const store = new MemoryStore();
  return {
    key,
    endpoint: { region: "global", serverUrl: server.url },
    stop: () => server.stop(),
    deps: {
      ...real,
      // What this shell holds is not part of the demonstration.
      env: {},
      store: async () => store,
      profiles: new MemoryProfiles(),
      journal: new MemoryJournal(),
      drafts: noDrafts,
      openPage: async () => false,
    },
  };
}

function madeUpKey(): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  const pick = () => letters.charAt(randomInt(letters.length));
  return `demo${Array.from({ length: 28 }, pick).join("")}`;
}

class MemoryProfiles implements ProfileRegistry {
  readonly #profiles = new Map<ProfileName, Profile>();
  read(name: ProfileName): Profile | undefined {
    return this.#profiles.get(name);
  }
  lookalike(): undefined {
    return undefined;
  }
  write(profile: Profile): void {
    this.#profiles.set(profile.name, profile);
  }
  remove(name: ProfileName): boolean {
    return this.#profiles.delete(name);
  }
  readDefault(): undefined {}
  writeDefault(): void {}
  list() {
    return [...this.#profiles.values()].map((profile) => ({ name: profile.name, profile }));
  }
}

class MemoryJournal implements RotationJournal {
  readonly #records = new Map<ProfileName, RotationRecord>();
  read(profile: ProfileName): RotationRecord | undefined {
    return this.#records.get(profile);
  }
  begin(plan: RotationPlan): RotationRecord {
    return this.takeOver({ ...plan, stage: "staging", holder: "demo" });
  }
  takeOver(record: RotationRecord): RotationRecord {
    this.#records.set(record.profile, record);
    return record;
  }
  confirm(): void {}
  advance(record: RotationRecord, stage: RotationStage): RotationRecord {
    return this.takeOver({ ...record, stage });
  }
  end(profile: ProfileName): boolean {
    return this.#records.delete(profile);
  }
  list() {
    return [...this.#records.values()].map((record) => ({ profile: record.profile, record }));
  }
}

const noDrafts: Drafts = { read: () => undefined, write: () => {}, remove: () => {} };
