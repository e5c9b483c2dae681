import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ApiKey } from "../../src/keys/api-key.ts";
import { parseProfileName } from "../../src/keys/profile-name.ts";
import type { SecretAddress, SecretStore, Slot } from "../../src/stores/secret-store.ts";

/** A place for secrets, empty at first. */
export interface StoreUnderTest {
  /** Opens a store here, as another run of the program would. */
  open(): SecretStore | Promise<SecretStore>;
  /** Removes everything. */
  close?(): void | Promise<void>;
}

/** A key that is plainly made up. Keys of different letters are different. */
export function testKey(letter: string, length = 32): ApiKey {
  return ApiKey.of(`test${letter}`.repeat(length).slice(0, length));
}

/** Where a key is stored. */
export function addressOf(profile: string, slot: Slot = "current"): SecretAddress {
  return { profile: parseProfileName(profile), slot };
}

/**
 * What every store must do.
 *
 * @param setUp - makes a place; called once, so each test keeps to profiles of its own
 */
export function describeSecretStore(
  name: string,
  setUp: () => StoreUnderTest | Promise<StoreUnderTest>,
): void {
  describe(`${name}, as every store`, () => {
    // Two suites may share one keychain.
    const prefix = `t${Math.random().toString(36).slice(2, 8)}-`;
    const at = (profile: string, slot: Slot = "current") => addressOf(`${prefix}${profile}`, slot);
    let place: StoreUnderTest;
    let store: SecretStore;
    const inAnotherRun = async (address: SecretAddress) =>
      (await (await place.open()).get(address))?.reveal();

    beforeAll(async () => {
      place = await setUp();
      store = await place.open();
    });

    afterAll(async () => {
      await place?.close?.();
    });

    it("has a display name and says that it can be used", async () => {
      expect(await store.findFailure()).toBeUndefined();
      expect(store.describe()).toMatch(/\S/);
    });

    it("returns undefined when it holds nothing", async () => {
      expect(await store.get(at("nobody"))).toBeUndefined();
      expect(await store.get(at("nobody", "next"))).toBeUndefined();
    });

    it("returns the key that it was given, in this run and in another", async () => {
      await store.set(at("kept"), testKey("A"));
      expect((await store.get(at("kept")))?.reveal()).toBe(testKey("A").reveal());
      expect(await inAnotherRun(at("kept"))).toBe(testKey("A").reveal());
    });

    it("can be inspected, and stays as it is", async () => {
      const before = await store.inspect(at("seen"));
      await store.set(at("seen"), testKey("A"));
      const after = await (await place.open()).inspect(at("seen"));
      // One that might have to ask somebody says so, each time.
      expect(after.state === "found" ? after.key.reveal() : after).toEqual(
        before.state === "unread" ? before : testKey("A").reveal(),
      );
      expect(["missing", "unread"]).toContain(before.state);
      expect(await inAnotherRun(at("seen"))).toBe(testKey("A").reveal());
    });

    it("puts a key in the place of another", async () => {
      await store.set(at("replaced"), testKey("A"));
      await store.set(at("replaced"), testKey("B"));
      expect((await store.get(at("replaced")))?.reveal()).toBe(testKey("B").reveal());
      expect(await inAnotherRun(at("replaced"))).toBe(testKey("B").reveal());
    });

    it("erases a key and says whether there was one", async () => {
      await store.set(at("erased"), testKey("A"));
      expect(await store.delete(at("erased"))).toBe(true);
      expect(await store.get(at("erased"))).toBeUndefined();
      expect(await inAnotherRun(at("erased"))).toBeUndefined();
      expect(await store.delete(at("erased"))).toBe(false);
    });

    it("erases a key that it has not read in this run", async () => {
      await store.set(at("unread"), testKey("A"));
      expect(await (await place.open()).delete(at("unread"))).toBe(true);
      expect(await inAnotherRun(at("unread"))).toBeUndefined();
    });

    it("keeps the slots of a profile apart", async () => {
      await store.set(at("slots"), testKey("A"));
      await store.set(at("slots", "next"), testKey("B"));
      await store.set(at("slots", "previous"), testKey("C"));
      await store.set(at("slots", "admin"), testKey("D"));
      expect(await store.delete(at("slots", "next"))).toBe(true);
      expect(await inAnotherRun(at("slots"))).toBe(testKey("A").reveal());
      expect(await inAnotherRun(at("slots", "next"))).toBeUndefined();
      expect(await inAnotherRun(at("slots", "previous"))).toBe(testKey("C").reveal());
      expect(await inAnotherRun(at("slots", "admin"))).toBe(testKey("D").reveal());
    });

    it("keeps profiles apart, also when one name begins like another", async () => {
      await store.set(at("work"), testKey("A"));
      await store.set(at("work.next"), testKey("B"));
      await store.set(at("work-2"), testKey("C"));
      expect(await store.delete(at("work"))).toBe(true);
      expect(await inAnotherRun(at("work.next"))).toBe(testKey("B").reveal());
      expect(await inAnotherRun(at("work-2"))).toBe(testKey("C").reveal());
    });

    it("takes a profile with the longest name there can be", async () => {
      const longest = addressOf(prefix.padEnd(64, "p"), "previous");
      await store.set(longest, testKey("A"));
      expect(await inAnotherRun(longest)).toBe(testKey("A").reveal());
    });

    it.each([
      ["one character", "k"],
      ["quotes, dollars and backslashes", `te"st'$HOME\`id\`\\n%s`],
      [
        "every printable ASCII character",
        String.fromCharCode(...Array.from({ length: 94 }, (_, i) => 33 + i)),
      ],
      ["512 characters", "testKey0".repeat(64)],
    ])("keeps %s as given", async (_, value) => {
      await store.set(at("unusual"), ApiKey.of(value));
      expect(await inAnotherRun(at("unusual"))).toBe(value);
    });

    it("loses nothing when twenty keys are stored at once", async () => {
      const profiles = Array.from({ length: 20 }, (_, index) => at(`crowd-${index}`));
      await Promise.all(profiles.map((address, index) => store.set(address, testKey(`N${index}x`))));
      for (const [index, address] of profiles.entries()) {
        expect(await inAnotherRun(address)).toBe(testKey(`N${index}x`).reveal());
      }
    });

    it("holds one of the keys, whole, when twenty are stored at one address at once", async () => {
      const keys = Array.from({ length: 20 }, (_, index) => testKey(`M${index}x`));
      await Promise.all(keys.map((key) => store.set(at("contested"), key)));
      const survivor = await inAnotherRun(at("contested"));
      expect(keys.map((key) => key.reveal())).toContain(survivor);
      expect((await store.get(at("contested")))?.reveal()).toBe(survivor);
    });
  });
}
