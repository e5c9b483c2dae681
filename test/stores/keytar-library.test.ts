import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { BundledProgram } from "../support/bundle.ts";
import { type Keyring, startKeyring } from "../support/keyring.ts";
import { describeWithKeyring } from "../support/keyring-suite.ts";
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
    return (await act(program, { ...keyring.env, ...env }, "availability", "get", "set")).outcomes;
  };

  it("works where its install script did not run", async () => {
    const outcomes = await outcomesWith(() => {});
    expect(outcomes.map(({ result }) => result)).toEqual([{ state: "available" }, storedKey, "stored"]);
    await keyring.store("default", storedKey);
  });

  it("works with the binary for musl where only that one fits", async () => {
    const [, get] = await outcomesWith((keytar) => {
      mkdirSync(dirname(binary(keytar, "linuxmusl")), { recursive: true });
      renameSync(binary(keytar, "linux"), binary(keytar, "linuxmusl"));
    });
    expect(get).toMatchObject({ result: storedKey });
  });

  it.each([
    ["with a session bus", {}],
    ["without one", { DBUS_SESSION_BUS_ADDRESS: undefined, XDG_RUNTIME_DIR: undefined }],
  ])("without libsecret says so, and what to install, %s", async (_, env) => {
    const [availability, get, set] = await outcomesWith((keytar) => {
      const path = binary(keytar, "linux");
      const text = readFileSync(path, "latin1").replaceAll("libsecret-1.so.0", "libsecret-1.so.9");
      writeFileSync(path, text, "latin1");
    }, env);
    const reason = "The library that talks to the keychain, libsecret, is not installed.";
    expect(availability).toMatchObject({ result: { state: "absent", reason } });
    for (const outcome of [get, set]) {
      expect(outcome).toMatchObject({
        kind: "store-absent",
        message: reason,
        hint: expect.stringMatching(/[Ii]nstall.*libsecret/),
        cause: expect.stringContaining("libsecret-1.so.9: cannot open shared object file"),
      });
    }
  });

  it("says that it does not fit this system, and why", async () => {
    const [, get] = await outcomesWith((keytar) => {
      rmSync(binary(keytar, "linuxmusl"));
      writeFileSync(binary(keytar, "linux"), "made for another machine");
    });
    expect(get).toMatchObject({
      kind: "store-absent",
      message: expect.stringContaining("does not run on this system"),
      cause: expect.stringMatching(/invalid ELF header|file too short/),
    });
  });

  it("says that it is missing", async () => {
    const [, get] = await outcomesWith((keytar) => rmSync(keytar, { recursive: true }));
    expect(get).toMatchObject({
      kind: "store-absent",
      message: expect.stringContaining("keytar, is not installed"),
      hint: expect.stringContaining("npm install -g mistral-key"),
    });
  });
});
