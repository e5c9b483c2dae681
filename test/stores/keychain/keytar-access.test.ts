import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { BundledProgram } from "../../support/bundle.ts";
import { type Keyring, startKeyring } from "../../support/keyring.ts";
import { describeWithKeyring } from "../../support/keyring-suite.ts";
import { act, makeKeychainProgram } from "./keychain-runs.ts";

const storedKey = "testKey0".repeat(4);
const binary = (keytar: string, system: string) =>
  join(keytar, "prebuilds", `${system}-${process.arch}`, "keytar.node");

describeWithKeyring("keytar on a machine", () => {
  let keyring: Keyring;
  let program: BundledProgram | undefined;

  beforeAll(async () => {
    keyring = await startKeyring({ state: "unlocked", secrets: { default: storedKey } });
  });

  afterEach(() => program?.remove());

  afterAll(() => keyring?.stop());

  const outcomesWith = async (bend: (keytar: string) => void, env = {}) => {
    program = await makeKeychainProgram(bend);
    return (await act(program, { ...keyring.env, ...env }, "check", "get", "set")).outcomes;
  };

  it("works when its install script did not run", async () => {
    const outcomes = await outcomesWith(() => {});
    expect(outcomes.map(({ result }) => result)).toEqual(["usable", storedKey, "stored"]);
    await keyring.store("default", storedKey);
  });

  it("works with the binary for musl where only that one fits", async () => {
    const [check, , set] = await outcomesWith((keytar) => {
      mkdirSync(dirname(binary(keytar, "linuxmusl")), { recursive: true });
      renameSync(binary(keytar, "linux"), binary(keytar, "linuxmusl"));
    });
    expect(check).toMatchObject({ result: "usable" });
    expect(set).toMatchObject({ result: "stored" });
    await keyring.store("default", storedKey);
  });

  const withoutLibsecret = (keytar: string) => {
    const path = binary(keytar, "linux");
    const text = readFileSync(path, "latin1").replaceAll("libsecret-1.so.0", "libsecret-1.so.9");
    writeFileSync(path, text, "latin1");
  };
  const libsecretMissing = "The library that talks to the keychain, libsecret, is not installed.";
  const refusal = {
    kind: "store-absent",
    message: libsecretMissing,
    hint: expect.stringMatching(/[Ii]nstall.*libsecret/),
    cause: expect.stringContaining("libsecret-1.so.9: cannot open shared object file"),
  };

  it("without libsecret says what to install", async () => {
    expect(await outcomesWith(withoutLibsecret)).toMatchObject([refusal, refusal, refusal]);
  });

  it("without libsecret and without a session bus says what to install first", async () => {
    const env = { DBUS_SESSION_BUS_ADDRESS: undefined, XDG_RUNTIME_DIR: undefined };
    expect(await outcomesWith(withoutLibsecret, env)).toMatchObject([refusal, refusal, refusal]);
  });

  it("says that it does not fit this system, and why", async () => {
    const [, , set] = await outcomesWith((keytar) => {
      rmSync(binary(keytar, "linuxmusl"));
      writeFileSync(binary(keytar, "linux"), "made for another machine");
    });
    expect(set).toMatchObject({
      kind: "store-absent",
      message: expect.stringContaining("cannot be loaded on this system"),
      cause: expect.stringMatching(/invalid ELF header|file too short/),
    });
  });

  it("says that it is missing", async () => {
    const [, , set] = await outcomesWith((keytar) => rmSync(keytar, { recursive: true }));
    expect(set).toMatchObject({
      kind: "store-absent",
      message: expect.stringMatching(/^Keytar, the part/),
      hint: expect.stringMatching(/^Install mistral-key again on this system.*\n.* bundle of an app/),
    });
  });

  it("says that it is missing before a key is asked for, also where the system asks the person", async () => {
    const remove = (keytar: string) => rmSync(keytar, { recursive: true });
    const [check] = await outcomesWith(remove, { KEYCHAIN_PLATFORM: "darwin" });
    expect(check).toMatchObject({ act: "check", kind: "store-absent" });
  });
});
