import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { BundledProgram } from "../../support/bundle.ts";
import { type Keyring, type KeyringState, startKeyring } from "../../support/keyring.ts";
import { describeWithKeyring } from "../../support/keyring-suite.ts";
import { soonMs } from "../../support/program.ts";
import { act, makeKeychainProgram, type Outcome, startAct } from "./keychain-runs.ts";

const storedKey = "testKey0".repeat(4);
const acts = ["check", "get", "set", "delete"] as const;

let program: BundledProgram;

beforeAll(async () => {
  program = await makeKeychainProgram();
});

afterAll(() => program?.remove());

/** Expects that nothing waited, nothing was reported as "not stored", and every failure had the same kind. */
function expectRefusals(
  outcomes: readonly Outcome[],
  state: string,
  message: RegExp,
  asked: readonly string[] = acts,
): void {
  expect(outcomes.map((outcome) => outcome.act)).toEqual(asked);
  for (const outcome of outcomes) {
    expect(outcome.ms).toBeLessThan(soonMs);
    expect(outcome).toMatchObject({ kind: `store-${state}`, message: expect.stringMatching(message) });
    expect(outcome.hint).toMatch(/\S/);
  }
}

describeWithKeyring("a keychain that cannot be used", () => {
  let keyring: Keyring | undefined;

  const start = async (state: KeyringState, secrets = {}) => {
    keyring = await startKeyring({ state, secrets });
    return keyring;
  };

  afterEach(async () => {
    await keyring?.stop();
    keyring = undefined;
  });

  it("is locked, and says so at once when nobody can answer a prompt", async () => {
    const { env } = await start("locked", { default: storedKey });
    const run = await act(program, env, ...acts);
    expectRefusals(run.outcomes, "locked", /^GNOME Keyring is locked\.$/);
    expect(run).toMatchObject({ code: 7, signal: null });
  });

  it("is locked, even when it is not known to hold the key", async () => {
    const { env } = await start("locked", { other: storedKey });
    expectRefusals((await act(program, env, ...acts)).outcomes, "locked", /is locked/);
  });

  it("keeps the key when it is locked while an erasure is asked for", async () => {
    const locked = await start("locked", { default: storedKey });
    await act(program, locked.env, "delete");
    await locked.unlock();
    expect(await locked.lookup("default")).toBe(storedKey);
  });

  it("is locked for a person whose session has no desktop that could ask", async () => {
    const { env } = await start("locked", { default: storedKey });
    const { outcomes } = await act(program, env, "interactive", "get", "set", "delete");
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ kind: "store-locked", message: "GNOME Keyring is locked." });
    }
  });

  it("has no collection", async () => {
    const { env } = await start("no-collection");
    expectRefusals((await act(program, env, ...acts)).outcomes, "absent", /GNOME Keyring has no keyring yet/);
  });

  it("would forget a new key at log-out, and hands out what it holds", async () => {
    const { env } = await start("volatile", { default: storedKey });
    const { outcomes } = await act(program, env, "check", "get", "set", "delete");
    const forgets = { message: expect.stringContaining("would forget the key at log-out") };
    expect(outcomes).toMatchObject([
      { kind: "store-absent", ...forgets },
      { result: storedKey },
      { kind: "store-absent", ...forgets },
      { result: true },
    ]);
    // Not for a person either: nothing would be left to read after the log-out.
    const { outcomes: forPerson } = await act(program, env, "interactive", "set", "get");
    expect(forPerson).toMatchObject([{ kind: "store-absent", ...forgets }, { result: null }]);
  });

  it.each([
    ["locked", { state: "unread", because: "GNOME Keyring is locked" }],
    ["no-collection", { state: "unusable", failure: "store-absent" }],
    ["no-service", { state: "unusable", failure: "store-absent" }],
    ["frozen", { state: "unusable", failure: "store-unresponsive" }],
  ] as const)("is inspected without a prompt and without waiting: %s", async (state, result) => {
    const { env } = await start(state);
    const { outcomes } = await act(program, env, "interactive", "inspect");
    expect(outcomes).toMatchObject([{ result }]);
    expect(outcomes[0]?.ms).toBeLessThan(soonMs);
  });

  it("is not running", async () => {
    const { env } = await start("no-service");
    expectRefusals((await act(program, env, ...acts)).outcomes, "absent", /No keychain is running/);
  });

  it("does not answer", async () => {
    const { env } = await start("frozen", { default: storedKey });
    const run = await act(program, env, "get");
    expectRefusals(run.outcomes, "unresponsive", /^GNOME Keyring does not answer\.$/, ["get"]);
    expect(run).toMatchObject({ code: 7, signal: null });
    expect(run.ms).toBeLessThan(soonMs);
  });

  it("can be used again in the same run once it answers", async () => {
    const frozen = await start("frozen", { default: storedKey });
    const { child, ended } = startAct(program, frozen.env, "get", "get");
    child.stdout?.once("data", () => frozen.thaw());
    expect((await ended).outcomes.map(({ kind, result }) => kind ?? result)).toEqual([
      "store-unresponsive",
      storedKey,
    ]);
  });
});

describeWithKeyring("a session without a bus", () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "mistral-key-bus-"));
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const withoutBus = { DBUS_SESSION_BUS_ADDRESS: undefined, XDG_RUNTIME_DIR: undefined };

  it.each([
    ["names none", () => withoutBus],
    ["names a socket that is not there", () => ({ DBUS_SESSION_BUS_ADDRESS: `unix:path=${folder}/gone` })],
    ["names a file that is no socket", () => ({ DBUS_SESSION_BUS_ADDRESS: "unix:path=/etc/hostname" })],
    [
      "names only what cannot be used",
      () => ({ DBUS_SESSION_BUS_ADDRESS: "autolaunch:;tcp:host=127.0.0.1" }),
    ],
    ["names a path that is too long", () => ({ DBUS_SESSION_BUS_ADDRESS: `unix:path=/${"x".repeat(300)}` })],
  ])("%s: absent", async (_, env) => {
    const { outcomes, code } = await act(program, env(), ...acts);
    expectRefusals(outcomes, "absent", /There is no session bus here/);
    expect(code).toBe(7);
  });

  it("has a socket where nobody speaks: unresponsive", async () => {
    const path = join(folder, "silent");
    const server = createServer(() => {}).listen(path);
    const env = { DBUS_SESSION_BUS_ADDRESS: `unix:path=${path}` };
    const { outcomes } = await act(program, env, "check");
    server.close();
    expectRefusals(outcomes, "unresponsive", /does not answer/, ["check"]);
  });
});
