import { randomBytes } from "node:crypto";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  type PathLike,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ApiKey } from "../../../src/keys/api-key.ts";
import { EncryptedFileStore } from "../../../src/stores/encrypted-file/encrypted-file.ts";
import { seal } from "../../../src/stores/encrypted-file/encrypted-file-format.ts";
import { Passphrase } from "../../../src/stores/encrypted-file/scrypt-passphrase.ts";
import { withDisk } from "../../support/disk.ts";
import { addressOf, key, openStore, openUnlocked, otherKey, passphrase } from "./encrypted-file-setup.ts";

const address = addressOf("work");
// The import itself changes while a test has another disk.
const renameNow = renameSync;

describe("the encrypted file", () => {
  it("keeps a key for the next run, in a file of 0600 in a folder of 0700", async () => {
    const { store, home, pathOf } = openUnlocked();
    await store.set(address, key);
    const again = await openUnlocked({ home }).store.get(address);
    expect(again?.equals(key)).toBe(true);
    expect(readdirSync(join(home, "keys"))).toEqual(["work.age"]);
    if (process.platform !== "win32") {
      expect(statSync(pathOf("work.age")).mode & 0o777).toBe(0o600);
      expect(statSync(join(home, "keys")).mode & 0o777).toBe(0o700);
    }
    expect(readFileSync(pathOf("work.age")).includes(key.reveal())).toBe(false);
  });

  it("keeps the slots of a profile apart from each other and from profiles with dots", async () => {
    const { store, home } = openUnlocked();
    await store.set(addressOf("a"), key);
    await store.set(addressOf("a", "next"), otherKey);
    await store.set(addressOf("a.next"), ApiKey.of("testKey2".repeat(4)));
    expect(readdirSync(join(home, "keys")).sort()).toEqual(["a+next.age", "a.age", "a.next.age"]);
    expect((await store.get(addressOf("a", "next")))?.equals(otherKey)).toBe(true);
    expect(await store.get(addressOf("a", "previous"))).toBeUndefined();
    expect(await store.delete(addressOf("a", "next"))).toBe(true);
    expect(await store.delete(addressOf("a", "next"))).toBe(false);
    expect((await store.get(addressOf("a.next")))?.reveal()).toBe("testKey2".repeat(4));
  });

  it.each([
    ["keeps nothing", () => {}],
    ["keeps something else", (_: unknown, to: PathLike) => writeFileSync(to, "something else")],
  ])("keeps what was there before when the disk %s", async (_, failing) => {
    const { store, home } = openUnlocked();
    await store.set(address, key);
    for (const changed of [address, addressOf("work", "next")]) {
      let times = 0;
      const once: typeof renameSync = (from, to) => {
        times += 1;
        return times === 1 ? failing(from, to) : renameNow(from, to);
      };
      const setting = withDisk({ renameSync: once }, () => store.set(changed, otherKey));
      await expect(setting).rejects.toMatchObject({ kind: "store-damaged" });
    }
    expect((await store.get(address))?.equals(key)).toBe(true);
    expect(readdirSync(join(home, "keys"))).toEqual(["work.age"]);
  });

  it("asks for no passphrase when there is no file", async () => {
    const { store, questions } = openStore({ answers: [] });
    expect(await store.get(address)).toBeUndefined();
    expect(await store.delete(address)).toBe(false);
    expect(questions).toEqual([]);
  });

  it("asks for a new passphrase to be confirmed, then never again in the same run", async () => {
    const { store, questions, home } = openStore({ answers: [passphrase] });
    await store.set(address, key);
    await store.set(addressOf("work", "next"), otherKey);
    expect((await store.get(address))?.equals(key)).toBe(true);
    expect(questions).toHaveLength(1);
    expect(questions[0]?.atLeast).toBe(8);
    const later = openStore({ answers: [passphrase], home });
    const both = await Promise.all([later.store.get(address), later.store.get(addressOf("work", "next"))]);
    expect(both.map((found) => found?.mask)).toEqual([key.mask, otherKey.mask]);
    expect(later.questions).toHaveLength(1);
    expect(later.questions[0]?.atLeast).toBeUndefined();
  });

  it("takes no key that was pasted as its new passphrase, and asks for another one", async () => {
    const { store, home } = openStore({ answers: [key.reveal(), passphrase] });
    await store.prepare(address.profile);
    await expect(store.set(address, key)).rejects.toMatchObject({
      kind: "store-locked",
      message: "That passphrase is the key itself, so only the key would open its file.",
    });
    expect(readdirSync(join(home, "keys"))).toEqual([]);
    await store.set(address, key);
    const later = openStore({ answers: [passphrase], home });
    expect((await later.store.get(address))?.equals(key)).toBe(true);
  });

  it("goes on with a file whose passphrase is its key, so that a rotation of it can end", async () => {
    const { home } = openStore({ answers: [] });
    await openStore({ env: { MISTRAL_KEY_PASSPHRASE: key.reveal() }, home }).store.set(address, key);
    const { store, questions } = openStore({ answers: [key.reveal()], home });
    await store.set(addressOf("work", "next"), otherKey);
    await store.set(addressOf("work", "previous"), key);
    expect((await store.get(addressOf("work", "previous")))?.equals(key)).toBe(true);
    expect(questions).toHaveLength(1);
  });

  it("asks for the passphrase before there is a key, when prepared", async () => {
    const { store, questions, home } = openStore({ answers: [passphrase] });
    await store.prepare(address.profile);
    expect(questions).toHaveLength(1);
    expect(readdirSync(join(home, "keys"))).toEqual([]);
    await store.set(address, key);
    expect(questions).toHaveLength(1);
  });

  it("shows the rule before a new passphrase is typed", async () => {
    const { store, questions } = openStore({ answers: [passphrase] });
    await store.set(address, key);
    expect(questions[0]?.message).toContain("8 characters or more");
  });

  it("derives one key per file, however often the file is read", async () => {
    const { store, counts, home } = openUnlocked();
    await store.set(address, key);
    expect(counts.derived).toBe(1);
    const later = openUnlocked({ home });
    await later.store.get(address);
    await later.store.get(address);
    await later.store.get(address);
    expect(later.counts.derived).toBe(1);
  });

  it("sees what another program wrote meanwhile", async () => {
    const { store, home } = openUnlocked();
    await store.set(address, key);
    await store.get(address);
    await openUnlocked({ home }).store.set(address, otherKey);
    expect((await store.get(address))?.equals(otherKey)).toBe(true);
  });

  it("never uses a salt twice", async () => {
    const { store, pathOf } = openUnlocked();
    await store.set(address, key);
    const first = readFileSync(pathOf("work.age"), "latin1").split("\n")[1];
    await store.set(address, key);
    expect(readFileSync(pathOf("work.age"), "latin1").split("\n")[1]).not.toBe(first);
  });

  it("lets a person try three times, then says the passphrase is wrong", async () => {
    const { store, home } = openUnlocked();
    await store.set(address, key);
    const forgetful = openStore({ home, answers: ["wrong one 1", "wrong one 2", passphrase] });
    expect((await forgetful.store.get(address))?.equals(key)).toBe(true);
    expect(forgetful.questions[1]?.message).toContain("does not open it");
    expect(forgetful.counts.quiet).toBe(1);
    const stranger = openStore({ home, answers: ["wrong one 1", "wrong one 2", "wrong one 3"] });
    await expect(stranger.store.get(address)).rejects.toMatchObject({ kind: "wrong-passphrase" });
  });

  it("names the variable that holds the wrong passphrase, and replaces nothing", async () => {
    const { store, home, pathOf } = openUnlocked();
    await store.set(address, key);
    const before = readFileSync(pathOf("work.age"));
    const wrong = openStore({ home, answers: [], env: { MISTRAL_KEY_PASSPHRASE: "something else" } });
    const failure = { kind: "wrong-passphrase", message: expect.stringContaining("MISTRAL_KEY_PASSPHRASE") };
    await expect(wrong.store.get(address)).rejects.toMatchObject(failure);
    await expect(wrong.store.set(address, otherKey)).rejects.toMatchObject(failure);
    await expect(wrong.store.set(addressOf("work", "next"), otherKey)).rejects.toMatchObject(failure);
    expect(readFileSync(pathOf("work.age")).equals(before)).toBe(true);
    expect(existsSync(pathOf("work+next.age"))).toBe(false);
  });

  it("replaces no file that does not open, although the profile's other one does", async () => {
    const { store, home, pathOf } = openUnlocked();
    await store.set(address, key);
    renameSync(pathOf("work.age"), pathOf("kept"));
    const other = openStore({ home, env: { MISTRAL_KEY_PASSPHRASE: "something else" } });
    await other.store.set(addressOf("work", "previous"), otherKey);
    renameSync(pathOf("kept"), pathOf("work.age"));
    const before = readFileSync(pathOf("work.age"));
    await expect(other.store.set(address, otherKey)).rejects.toMatchObject({ kind: "wrong-passphrase" });
    expect(readFileSync(pathOf("work.age")).equals(before)).toBe(true);
  });

  it("needs a passphrase, and says where one can come from, when nobody can be asked", async () => {
    const { store, home } = openUnlocked();
    await store.set(address, key);
    const alone = openStore({
      home,
      env: { MISTRAL_KEY_PASSPHRASE: "", MISTRAL_KEY_PASSPHRASE_FILE: "" },
    });
    const failure = { kind: "store-locked", hint: expect.stringContaining("MISTRAL_KEY_PASSPHRASE_FILE") };
    await expect(alone.store.get(address)).rejects.toMatchObject(failure);
    await expect(alone.store.set(addressOf("new"), key)).rejects.toMatchObject(failure);
    await expect(alone.store.findFailure()).resolves.toMatchObject({ kind: "store-locked" });
    await expect(alone.store.inspect(address)).resolves.toMatchObject({ state: "unread" });
    await expect(openUnlocked({ home }).store.findFailure()).resolves.toBeUndefined();
  });
});

