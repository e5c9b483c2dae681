import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { CheckContext, NetworkProbe } from "../../src/doctor/check.ts";
import type { ProcessContext } from "../../src/files/process-context.ts";
import { openTestDeps } from "../support/deps.ts";

/** What is different from a bare machine without a key. */
export interface ContextOptions extends Partial<Omit<CheckContext, "processContext" | "network">> {
  readonly env?: Readonly<Record<string, string>>;
  readonly platform?: ProcessContext["platform"];
  /** The outcome of calling the API; `undefined` for `--offline`. */
  readonly probe?: NetworkProbe;
}

/** The input of a check on such a machine; its folder is removed when the test ends. */
export function contextOf(options: ContextOptions = {}): CheckContext {
  const { env = {}, platform = "linux", probe, ...rest } = options;
  const home = mkdtempSync(join(tmpdir(), "mistral-key-check-"));
  const deps = openTestDeps({ home, env });
  onTestFinished(() => {
    deps.close();
    rmSync(home, { recursive: true, force: true });
  });
  const choice = deps.chooseProfile(undefined);
  const profile = choice.name;
  return {
    deps,
    profile,
    choice,
    known: undefined,
    store: deps.secrets,
    endpoint: { region: "global" },
    folder: home,
    processContext: { platform, home, cwd: home, env },
    inspection: () => deps.secrets.inspect({ profile, slot: "current" }),
    plaintext: async () => ({ found: [], unread: [] }),
    network: probe === undefined ? undefined : async () => probe,
    ...rest,
  };
}
