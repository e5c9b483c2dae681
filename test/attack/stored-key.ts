import { type LoopbackMistralApi, startMistralApi } from "../support/mistral-api.ts";
import { Machine } from "./machine.ts";
import type { Attack } from "./scenario.ts";

/** A key that is stored, and the API that accepts it. */
export interface StoredKey {
  readonly key: string;
  readonly api: LoopbackMistralApi;
  /** Where it was stored; it is never attacked itself. */
  readonly template: Machine;
  /** Makes a machine that has the key. */
  copy(): Machine;
}

/** Stores a key in the encrypted file, for attempts that each begin with a copy of it. */
export async function withStoredKey(
  attack: Attack,
  use: (stored: StoredKey) => Promise<void>,
): Promise<void> {
  const key = attack.random("key").key();
  const api = await startMistralApi({ keys: [key] });
  const options = { attack, serverUrl: api.url, keys: [key] };
  const template = new Machine(options);
  try {
    await template.run(["init", "--with-key", "--no-verify"], "the first init", { input: key });
    await use({ key, api, template, copy: () => new Machine({ ...options, copyOf: template.folder }) });
  } finally {
    template.remove();
    await api.stop();
  }
}
