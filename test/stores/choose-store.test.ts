import { describe, expect, it } from "vitest";
import { exitCodeOfKind } from "../../src/exit-codes.ts";
import { chooseStore, type UnusableStore } from "../../src/stores/choose-store.ts";

const available = { state: "available" } as const;
const locked: UnusableStore = {
  state: "locked",
  reason: "The keychain is locked.",
  advice: ["Unlock it.", "Log in again."],
};
const nothing = { asked: undefined, remembered: undefined };

describe("choosing a store", () => {
  it("uses the wanted store when it can be used, with or without a person", () => {
    for (const interactive of [true, false]) {
      expect(chooseStore({ ...nothing, availability: available, interactive })).toEqual({
        outcome: "use",
        kind: "keychain",
      });
      expect(
        chooseStore({ asked: "file", remembered: "keychain", availability: available, interactive }),
      ).toEqual({ outcome: "use", kind: "file" });
    }
  });

  it("lets a person choose when the keychain cannot be used", () => {
    const choice = chooseStore({ ...nothing, availability: locked, interactive: true });
    expect(choice).toEqual({
      outcome: "ask",
      unusable: locked,
      options: ["retry", "file", "once", "stop"],
    });
    const absent = { ...locked, state: "absent" as const };
    expect(chooseStore({ ...nothing, availability: absent, interactive: true })).toMatchObject({
      options: ["file", "once", "retry", "stop"],
    });
  });

  it("offers no file when the keychain holds a key of this profile, which would be forgotten there", () => {
    const known = { asked: undefined, remembered: "keychain" } as const;
    expect(chooseStore({ ...known, availability: locked, interactive: true })).toMatchObject({
      options: ["retry", "once", "stop"],
    });
    const choice = chooseStore({ ...known, availability: locked, interactive: false });
    if (choice.outcome !== "refuse") throw new Error(choice.outcome);
    expect(choice.failure.hint).toContain("add -p NAME --store file");
  });

  it.each([
    ["locked", "store-locked"],
    ["absent", "store-absent"],
    ["unresponsive", "store-unresponsive"],
    ["denied", "store-denied"],
  ] as const)("refuses a keychain that is %s with the advice when nobody can answer", (state, kind) => {
    const choice = chooseStore({ ...nothing, availability: { ...locked, state }, interactive: false });
    if (choice.outcome !== "refuse") throw new Error(choice.outcome);
    expect(choice.failure.kind).toBe(kind);
    expect(exitCodeOfKind(choice.failure.kind)).toBe(7);
    expect(choice.failure.message).toBe(locked.reason);
    expect(choice.failure.hint?.split("\n").slice(0, 2)).toEqual(locked.advice);
    expect(choice.failure.hint).toContain("--store file");
  });

  it("never falls back to another store than the file that was asked for", () => {
    const choice = chooseStore({
      asked: "file",
      remembered: "keychain",
      availability: { state: "locked", reason: "No passphrase.", advice: ["Set one."] },
      interactive: true,
    });
    if (choice.outcome !== "refuse") throw new Error(choice.outcome);
    expect(choice.failure).toMatchObject({
      kind: "store-locked",
      message: "No passphrase.",
      hint: "Set one.",
    });
  });
});
