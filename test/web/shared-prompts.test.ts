import { expect, it } from "vitest";
import { Channel } from "../../src/web/channel.ts";
import { SharedPrompts } from "../../src/web/shared-prompts.ts";
import { recordOutput } from "../support/recorded-output.ts";

const key = "testKey0".repeat(4);

function open() {
  const channel = new Channel();
  const { output } = recordOutput();
  const { signal } = new AbortController();
  return { channel, prompts: new SharedPrompts({ channel, output, terminal: undefined, signal }) };
}

it("accepts a new passphrase only when both entries match", async () => {
  const { channel, prompts } = open();
  const asked = prompts.passphrase({ message: "A new passphrase", atLeast: 8 });
  const [first, second] = ["passphrase 1", "passphrase 2"];
  expect(channel.answer(1, { text: first, again: second })).toMatchObject({ outcome: "refused" });
  expect(channel.answer(1, { text: first })).toMatchObject({ outcome: "refused" });
  expect(channel.answer(1, { text: first, again: first })).toEqual({ outcome: "taken" });
  expect(await asked).toBe(first);
});

it("accepts a key of an unusual shape only when that is confirmed, without showing any of it", async () => {
  const { channel, prompts } = open();
  const asked = prompts.key({ message: "Your key" });
  const unusual = channel.answer(1, { text: `${key}x` });
  expect(unusual).toMatchObject({ outcome: "unusual" });
  expect(JSON.stringify(unusual)).not.toContain(key);
  expect(channel.answer(1, { text: `${key}x`, anyway: true })).toEqual({ outcome: "taken" });
  expect((await asked).reveal()).toBe(`${key}x`);
});

it("does not leave a question to a terminal that is not there", async () => {
  const { channel, prompts } = open();
  const asked = prompts.confirm({ message: "Go on?", initial: true });
  expect(channel.answer(1, { instead: "terminal" })).toMatchObject({ outcome: "refused" });
  expect(channel.answer(1, { choice: 1 })).toEqual({ outcome: "taken" });
  expect(await asked).toBe(false);
});
