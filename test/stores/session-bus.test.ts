import { symlinkSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { BundledProgram } from "../support/bundle.ts";
import { type Keyring, startKeyring } from "../support/keyring.ts";
import { describeWithKeyring } from "../support/keyring-suite.ts";
import { act, makeKeychainProgram } from "./keychain-runs.ts";

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
    (await act(program, { ...keyring.env, ...env }, "get")).outcomes[0]?.result;

  it("is found in the runtime folder when no address is given", async () => {
    symlinkSync(bus, join(keyring.env.XDG_RUNTIME_DIR, "bus"));
    expect(await read({ DBUS_SESSION_BUS_ADDRESS: undefined })).toBe(storedKey);
  });

  it("is found behind addresses that lead nowhere, and with escapes", async () => {
    const escaped = bus.replaceAll("-", "%2d");
    const addresses = `unix:path=/nowhere;unix:abstract=nowhere-${process.pid};unix:path=${escaped}`;
    expect(await read({ DBUS_SESSION_BUS_ADDRESS: addresses })).toBe(storedKey);
  });

  it("is found in the abstract namespace", async () => {
    const name = `mistral-key-test-${process.pid}`;
    const relay = createServer((socket) => {
      const onwards = connect(bus);
      for (const [from, to] of [
        [socket, onwards],
        [onwards, socket],
      ] as const) {
        from.on("error", () => {});
        from.on("close", () => to.destroy());
        from.pipe(to);
      }
    });
    await new Promise<void>((resolve) => relay.listen(`\0${name}`, resolve));
    expect(await read({ DBUS_SESSION_BUS_ADDRESS: `unix:abstract=${name}` })).toBe(storedKey);
    relay.close();
  });
});