describe("a damaged encrypted file", () => {
  it("is distinguished from a missing one for every flipped byte, and stays as it was", async () => {
    const { store, home, pathOf } = openUnlocked({ logN: 1 });
    await store.set(address, key);
    const good = readFileSync(pathOf("work.age"));
    const kinds = new Set<string>();
    for (let index = 0; index < good.length; index += 1) {
      const bad = Buffer.from(good);
      bad.writeUInt8(bad.readUInt8(index) ^ 1, index);
      writeFileSync(pathOf("work.age"), bad);
      const later = openUnlocked({ home, logN: 1 });
      const kindOf = async (act: Promise<unknown>) =>
        act.then(
          () => "nothing",
          (error: { readonly kind: string }) => error.kind,
        );
      kinds.add(await kindOf(later.store.get(address)));
      kinds.add(await kindOf(later.store.set(address, otherKey)));
      expect(readFileSync(pathOf("work.age")).equals(bad)).toBe(true);
    }
    expect([...kinds].sort()).toEqual(["store-damaged", "wrong-passphrase"]);
  });

  it.each([
    ["is empty", Buffer.alloc(0)],
    ["is something else", Buffer.from("MISTRAL_API_KEY=\n")],
    ["is too large", Buffer.alloc(70_000, 97)],
    ["has broken armor", Buffer.from("-----BEGIN AGE ENCRYPTED FILE-----\nAAAA\n")],
    ["asks for too much work", ageHeader("-> scrypt bBjlhJVYZeE4aqUdmtRHfw 21")],
    ["is locked for a public key", ageHeader("-> X25519 bBjlhJVYZeE4aqUdmtRHfw")],
  ])("is named as damaged when it %s", async (_what, content) => {
    const { store, pathOf, home } = openUnlocked();
    mkdirSync(join(home, "keys"), { mode: 0o700 });
    writeFileSync(pathOf("work.age"), content, { mode: 0o600 });
    await expect(store.get(address)).rejects.toMatchObject({ kind: "store-damaged" });
    await expect(store.set(address, key)).rejects.toMatchObject({ kind: "store-damaged" });
    expect(readFileSync(pathOf("work.age")).equals(content)).toBe(true);
    expect(await store.delete(address)).toBe(true);
  });

  it("is named as damaged when it holds something other than a key", async () => {
    const { store, pathOf } = openUnlocked();
    await store.set(address, key);
    const work = { signal: new AbortController().signal, begin: () => () => {} };
    writeFileSync(pathOf("work.age"), await seal("two words\n", new Passphrase(passphrase), work, 8));
    await expect(store.get(address)).rejects.toMatchObject({ kind: "store-damaged" });
  });

  it.each(["current", "previous", "next", "admin"] as const)(
    "costs no other key when slot %s is damaged and its advice is followed",
    async (slot) => {
      const { store, home } = openUnlocked();
      const slots = (["current", "previous", "next", "admin"] as const).filter((other) => other !== slot);
      for (const other of slots) await store.set(addressOf("work", other), key);
      const file = join(home, "keys", slot === "current" ? "work.age" : `work+${slot}.age`);
      writeFileSync(file, "damaged", { mode: 0o600 });
      await expect(openUnlocked({ home }).store.get(addressOf("work", slot))).rejects.toMatchObject({
        message: expect.stringContaining(file),
        hint: expect.stringMatching(/delete only that file, then run the same command again\.$/),
      });
      rmSync(file);
      const later = openUnlocked({ home }).store;
      expect(await later.get(addressOf("work", slot))).toBeUndefined();
      for (const other of slots) expect((await later.get(addressOf("work", other)))?.equals(key)).toBe(true);
    },
  );

  it("is named as damaged when it is cut short", async () => {
    const { store, home, pathOf } = openUnlocked();
    await store.set(address, key);
    const good = readFileSync(pathOf("work.age"));
    for (let length = good.length - 1; length > good.length - 40; length -= 13) {
      writeFileSync(pathOf("work.age"), good.subarray(0, length));
      await expect(openUnlocked({ home }).store.get(address)).rejects.toMatchObject({
        kind: "store-damaged",
      });
    }
  });
});

