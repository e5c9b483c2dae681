import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { findProgram } from "../../support/find-program.ts";
import { describeNeeding } from "../../support/needs.ts";

import { openTerminal } from "../../support/terminal.ts";
import { addressOf, key, openUnlocked, passphrase } from "./encrypted-file-setup.ts";

const address = addressOf("work");

/** `age` takes a passphrase from a terminal only. */
async function runAge(args: readonly string[], questions: number): Promise<void> {
  const terminal = openTerminal("age", args);
  try {
    for (let question = 1; question <= questions; question += 1) {
      await terminal.waitFor(question === 1 ? /Enter passphrase/ : /Confirm passphrase/);
      terminal.type(passphrase);
      terminal.press("enter");
    }
    const { code } = await terminal.exit();
    if (code !== 0) throw new Error(`age exited with ${code}:\n${terminal.screen()}`);
  } finally {
    await terminal.close();
  }
}

const age = { missing: findProgram("age") === undefined ? ["age"] : [], packages: "age" };

describeNeeding("the age program", age, () => {
  it("opens a file that the store wrote: the key and a newline", async () => {
    const { store, home, pathOf } = openUnlocked({ logN: 12 });
    await store.set(address, key);
    const plain = join(home, "plain.txt");
    await runAge(["--decrypt", "--output", plain, pathOf("work.age")], 1);
    expect(readFileSync(plain, "utf8")).toBe(`${key.reveal()}\n`);
  });

  it.each([
    ["binary", [], "\n"],
    ["armored, without a newline", ["--armor"], ""],
  ])("writes a file that the store opens (%s)", async (_what, options, ending) => {
    const { store, home, pathOf, counts } = openUnlocked();
    mkdirSync(join(home, "keys"), { mode: 0o700 });
    const plain = join(home, "plain.txt");
    writeFileSync(plain, key.reveal() + ending);
    await runAge(["--passphrase", ...options, "--output", pathOf("work.age"), plain], 2);
    expect((await store.get(address))?.equals(key)).toBe(true);
    expect(counts.derived).toBe(1);
  });
});
