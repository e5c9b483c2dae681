import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { BundledProgram } from "../support/bundle.ts";
import { type Keyring, startKeyring } from "../support/keyring.ts";
import { describeWithKeyring } from "../support/keyring-suite.ts";
import { type Bent, type BentSecretService, startBentSecretService } from "./bent-secret-service.ts";
import { act, makeKeychainProgram, startAct } from "./keychain-runs.ts";

const secret = "testKey0".repeat(4);
const accessDenied = "org.freedesktop.DBus.Error.AccessDenied";

describeWithKeyring("a Secret Service that is other than GNOME Keyring", () => {
  let program: BundledProgram;
  let keyring: Keyring;
  let service: BentSecretService;

  beforeAll(async () => {
    program = await makeKeychainProgram();
    keyring = await startKeyring({ state: "no-service" });
  });

  afterEach(() => service?.stop());

  afterAll(async () => {
    await keyring?.stop();
    program?.remove();
  });

  const start = async (bent: Partial<Bent>) => {
    service = await startBentSecretService(keyring.env.DBUS_SESSION_BUS_ADDRESS, { secret, ...bent });
  };

  it("is read through keytar where it has no encrypted session", async () => {
    await start({});
    const run = await act(program, keyring.env, "get");
    expect(run).toMatchObject({ outcomes: [{ result: secret }], code: 0 });
    expect(service.calls).toContain("GetSecrets");
    expect(service.calls).not.toContain("GetSecret");
  });

  it("is said to let nobody in when it does not", async () => {
    await start({ errors: { OpenSession: accessDenied, GetSecrets: accessDenied } });
    const run = await act(program, keyring.env, "get");
    expect(run).toMatchObject({ outcomes: [{ kind: "store-denied" }], code: 7 });
  });

  it("that holds what is no text is unreadable", async () => {
    await start({ secret: "" });
    const { outcomes } = await act(program, keyring.env, "get");
    expect(outcomes).toMatchObject([{ kind: "store-damaged" }]);
  });

  it("is unresponsive when it stops after it was asked, and leaves nothing that hangs", async () => {
    await start({ silentAt: "OpenSession" });
    const run = await act(program, keyring.env, "get", "get");
    expect(run.outcomes.map(({ kind }) => kind)).toEqual(["store-unresponsive", "store-unresponsive"]);
    for (const { ms } of run.outcomes) expect(ms).toBeLessThan(2500);
    expect(run).toMatchObject({ code: 7, signal: null });
  });

  it("is unresponsive when it stops while keytar reads, and the program ends although keytar never comes back", async () => {
    await start({ silentAt: "GetSecrets" });
    const run = await act(program, keyring.env, "get", "get");
    expect(run.outcomes.map(({ kind }) => kind)).toEqual(["store-unresponsive", "store-unresponsive"]);
    for (const { ms } of run.outcomes) expect(ms).toBeLessThan(2500);
    // Before it could replace its process, Node could only be killed.
    expect(run).toMatchObject(
      "execve" in process ? { code: 7, signal: null } : { code: null, signal: "SIGKILL" },
    );
  });

  it.each(["OpenSession", "GetSecrets"] as const)(
    "can be waited for by a person, who can stop it, when it is silent at %s",
    async (silentAt) => {
      await start({ silentAt });
      const { child, ended } = startAct(program, keyring.env, "interactive", "get");
      setTimeout(() => child.kill("SIGTERM"), 2500);
      expect((await ended).outcomes).toMatchObject([{ message: "Error: stopped" }]);
    },
  );
});
