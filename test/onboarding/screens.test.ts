import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { choose, pasteKey, screenOf, walk } from "../e2e/wizard.ts";
import { type BundledProgram, bundleProgram } from "../support/bundle.ts";
import { type LoopbackMistralApi, startMistralApi } from "../support/mistral-api.ts";
import { openTerminal, type Terminal } from "../support/terminal.ts";

const key = "testKey0".repeat(4);

let program: BundledProgram;
let api: LoopbackMistralApi;
let terminal: Terminal | undefined;

beforeAll(async () => {
  program = await bundleProgram(new URL("./programs/init.ts", import.meta.url));
});
afterAll(() => program.remove());
beforeEach(async () => {
  api = await startMistralApi({ keys: [key] });
});
afterEach(async () => {
  await terminal?.close();
  await api.stop();
});

function start(cols: number): Terminal {
  terminal = openTerminal(process.execPath, [program.path, api.url], { cols, rows: 200 });
  return terminal;
}

const stories: Readonly<Record<string, (init: Terminal) => Promise<unknown>>> = {
  new: async (init) => {
    await choose(init, "Where are you now?", 0);
    await walk(init, 1);
    await choose(init, /Which expiration did\s+you\s+choose/, 0);
    await pasteKey(init, key);
  },
  account: async (init) => {
    await choose(init, "Where are you now?", 1);
    await init.waitFor(screenOf(4));
    init.type("h");
    await init.waitFor(/no plan is[\s\S]*Ctrl-C stop/);
    init.type("n");
    await choose(init, /Which expiration did\s+you\s+choose/, 6);
    await pasteKey(init, key);
  },
  key: async (init) => {
    await init.waitFor("Where are you now?");
    init.paste(key);
    await init.waitFor("32 characters, looks right");
    init.press("enter");
    await choose(init, /When does it expire/, 0);
  },
  "no-plan": async (init) => {
    api.behave("no-plan");
    await choose(init, "Where are you now?", 2);
    await pasteKey(init, key);
    await choose(init, /What\s+now\?/, 0);
    await init.waitFor(/check the key again[\s\S]*Ctrl-C stop/);
    api.behave("normal");
    init.press("enter");
    await choose(init, /When does it expire/, 2);
  },
  "too-new": async (init) => {
    api.keys.accept(key, { afterRefusals: 3 });
    await choose(init, "Where are you now?", 1);
    await walk(init, 4);
    await choose(init, /Which expiration did\s+you\s+choose/, 0);
    await pasteKey(init, key);
    await choose(init, /What\s+now\?/, 0);
  },
  vibe: async (init) => {
    api.behave("vibe-key");
    await choose(init, "Where are you now?", 2);
    await pasteKey(init, key);
    await choose(init, /What\s+now\?/, 1);
  },
};

/** What a person sees, without what differs from run to run; `vitest -u` rewrites it. */
function screenOfRun(init: Terminal): string {
  return `${init
    .screen()
    .replace(/ *\d+ ms/g, "   99 ms")
    .replaceAll(new URL(api.url).port, "12345")}\n`;
}

describe.each([40, 80, 120])("init in %i columns", (cols) => {
  it.each(Object.entries(stories))("matches its reviewed screen: %s", async (name, story) => {
    const init = start(cols);
    await story(init);
    await init.exit();
    await expect(screenOfRun(init)).toMatchFileSnapshot(`screens/init-${name}-${cols}.txt`);
    expect(init.everything()).not.toContain(key);
  });
});

/** The keys that are pressed in a terminal; a paste does not count. */
function countKeystrokes(terminal: Terminal): { readonly init: Terminal; readonly count: () => number } {
  let count = 0;
  const init: Terminal = {
    ...terminal,
    press: (key) => {
      count += 1;
      terminal.press(key);
    },
    type: (text) => {
      count += text.length;
      terminal.type(text);
    },
  };
  return { init, count: () => count };
}

describe("from start to a stored, verified key it takes", () => {
  it("two keystrokes and a paste for somebody who has a key", async () => {
    const { init, count } = countKeystrokes(start(80));
    await stories.key?.(init);
    expect((await init.exit()).code).toBe(0);
    expect(init.screen()).toContain("accepted by Mistral");
    expect(count()).toBe(2);
  });

  it("eight keystrokes and a paste for somebody who is new, and all of them are Enter", async () => {
    const { init, count } = countKeystrokes(start(80));
    const enter = async (shown: RegExp) => {
      await init.waitFor(shown);
      init.press("enter");
    };
    await enter(/Where are you now\?/);
    await enter(/1 of 5[\s\S]*open the page.*Ctrl-C stop/);
    await enter(/1 of 5[\s\S]*done, continue.*Ctrl-C stop/);
    await enter(/2 of 5[\s\S]*done, continue.*Ctrl-C stop/);
    await enter(/4 of 5[\s\S]*open the page.*Ctrl-C stop/);
    await enter(/4 of 5[\s\S]*done, continue.*Ctrl-C stop/);
    await enter(/Which expiration did you choose/);
    await pasteKey(init, key);
    expect((await init.exit()).code).toBe(0);
    expect(init.screen()).toContain("accepted by Mistral");
    expect(count()).toBe(8);
  });
});