describe.skipIf(process.platform === "win32")("a keys folder that was tampered with", () => {
  it("refuses a link in the place of a file, and leaves what it leads to", async () => {
    const { store, home, pathOf } = openUnlocked();
    await store.set(addressOf("other"), key);
    renameSync(pathOf("other.age"), join(home, "elsewhere.age"));
    symlinkSync(join(home, "elsewhere.age"), pathOf("work.age"));
    for (const act of [store.get(address), store.set(address, otherKey), store.delete(address)]) {
      await expect(act).rejects.toMatchObject({ kind: "store-denied" });
    }
    expect(lstatSync(pathOf("work.age")).isSymbolicLink()).toBe(true);
    expect(existsSync(join(home, "elsewhere.age"))).toBe(true);
  });

  it("refuses a link in the place of the folder", async () => {
    const { store, home } = openUnlocked();
    mkdirSync(join(home, "elsewhere"));
    symlinkSync(join(home, "elsewhere"), join(home, "keys"));
    await expect(store.set(address, key)).rejects.toMatchObject({ kind: "store-denied" });
    await expect(store.findFailure()).resolves.toMatchObject({ kind: "store-denied" });
    expect(readdirSync(join(home, "elsewhere"))).toEqual([]);
  });
});

describe("the file that holds the passphrase", () => {
  it("is read without one newline at its end", async () => {
    const { home, store } = openUnlocked();
    await store.set(address, key);
    for (const ending of ["", "\n", "\r\n"]) {
      const path = join(home, "passphrase");
      writeFileSync(path, passphrase + ending, { mode: 0o600 });
      const later = openStore({ home, env: { MISTRAL_KEY_PASSPHRASE_FILE: path } });
      expect((await later.store.get(address))?.equals(key)).toBe(true);
    }
  });

  it("is the passphrase as a whole", async () => {
    const { home, store } = openUnlocked();
    await store.set(address, key);
    const path = join(home, "passphrase");
    writeFileSync(path, `${passphrase}\nmore\n`, { mode: 0o600 });
    const later = openStore({ home, env: { MISTRAL_KEY_PASSPHRASE_FILE: path } });
    await expect(later.store.get(address)).rejects.toMatchObject({ kind: "wrong-passphrase" });
  });

  it.each([
    ["is missing", undefined, "is not there"],
    ["is empty", "\n", "is empty"],
    ["is too large", "x".repeat(70_000), "too large"],
  ])("locks the store when it %s", async (_what, content, said) => {
    const { home } = openUnlocked();
    const path = join(home, "passphrase");
    if (content !== undefined) writeFileSync(path, content, { mode: 0o600 });
    const { store } = openStore({ home, env: { MISTRAL_KEY_PASSPHRASE_FILE: path } });
    const failure = {
      kind: "store-locked",
      message: expect.stringContaining(said),
      hint: expect.stringContaining("the passphrase and nothing else"),
    };
    await expect(store.set(address, key)).rejects.toMatchObject(failure);
    await expect(store.findFailure()).resolves.toMatchObject({ kind: "store-locked" });
  });
});

