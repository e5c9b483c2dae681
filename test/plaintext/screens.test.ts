import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { choose } from "../e2e/wizard.ts";
import { type BundledProgram, bundleProgram } from "../support/bundle.ts";
import { type LoopbackMistralApi, startMistralApi } from "../support/mistral-api.ts";
import { openTerminal, type Terminal } from "../support/terminal.ts";
import { type PlantedHome, plantHome } from "./planted-home.ts";

const living = "liveKey1".repeat(4);
const dead = "deadKey1".repeat(4);
const ofVibe = "vibeKey1".repeat(4);

let program: BundledProgram;
let api: LoopbackMistralApi;
let planted: PlantedHome;
let terminal: Terminal | undefined;

beforeAll(async () => {
  program = await bundleProgram(new URL("./programs/import.ts", import.meta.url));
});
afterAll(() => program.remove());
beforeEach(async () => {
  api = await startMistralApi({ keys: [living, ofVibe] });
  api.keys.forbid(ofVibe, "vibe-key");
  planted = plantHome([
    { path: ".bashrc", before: `export MISTRAL_API_KEY=${dead}\n`, after: "" },
    { path: ".vibe/.env", before: `MISTRAL_API_KEY='${ofVibe}'\n`, after: "" },
    { path: "project/.env.local", before: `PORT=3000\nMISTRAL_API_KEY=${living}\n`, after: "" },
  ]);
});
afterEach(async () => {
  await terminal?.close();
  planted.remove();
  await api.stop();
});

function start(cols: number): Terminal {
  const args = [program.path, api.url, planted.home, planted.project];
  terminal = openTerminal(process.execPath, args, { cols, rows: 200 });
  return terminal;
}

const which = /Which key do\s+you want to\s+store/;
const whatNow = /What\s+now\?/;

const stories: Readonly<Record<string, (screen: Terminal) => Promise<unknown>>> = {
  "the living one": async (screen) => {
    await choose(screen, /Check these 3\s+keys/, 0);
    await choose(screen, which, 0);
    await choose(screen, /When does it\s+expire/, 0);
    await choose(screen, /Remove the key\s+from/, 0);
    await choose(screen, /Deliver it to one\s+of them/, 0);
  },
  "a dead one": async (screen) => {
    await choose(screen, /Check these 3\s+keys/, 0);
    await choose(screen, which, 2);
    await choose(screen, whatNow, 1);
    await choose(screen, /Remove the key\s+from/, 0);
  },
  "the one of Vibe": async (screen) => {
    await choose(screen, /Check these 3\s+keys/, 0);
    await choose(screen, which, 1);
    await choose(screen, whatNow, 2);
  },
};

/** What a person sees, without what differs from run to run; `vitest -u` rewrites it. */
function screenOfRun(screen: Terminal): string {
  return `${screen
    .screen()
    .replace(/ *\d+ ms/g, "   99 ms")
    .replaceAll(new URL(api.url).port, "12345")}\n`;
}

describe.each([40, 80, 120])("import of three keys in %i columns", (cols) => {
  it.each(Object.entries(stories))("matches its reviewed screen: %s", async (name, story) => {
    const screen = start(cols);
    await story(screen);
    await screen.exit();
    const file = `screens/import-${name.toLowerCase().replaceAll(" ", "-")}-${cols}.txt`;
    await expect(screenOfRun(screen)).toMatchFileSnapshot(file);
    for (const key of [living, dead, ofVibe]) expect(screen.everything()).not.toContain(key);
  });
});
