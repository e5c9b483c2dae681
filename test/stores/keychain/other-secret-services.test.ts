import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { BundledProgram } from "../../support/bundle.ts";
import { type Keyring, startKeyring } from "../../support/keyring.ts";
import { describeWithKeyring } from "../../support/keyring-suite.ts";
import { soonMs } from "../../support/program.ts";
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

  it("is read when it offers no encrypted session", async () => {
    await start({});
    const run = await act(program, keyring.env, "get");
    expect(run).toMatchObject({ outcomes: [{ result: secret }], code: 0 });
  });

  it("that locks an item after it was found is locked, and nobody is prompted", async () => {
    await start({ locked: "when-read" });
    const run = await act(program, keyring.env, "get");
    expect(run).toMatchObject({ outcomes: [{ kind: "store-locked" }], code: 7 });
    expect(service.calls).not.toContain("Prompt");
  });

  it("is read when it unlocks without asking, as KDE Wallet does after login", async () => {
    await start({ locked: "until-asked" });
    const run = await act(program, keyring.env, "check", "get");
    expect(run).toMatchObject({
      outcomes: [{ result: "usable" }, { result: secret }],
      code: 0,
    });
  });

  it("is locked, and shows no prompt, when it would have to ask", async () => {
    await start({ locked: "until-answered" });
    const { outcomes } = await act(program, keyring.env, "check", "get", "set", "delete");
    expect(outcomes).toMatchObject([
      { kind: "store-locked" },
      { kind: "store-locked" },
      { kind: "store-locked" },
      { kind: "store-locked" },
    ]);
    expect(service.calls).not.toContain("Prompt");
  });

  it.each([
    ["DBus.Error.Failed", "denied"],
    ["DBus.Error.NoReply", "unresponsive"],
    ["DBus.Error.TimedOut", "unresponsive"],
    ["DBus.Error.ServiceUnknown", "absent"],
    ["DBus.Error.NameHasNoOwner", "absent"],
    ["DBus.Error.Spawn.ChildExited", "absent"],
    ["DBus.Error.UnknownMethod", "absent"],
  ])("that answers with %s is reported as %s", async (name, state) => {
    await start({ errors: { SearchItems: `org.freedesktop.${name}` } });
    const { outcomes } = await act(program, keyring.env, "get");
    const message = state === "absent" ? "No keychain is running in this session." : expect.any(String);
    expect(outcomes).toMatchObject([
      { kind: `store-${state}`, message, cause: expect.stringContaining(name) },
    ]);
  });

  it.each(["SearchItems", "ReadAlias", "Get"])(
    "is unresponsive, not empty, when it answers %s with what is no answer to that",
    async (wrongAt) => {
      await start({ wrongAt });
      const { outcomes } = await act(program, keyring.env, wrongAt === "SearchItems" ? "get" : "check");
      expect(outcomes).toMatchObject([{ kind: "store-unresponsive" }]);
    },
  );

  it.each([
    ["does not know how to unlock", { errors: { Unlock: "org.freedesktop.DBus.Error.NotSupported" } }],
    ["answers nonsense when it is to unlock", { wrongAt: "Unlock" }],
  ])("is locked when it %s", async (_, bent) => {
    await start({ locked: "until-answered", ...bent });
    const { outcomes } = await act(program, keyring.env, "check", "get");
    expect(outcomes).toMatchObject([{ kind: "store-locked" }, { kind: "store-locked" }]);
  });

  it("is used when it knows no collection for this session only", async () => {
    await start({ errors: { "ReadAlias session": accessDenied } });
    const { outcomes } = await act(program, keyring.env, "check");
    expect(outcomes).toMatchObject([{ result: "usable" }]);
  });

  it("has no keyring when its default one is gone", async () => {
    await start({ errors: { Get: "org.freedesktop.Secret.Error.NoSuchObject" } });
    const { outcomes } = await act(program, keyring.env, "check");
    expect(outcomes).toMatchObject([
      { kind: "store-absent", message: expect.stringContaining("has no keyring yet") },
    ]);
  });

  it.each([
    ["ksecretd", "KDE Wallet"],
    ["kwalletd6", "KDE Wallet"],
    ["keepassxc", "KeePassXC"],
    ["my-secrets", "the keychain"],
  ])("whose process is %s is called %s", async (title, name) => {
    const own = process.title;
    process.title = title;
    await start({});
    const { outcomes } = await act(program, keyring.env, "check");
    process.title = own;
    expect(outcomes).toMatchObject([{ result: "usable", name }]);
  });

  it("is not reported as locked when it took a key and does not return it", async () => {
    await start({ keepsToItself: true });
    const { outcomes } = await act(program, keyring.env, "set");
    expect(outcomes).toMatchObject([
      { kind: "store-unresponsive", message: expect.stringContaining("not known whether") },
    ]);
  });

  it("is not reported to have erased a key that is still there", async () => {
    await start({});
    const { outcomes } = await act(program, keyring.env, "delete");
    expect(outcomes).toMatchObject([{ kind: "store-denied", cause: expect.stringContaining("still there") }]);
    expect(service.calls).toContain("Delete");
  });

  it("is inspected without a prompt when it may ask before it hands out a key", async () => {
    await start({});
    const { outcomes } = await act(program, keyring.env, "interactive", "inspect");
    expect(outcomes).toMatchObject([
      { result: { state: "unread", because: "the keychain might ask you first" } },
    ]);
    expect(service.calls).not.toContain("GetSecrets");
  });

  it("is used when it lets in, as KeePassXC does, only the connection that has asked the person", async () => {
    await start({ locked: "to-others", erases: true });
    const { outcomes } = await act(program, keyring.env, "interactive", "get", "delete", "delete");
    expect(outcomes.map(({ kind, result }) => kind ?? result)).toEqual([secret, true, false]);
    expect(service.calls.filter((call) => call === "Prompt")).toHaveLength(1);
  });

  it("that finds nothing by libsecret's attribute, and lets nobody add it, is unreadable and keeps its key", async () => {
    await start({ hidden: true });
    const { outcomes } = await act(program, keyring.env, "get", "delete");
    expect(outcomes).toMatchObject([{ kind: "store-damaged" }, { kind: "store-denied" }]);
  });

  it("is read although it denies the first call just after it said that it is ready", async () => {
    await start({ firstErrors: { GetSecrets: accessDenied } });
    const { outcomes } = await act(program, keyring.env, "get");
    expect(outcomes).toMatchObject([{ result: secret }]);
    expect(service.calls.filter((call) => call === "GetSecrets")).toHaveLength(2);
  });

  it("is reported as denied when it refuses access", async () => {
    await start({ errors: { OpenSession: accessDenied, GetSecrets: accessDenied } });
    const run = await act(program, keyring.env, "get");
    expect(run).toMatchObject({ outcomes: [{ kind: "store-denied" }], code: 7 });
  });

  it.each([
    ["a call", "get", { SearchItems: "org.freedesktop.DBus.Error.UnknownMethod" }, secret],
    ["its collection", "check", { Get: "org.freedesktop.Secret.Error.NoSuchObject" }, "usable"],
  ])("is asked again when it does not know %s at first", async (_, does, firstErrors, result) => {
    await start({ firstErrors });
    const { outcomes } = await act(program, keyring.env, does);
    expect(outcomes).toMatchObject([{ result }]);
  });

  it.each([
    ["nothing", ""],
    ["what is no text", Uint8Array.of(0x41, 0xff, 0xfe)],
  ])("that holds %s is unreadable", async (_, held) => {
    await start({ secret: held });
    const { outcomes } = await act(program, keyring.env, "get");
    expect(outcomes).toMatchObject([{ kind: "store-damaged" }]);
  });

  it("is unresponsive, and no key of it is to be removed, when it was too slow to be asked for that twice", async () => {
    await start({ withholds: true, searchMs: 950 });
    const { outcomes } = await act(program, keyring.env, "get");
    expect(outcomes).toMatchObject([{ kind: "store-unresponsive" }]);
  });

  it("is unresponsive when it stops while keytar reads, and the program ends although keytar never comes back", async () => {
    await start({ silentAt: "GetSecrets" });
    const run = await act(program, keyring.env, "get", "get");
    expect(run.outcomes.map(({ kind }) => kind)).toEqual(["store-unresponsive", "store-unresponsive"]);
    for (const { ms } of run.outcomes) expect(ms).toBeLessThan(soonMs);
    // Before it could replace its process, Node could only be killed.
    expect(run).toMatchObject(
      "execve" in process ? { code: 7, signal: null } : { code: null, signal: "SIGKILL" },
    );
  });

  it("can be waited for by a person, who can stop it, when it is silent", async () => {
    await start({ silentAt: "GetSecrets" });
    const { child, ended } = startAct(program, keyring.env, "interactive", "get");
    await expect.poll(() => service.calls).toContain("GetSecrets");
    // Without a person it would be given up by then.
    await new Promise((resolve) => setTimeout(resolve, 2500));
    child.kill("SIGTERM");
    expect((await ended).outcomes).toMatchObject([{ message: "Error: stopped" }]);
  });
});