describe("a passphrase that nobody could type", () => {
  it.each([
    ["begins with a byte order mark", Buffer.from(`\ufeff${passphrase}`)],
    ["is in UTF-16", Buffer.from(`\ufeff${passphrase}`, "utf16le")],
    ["has the line ending of Windows left by $(cat)", Buffer.from(`${passphrase}\r`)],
    ["is in Latin-1", Buffer.from(`${passphrase} \xe4`, "latin1")],
  ])("makes no new file when it %s, but opens the one that it made before", async (_what, content) => {
    const { home } = openUnlocked();
    const path = join(home, "passphrase");
    writeFileSync(path, content, { mode: 0o600 });
    const { store } = openStore({ home, env: { MISTRAL_KEY_PASSPHRASE_FILE: path } });
    await expect(store.prepare(address.profile)).rejects.toMatchObject({
      kind: "store-locked",
      hint: expect.stringContaining("without a byte order mark"),
    });
    await expect(store.set(address, key)).rejects.toMatchObject({ kind: "store-locked" });

    await openStore({ home, answers: [content.toString()] }).store.set(address, key);
    expect((await store.get(address))?.equals(key)).toBe(true);
    await store.set(address, otherKey);
    expect((await store.get(address))?.equals(otherKey)).toBe(true);
  });
});

