import { spawn } from "node:child_process";
import { once } from "node:events";
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { BundledProgram } from "../../../support/bundle.ts";
import { type Keyring, startKeyring } from "../../../support/keyring.ts";
import { describeWithKeyring } from "../../../support/keyring-suite.ts";
import { act, makeKeychainProgram } from "../keychain-runs.ts";

const storedKey = "testKey0".repeat(4);

describeWithKeyring("the session bus, for the question before keytar and for keytar alike", () => {
  let program: BundledProgram;
  let keyring: Keyring;
  let bus: string;

  beforeAll(async () => {
    program = await makeKeychainProgram();
    keyring = await startKeyring({ state: "unlocked", secrets: { default: storedKey } });
    bus = keyring.env.DBUS_SESSION_BUS_ADDRESS.replace("unix:path=", "");
  });

  afterAll(async () => {
    await keyring?.stop();
    program?.remove();
  });

  const read = async (env: Record<string, string | undefined>) =>
    (await act(program, { ...keyring.env, ...env }, "get")).outcomes[0];

  it("is found in the runtime folder when no address is given", async () => {
    symlinkSync(bus, join(keyring.env.XDG_RUNTIME_DIR, "bus"));
    expect(await read({ DBUS_SESSION_BUS_ADDRESS: undefined })).toMatchObject({ result: storedKey });
  });

  it("is found behind addresses that lead nowhere, and with escapes", async () => {
    const escaped = bus.replaceAll("-", "%2d");
    const addresses = `unix:path=/nowhere;unix:abstract=nowhere-${process.pid};unix:path=${escaped}`;
    expect(await read({ DBUS_SESSION_BUS_ADDRESS: addresses })).toMatchObject({ result: storedKey });
  });

  it("is found in the abstract namespace by a Node that can reach it, and else said to be there", async () => {
    const name = `mistral-key-test-${process.pid}`;
    const config = join(keyring.env.HOME, "bus.conf");
    writeFileSync(
      config,
      `<busconfig><type>session</type><listen>unix:abstract=${name}</listen><auth>EXTERNAL</auth>
      <policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
      <allow own="*"/></policy></busconfig>`,
    );
    const args = ["--config-file", config, "--nofork", "--nopidfile", "--print-address"];
    const daemon = spawn("dbus-daemon", args, { stdio: ["ignore", "pipe", "ignore"] });
    try {
      await once(daemon.stdout, "data");
      const outcome = await read({ DBUS_SESSION_BUS_ADDRESS: `unix:abstract=${name}` });
      const nodeIsOld = process.versions.node.startsWith("20.");
      expect(outcome).toMatchObject({
        kind: "store-absent",
        message: nodeIsOld
          ? expect.stringContaining("abstract address")
          : "No keychain is running in this session.",
      });
    } finally {
      daemon.kill();
    }
  });
});
