import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { choose, pasteKey } from "../e2e/wizard.ts";
import { type BundledProgram, bundleProgram } from "../support/bundle.ts";
import { type LoopbackMistralApi, startMistralApi } from "../support/mistral-api.ts";
import { openTerminal, type Terminal } from "../support/terminal.ts";
import { newKey, oldKey } from "./stored-key.ts";

let program: BundledProgram;
let api: LoopbackMistralApi;
let terminal: Terminal | undefined;

beforeAll(async () => {
  program = await bundleProgram(new URL("./programs/rotate.ts", import.meta.url));
});
afterAll(() => program.remove());
beforeEach(async () => {
  api = await startMistralApi({ keys: [oldKey.reveal(), newKey.reveal()] });
});
afterEach(async () => {
  await terminal?.close();
  await api.stop();
});

const stories: Readonly<Record<string, (rotate: Terminal) => Promise<unknown>>> = {
  "to the end": async (rotate) => {
    await rotate.waitFor("I am deleting it");
    rotate.press("enter");
    await rotate.waitFor(/Waiting until\s+Mistral\s+refuses/);
    api.keys.revoke(oldKey.reveal());
  },
  "the old key later": async (rotate) => {
    await rotate.waitFor("I am deleting it");
    rotate.type("l");
  },
};

describe.each([40, 80, 120])("rotate in %i columns", (cols) => {
  it.each(Object.entries(stories))("matches its reviewed screen: %s", async (name, story) => {
    const rotate = openTerminal(process.execPath, [program.path, api.url], { cols, rows: 200 });
    terminal = rotate;
    await rotate.waitFor("continue");
    rotate.press("enter");
    await choose(rotate, /Which expiration did\s+you\s+choose/, 0);
    await pasteKey(rotate, newKey.reveal());
    await story(rotate);
    await rotate.exit();
    const screen = rotate
      .screen()
      .replace(/ *\d+ ms/g, "   99 ms")
      .replaceAll(new URL(api.url).port, "12345");
    await expect(`${screen}\n`).toMatchFileSnapshot(
      `screens/rotate-${name.replaceAll(" ", "-")}-${cols}.txt`,
    );
    expect(rotate.everything()).not.toContain(newKey.reveal());
  });
});