it("makes no file under a passphrase with the line break that Nushell's open leaves in a variable", async () => {
  const { home } = openUnlocked();
  const { store } = openStore({ home, env: { MISTRAL_KEY_PASSPHRASE: `${passphrase}\n` } });
  await expect(store.set(address, key)).rejects.toMatchObject({
    kind: "store-locked",
    hint: expect.stringContaining("a line break at its end"),
  });
});

describe("deriving a key", () => {
  it("leaves the event loop free, and stops waiting at Ctrl-C with nothing written", async () => {
    const { store, interrupt, pathOf } = openUnlocked({ logN: 18 });
    let ticks = 0;
    const timer = setInterval(() => {
      ticks += 1;
      if (ticks === 3) interrupt();
    }, 10);
    await expect(store.set(address, key)).rejects.toMatchObject({ kind: "cancelled" });
    clearInterval(timer);
    expect(ticks).toBe(3);
    expect(existsSync(pathOf("work.age"))).toBe(false);
  });

  it("uses a work factor of 2^17 unless told otherwise", async () => {
    const { home } = openUnlocked();
    const env = { MISTRAL_KEY_PASSPHRASE: passphrase };
    const store = new EncryptedFileStore({ folder: home, env, signal: new AbortController().signal });
    await store.set(address, key);
    expect(readFileSync(join(home, "keys", "work.age"), "latin1").split("\n")[1]).toMatch(
      /^-> scrypt \S+ 17$/,
    );
    expect((await store.get(address))?.equals(key)).toBe(true);
  });
});

function ageHeader(stanza: string): Buffer {
  const body = randomBytes(32).toString("base64").replace(/=+$/, "");
  return Buffer.from(`age-encryption.org/v1\n${stanza}\n${body}\n--- ${body}\n${"x".repeat(60)}`);
}
