import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { BusUnreachable } from "../../../../src/stores/keychain/secret-service/bus-connection.ts";
import { askSecretService } from "../../../../src/stores/keychain/secret-service/secret-service.ts";
import { useSessionBus } from "../../../../src/stores/keychain/secret-service/session-bus.ts";
import { TimedOut } from "../../../../src/within-limit.ts";
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
    bus = decodeURI(keyring.env.DBUS_SESSION_BUS_ADDRESS.replace("unix:path=", ""));
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

  it("is found with escapes in its address", async () => {
    const address = keyring.env.DBUS_SESSION_BUS_ADDRESS.replaceAll("-", "%2d");
    expect(await read({ DBUS_SESSION_BUS_ADDRESS: address })).toMatchObject({ result: storedKey });
  });

  it("is found in the abstract namespace by a Node that can reach it, and otherwise reported", async () => {
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
          ? expect.stringContaining("that can be reached")
          : "No keychain is running in this session.",
        hint: expect.stringContaining(nodeIsOld ? "Use Node.js 22.12" : "Install a keychain"),
      });
    } finally {
      daemon.kill();
    }
  });
});

describe.skipIf(process.platform === "win32")("the address of the session bus", () => {
  let folder: string;
  let server: Server;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "mistral key;bus,ä="));
    // A bus that lets everybody in.
    server = createServer((socket) => {
      socket.on("error", () => {}).once("data", () => socket.write("OK 0123\r\n"));
    });
    await new Promise<void>((resolve) => server.listen(join(folder, "bus"), resolve));
  });

  afterEach(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const connect = (env: Record<string, string>) =>
    useSessionBus({ env, limitMs: 5000 }, async () => "let in");
  const escaped = () => encodeURIComponent(join(folder, "bus"));

  it.each([
    ["alone", (path: string) => `unix:path=${path}`],
    ["with the bus's own number behind", (path: string) => `unix:path=${path},guid=0123456789abcdef`],
    ["with the bus's own number in front", (path: string) => `unix:guid=0123456789abcdef,path=${path}`],
    ["in front of nothing", (path: string) => `unix:path=${path};`],
  ])("is read %s, with escapes", async (_, addressOf) => {
    expect(await connect({ DBUS_SESSION_BUS_ADDRESS: addressOf(escaped()) })).toBe("let in");
  });

  it("is preferred to the runtime folder, which is preferred to nothing", async () => {
    const env = { XDG_RUNTIME_DIR: folder };
    expect(await connect(env)).toBe("let in");
    expect(await connect({ ...env, DBUS_SESSION_BUS_ADDRESS: "" })).toBe("let in");
    await expect(connect({ ...env, DBUS_SESSION_BUS_ADDRESS: "unix:path=/nowhere" })).rejects.toBeInstanceOf(
      BusUnreachable,
    );
    await expect(connect({})).rejects.toBeInstanceOf(BusUnreachable);
  });

  it.each([
    ["nonsense", () => "nonsense"],
    ["another kind", () => "unixexec:path=/bin/sh"],
    ["no value", () => "unix:path="],
    ["another word", (path) => `unix:mypath=${path}`],
    ["a broken escape", (path: string) => `unix:path=${path}%zz`],
    ["a NUL", (path: string) => `unix:path=${path}%00`],
  ])("of %s leads nowhere", async (_, addressOf) => {
    const env = { DBUS_SESSION_BUS_ADDRESS: addressOf(escaped()) };
    await expect(connect(env)).rejects.toBeInstanceOf(BusUnreachable);
  });

  it("is not missed, but the program stopped, when it is asked after the person's stop", async () => {
    const reason = new Error("stopped");
    const asking = askSecretService({ env: {}, limitMs: 60_000, signal: AbortSignal.abort(reason) });
    await expect(asking).rejects.toBe(reason);
  });

  it("is given up after the limit, and when the person stops the program", async () => {
    const env = { DBUS_SESSION_BUS_ADDRESS: `unix:path=${escaped()}` };
    const forever = (limitMs: number, signal?: AbortSignal) =>
      useSessionBus({ env, limitMs, signal }, (bus) =>
        bus.call({ destination: "a.b", path: "/", interface: "a.b", member: "M", args: [] }),
      );
    await expect(forever(50)).rejects.toBeInstanceOf(TimedOut);
    const controller = new AbortController();
    const reason = new Error("stopped");
    const waiting = forever(60_000, controller.signal);
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
  });
});
