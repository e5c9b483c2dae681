import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Keyring, startKeyring } from "../support/keyring.ts";
import { describeWithKeyring } from "../support/keyring-suite.ts";
import { type LoopbackMistralApi, startMistralApi } from "../support/mistral-api.ts";
import { runProgram } from "../support/program.ts";
import type { Terminal } from "../support/terminal.ts";
import { filesHolding, tracesIn } from "./key-traces.ts";
import { codeAfter, type Stop, type Stoppable, startStoppable } from "./stoppable.ts";
import { screenOf } from "./wizard.ts";

const oldKey = "firstKey".repeat(4);
const newKey = "2ndKey42".repeat(4);
const stops = Object.keys(codeAfter) as readonly Stop[];

let keyring: Keyring;
let api: LoopbackMistralApi;
let folder: string;
let profile: string;
let profiles = 0;
let running: Stoppable | undefined;

beforeEach(async () => {
  api = await startMistralApi({ keys: [oldKey, newKey] });
  folder = mkdtempSync(join(tmpdir(), "ctrl-c-"));
  mkdirSync(join(folder, "home"));
  profiles += 1;
  profile = `stop${profiles}`;
});

afterEach(async () => {
  await running?.close();
  running = undefined;
  await api.stop();
  rmSync(folder, { recursive: true, force: true });
});

const env = () => ({
  ...keyring.env,
  HOME: join(folder, "home"),
  XDG_CONFIG_HOME: join(folder, "home", ".config"),
  XDG_DATA_HOME: join(folder, "home", ".local"),
  MISTRAL_KEY_HOME: join(folder, "mistral-key"),
  MISTRAL_KEY_SERVER_URL: api.url,
  MISTRAL_KEY_PROFILE: profile,
  BROWSER: "true",
});

function start(...args: string[]): Stoppable {
  running = startStoppable(args, { env: env(), folder });
  return running;
}

async function storeOldKey(): Promise<void> {
  const run = await runProgram(["init", "--with-key", "--no-verify", "--expires", "90d"], {
    env: env(),
    input: oldKey,
  });
  expect(run.code, run.stderr).toBe(0);
}

/**
 * Everything that lasts, except where a wizard was stopped: what the keyring and the program's folder hold
 * for the profile.
 */
async function lasting(): Promise<object> {
  const home = join(folder, "mistral-key");
  const files = readdirSafely(home).filter((name) => name.endsWith(".json") && !name.startsWith("drafts"));
  return {
    current: await keyring.lookup(profile),
    next: await keyring.lookup(`${profile}/next`),
    previous: await keyring.lookup(`${profile}/previous`),
    files: files.map((name) => [name, readFileSync(join(home, name), "utf8")]),
    temporary: readdirSafely(home).filter((name) => /\.json\.|tmp/.test(name)),
  };
}

function readdirSafely(path: string): readonly string[] {
  try {
    return readdirSync(path, { recursive: true, encoding: "utf8" }).toSorted();
  } catch {
    return [];
  }
}

function expectNoKey(terminal: Terminal): void {
  expect(tracesIn(terminal.everything(), [oldKey, newKey])).toEqual([]);
}

/** A place where the program waits for a person or for Mistral, and how to continue from there. */
interface Place {
  readonly name: string;
  readonly shown: string | RegExp;
  readonly onward: (terminal: Terminal) => void | Promise<void>;
}

const enter = (terminal: Terminal) => terminal.press("enter");
const type = (text: string) => (terminal: Terminal) => terminal.type(text);
const choose = (row: number) => (terminal: Terminal) => {
  for (let at = 0; at < row; at += 1) terminal.press("down");
  terminal.press("enter");
};
const paste = (key: string) => async (terminal: Terminal) => {
  terminal.paste(key);
  await terminal.waitFor("32 characters, looks right");
  terminal.press("enter");
};
const nowhere = () => {};

/** Goes to the last of these places. */
async function goTo(terminal: Terminal, way: readonly Place[]): Promise<void> {
  for (const [index, { shown, onward }] of way.entries()) {
    await terminal.waitFor(shown);
    if (index < way.length - 1) await onward(terminal);
  }
}

/** Every prefix of a way, by the name of the place it leads to. */
function places(way: readonly Place[]): readonly (readonly [string, readonly Place[]])[] {
  return way.map(({ name }, index) => [name, way.slice(0, index + 1)] as const);
}

const whereNow: Place = { name: "where you are", shown: "Where are you now?", onward: enter };
const steps = [1, 2, 4].map(
  (step): Place => ({ name: `step ${step}`, shown: screenOf(step), onward: type("n") }),
);
const expiration: Place = { name: "expiration", shown: "Which expiration did you choose?", onward: enter };
const thePaste: Place = { name: "the paste", shown: "paste it here; it stays hidden", onward: paste(newKey) };
const end: Place = { name: "the end", shown: "When does it expire?", onward: enter };
const haveKey: Place = { ...whereNow, onward: choose(2) };
const otherDate: readonly Place[] = [
  { ...expiration, onward: choose(3) },
  { name: "another date", shown: "Its last day", onward: nowhere },
];
const whatNow: Place = { name: "what now, with a refused key", shown: "What now?", onward: choose(1) };

/** Ctrl-C, and one of the other ways, by the length of the test's name: every way at every place takes minutes. */
function waysOfStopping(): readonly Stop[] {
  const others = stops.filter((stop) => stop !== "Ctrl-C");
  const other = others[(expect.getState().currentTestName ?? "").length % others.length];
  return other === undefined ? ["Ctrl-C"] : ["Ctrl-C", other];
}

async function afresh(): Promise<void> {
  await running?.close();
  profiles += 1;
  profile = `stop${profiles}`;
}

/** Stops at a place in every way, and expects that nothing has changed. */
async function expectNothingChanged(
  args: readonly string[],
  way: readonly Place[],
  prepare: () => Promise<void> = async () => {},
): Promise<void> {
  for (const how of waysOfStopping()) {
    await afresh();
    await prepare();
    const before = await lasting();
    const terminal = start(...args);
    await goTo(terminal, way);
    expect(await terminal.stop(how), how).toBe(codeAfter[how]);
    expect(await lasting(), how).toEqual(before);
    expectNoKey(terminal);
    expect(filesHolding(folder, [newKey])).toEqual([]);
  }
}

describeWithKeyring("stopping at every place of the built command", () => {
  beforeAll(async () => {
    keyring = await startKeyring({ state: "unlocked" });
  });
  afterAll(async () => {
    await keyring.stop();
  });

  describe("init", () => {
    it.each([
      ...places([whereNow, ...steps, expiration, thePaste]),
      ...places([whereNow, ...steps, ...otherDate]).slice(-1),
    ])("at %s", async (_name, way) => {
      await expectNothingChanged(["init"], way);
      expect(api.requests).toEqual([]);
    });

    it("at what now, with a key that Mistral refuses", async () => {
      api.keys.revoke(newKey);
      await expectNothingChanged(["init"], [haveKey, thePaste, whatNow]);
    });

    it("at the wait before a refused key is tried again, which counts down", async () => {
      api.keys.revoke(newKey);
      const terminal = start("init");
      const countdown = [5, 4].map((left) => ({
        name: "",
        shown: `again in ${left} seconds`,
        onward: nowhere,
      }));
      await goTo(terminal, [haveKey, thePaste, whatNow, ...countdown]);
      expect(await terminal.stop("Ctrl-C")).toBe(130);
      expect(await lasting()).toMatchObject({ current: undefined, files: [] });
    });

    it("at what now, with a Mistral that cannot be reached", async () => {
      api.behave("cut");
      await expectNothingChanged(["init"], [haveKey, thePaste, whatNow]);
    });

    it("at the question whether to replace the stored key", async () => {
      const question = { name: "replace", shown: "What do you want to do?", onward: nowhere };
      await expectNothingChanged(["init"], [question], storeOldKey);
    });

    it("at the question where they are, once it was stopped", async () => {
      const goOn = { name: "go on", shown: "where you stopped last time", onward: nowhere };
      await expectNothingChanged(["init"], [goOn], async () => {
        const first = start("init");
        await goTo(first, [whereNow, ...steps]);
        expect(await first.stop("Ctrl-C")).toBe(130);
        await first.close();
      });
    });

    it("keeps the key when it is stopped at the expiration of a key that is stored by then", async () => {
      for (const how of waysOfStopping()) {
        await afresh();
        const terminal = start("init");
        await goTo(terminal, [haveKey, thePaste, end]);
        expect(await terminal.stop(how), how).toBe(codeAfter[how]);
        expect(await lasting(), how).toMatchObject({ current: newKey, next: undefined, previous: undefined });
        const status = await runProgram(["status", "--json"], { env: env() });
        expect(JSON.parse(status.stdout).profiles, how).toContainEqual(
          expect.objectContaining({ profile, key: "2ndK...ey42", expiresAt: null }),
        );
        expectNoKey(terminal);
      }
    });
  });

  describe("rotate", () => {
    const create: Place = {
      name: "Create the key",
      shown: /Create the key[\s\S]*Ctrl-C stop/,
      onward: type("n"),
    };

    it.each([...places([create, expiration, thePaste]), ...places([create, ...otherDate]).slice(-1)])(
      "at %s",
      async (_name, way) => {
        await expectNothingChanged(["rotate"], way, storeOldKey);
        expect(api.requests).toEqual([]);
      },
    );

    it("at what now, with a key that Mistral refuses", async () => {
      api.keys.revoke(newKey);
      await expectNothingChanged(["rotate"], [create, expiration, thePaste, whatNow], storeOldKey);
    });

    const row: Place = {
      name: "the row to delete",
      shown: /delete the old key at Mistral[\s\S]*Ctrl-C stop/,
      onward: type("d"),
    };
    const watching: Place = {
      name: "the wait for its end",
      shown: "Waiting until Mistral refuses",
      onward: nowhere,
    };

    it.each(places([create, expiration, thePaste, row, watching]).slice(-2))(
      "keeps both keys and says what is unfinished at %s",
      async (_name, way) => {
        for (const how of waysOfStopping().filter((stop) => stop !== "Ctrl-D" || way.at(-1) === row)) {
          await afresh();
          await storeOldKey();
          const terminal = start("rotate");
          await goTo(terminal, way);
          // With Ctrl-C the person says "later"; that is an answer, and the rest is left to do. A terminal that
          // closes says so too, where the program sees its end before the signal.
          const codes = { "Ctrl-C": [9], "Ctrl-D": [9], SIGTERM: [143], "closed terminal": [9, 129] };
          expect(codes[how], how).toContain(await terminal.stop(how));
          expect(await lasting(), how).toMatchObject({ current: newKey, next: undefined, previous: oldKey });
          const status = await runProgram(["status", "--json"], { env: env() });
          expect(JSON.parse(status.stdout).profiles, how).toContainEqual(
            expect.objectContaining({ profile, rotation: expect.objectContaining({ stage: "retiring" }) }),
          );
          if (how !== "closed terminal") expect(terminal.screen()).toContain("rotate --finish");
          expectNoKey(terminal);
          expect(filesHolding(folder, [oldKey, newKey])).toEqual([]);
        }
      },
    );
  });

  describe("while Mistral is being asked", () => {
    const slowly = async () => {
      await storeOldKey();
      api.delay(5_000);
    };

    it.each([
      ["init", ["init", "-p", "another"], [haveKey, thePaste]],
      [
        "rotate",
        ["rotate"],
        [{ name: "", shown: /Create the key[\s\S]*Ctrl-C stop/, onward: type("s") }, thePaste],
      ],
      ["verify", ["verify"], []],
    ] as const)("%s", async (_name, args, way) => {
      for (const how of waysOfStopping().filter((stop) => stop !== "Ctrl-D")) {
        await afresh();
        await slowly();
        const before = await lasting();
        const asked = api.requests.length;
        const terminal = start(...args);
        await goTo(terminal, [...way, { name: "checking", shown: /./, onward: nowhere }]);
        await expect.poll(() => api.requests.length).toBeGreaterThan(asked);
        expect(await terminal.stop(how), how).toBe(codeAfter[how]);
        expect(await lasting(), how).toEqual(before);
        expect(await keyring.lookup("another"), how).toBeUndefined();
        expectNoKey(terminal);
      }
    });
  });

  it("get", async () => {
    const question = { name: "get", shown: /Show firs\.\.\.tKey in full/, onward: nowhere };
    await expectNothingChanged(["get"], [question], storeOldKey);
  });

  describe("remove", () => {
    it("at the question whether to remove it", async () => {
      const question = { name: "remove", shown: /Remove the key/, onward: nowhere };
      await expectNothingChanged(["remove"], [question], storeOldKey);
    });

    it("at the offer to open the page, after everything is removed", async () => {
      for (const how of waysOfStopping()) {
        await afresh();
        await storeOldKey();
        const terminal = start("remove");
        await terminal.waitFor("Remove the key");
        terminal.type("y");
        terminal.press("enter");
        await terminal.waitFor("Open that page now?");
        // What was asked for is done by then.
        expect(await terminal.stop(how), how).toBe(how.startsWith("Ctrl") ? 0 : codeAfter[how]);
        expect(await lasting(), how).toEqual({
          current: undefined,
          next: undefined,
          previous: undefined,
          files: [],
          temporary: [],
        });
      }
    });
  });

  describe("import", () => {
    const dotenv = () => join(folder, "home", ".vibe", ".env");
    const plant = async () => {
      mkdirSync(join(folder, "home", ".vibe"), { recursive: true });
      writeFileSync(dotenv(), `MISTRAL_API_KEY=${oldKey}\nOTHER=1\n`);
      mkdirSync(join(folder, "home", ".config", "io.datasette.llm"), { recursive: true });
      writeFileSync(
        join(folder, "home", ".config", "io.datasette.llm", "keys.json"),
        JSON.stringify({ mistral: "otherKy1".repeat(4) }),
      );
    };
    const check: Place = {
      name: "check",
      shown: /Check these 2 keys/,
      onward: (terminal) => {
        terminal.type("n");
        terminal.press("enter");
      },
    };
    const which: Place = {
      name: "which key",
      // Whole, since it is looked at.
      shown: /Which key do you want to store\?[\s\S]*Enter choose/,
      onward: (terminal) => {
        if (!/[›>] firs/.test(terminal.screen())) terminal.press("down");
        terminal.press("enter");
      },
    };

    it("at the question which key to keep", async () => {
      await expectNothingChanged(["import"], [check, which], plant);
      expect(readFileSync(dotenv(), "utf8")).toContain(oldKey);
    });

    it.each(
      places([
        check,
        which,
        { name: "expiration", shown: /When does it expire/, onward: (terminal) => terminal.press("enter") },
        { name: "removal", shown: /Remove the key from/, onward: nowhere },
      ]).slice(2),
    )("keeps the key that is stored by then, and the copies, at %s", async (_name, way) => {
      for (const how of waysOfStopping()) {
        await afresh();
        await plant();
        const terminal = start("import");
        await goTo(terminal, way);
        expect(await terminal.stop(how), how).toBe(codeAfter[how]);
        expect(await lasting(), how).toMatchObject({ current: oldKey, next: undefined, previous: undefined });
        expect(readFileSync(dotenv(), "utf8")).toBe(`MISTRAL_API_KEY=${oldKey}\nOTHER=1\n`);
        expectNoKey(terminal);
      }
    });
  });
});
