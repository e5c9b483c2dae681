import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type LoopbackMistralApi, startMistralApi } from "../support/mistral-api.ts";
import { program } from "../support/program.ts";
import { openTerminal, type Terminal } from "../support/terminal.ts";
import { openLink } from "./page-client.ts";

const key = "testKey0".repeat(4);
const link = /http:\/\/127\.0\.0\.1:\d+\/#[\w-]{22}/;

let folder: string;
let api: LoopbackMistralApi;
let terminal: Terminal;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "take-over-"));
  api = await startMistralApi({ keys: [key] });
});
afterEach(async () => {
  await terminal.close();
  await api.stop();
  rmSync(folder, { recursive: true, force: true });
});

function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Terminal {
  terminal = openTerminal(process.execPath, [program, ...args], {
    env: {
      HOME: folder,
      MISTRAL_KEY_HOME: join(folder, "keys"),
      MISTRAL_KEY_SERVER_URL: api.url,
      BROWSER: "none",
      ...env,
    },
  });
  return terminal;
}

async function shownLink(): Promise<string> {
  return link.exec(await terminal.waitFor(link))?.[0] ?? "";
}

describe("a page and the terminal that serves it", () => {
  it("take a question from each other, and answer it once", async () => {
    start(["init", "--demo", "--web"]);
    const page = await openLink(await shownLink());
    await page.question(/^Where are you now/);
    await terminal.waitFor("answer here instead");
    terminal.type("t");
    await terminal.waitFor("I am new to Mistral");
    await page.question(/^In the terminal: /);
    expect(await page.answer({ choice: 0 })).toEqual({ outcome: "taken" });
    await page.question(/^Where are you now/);
    // Nothing remains of the question that the page has taken back.
    expect(await terminal.waitFor("t answer here instead")).not.toContain("I am new to Mistral");
    expect(await page.answer({ instead: "terminal" })).toEqual({ outcome: "taken" });
    await page.question(/^In the terminal: /);
    await terminal.waitFor(/Where are you now\?.*Where are you now\?.*I have a key/s);
    terminal.type("3");
    terminal.press("enter");
    await page.question(/^In the terminal: Your key/);
    await page.answer({ choice: 0 });
    await page.question(/^Your key/);
    await page.answer({ instead: "offered" });
    await page.question(/^When does it expire/);
    await page.answer({ choice: 0 });
    await page.ended;
    expect(await terminal.exit()).toMatchObject({ code: 0 });
    expect(terminal.screen()).toContain("That was the demonstration");
    expect(terminal.screen()).not.toContain("t answer here instead");
  });

  it("continue in the terminal when the link is not opened; a page opened later follows", async () => {
    start(["init", "--demo", "--web"]);
    const shown = await shownLink();
    await terminal.waitFor("go on here, in the terminal");
    terminal.type("t");
    await terminal.waitFor("I am new to Mistral");
    const page = await openLink(shown);
    await page.question(/^In the terminal: /);
    terminal.press("ctrl-c");
    await page.ended;
    expect(page.events.at(-1)).toEqual({ type: "end", how: "stopped" });
    expect(await terminal.exit()).toMatchObject({ code: 130 });
  });

  it("accept a key that is pasted in the terminal while the page asks for it", async () => {
    start(["init", "--web", "--store", "file", "--expires", "90d"]);
    const page = await openLink(await shownLink());
    await page.question(/passphrase/i);
    await page.answer({ text: "correct horse", again: "correct horse" });
    await page.question(/^Where are you now/);
    await terminal.waitFor(/Where are you now\?\s+t answer here instead/);
    terminal.paste(key);
    await terminal.waitFor("32 characters, looks right");
    terminal.press("enter");
    await page.ended;
    expect(await terminal.exit()).toMatchObject({ code: 0 });
    expect(JSON.stringify(page.events)).not.toContain(key);
    expect(terminal.everything()).not.toContain(key);
  });
});

describe("a terminal that does not paste", () => {
  it("is offered the page after two empty Enters, and continues with the key from there", async () => {
    start(["init", "--store", "file", "--expires", "90d"]);
    await terminal.waitFor("assphrase");
    terminal.type("correct horse\r");
    await terminal.waitFor("The same again");
    terminal.type("correct horse\r");
    await terminal.waitFor("Where are you now?");
    terminal.type("3");
    terminal.press("enter");
    await terminal.waitFor("it stays hidden");
    terminal.press("enter");
    await terminal.waitFor("No key was entered");
    terminal.press("enter");
    await terminal.waitFor("on a page in your browser instead?");
    terminal.press("enter");
    const page = await openLink(await shownLink());
    await page.question(/^Your key/);
    expect(await page.answer({ text: key })).toEqual({ outcome: "taken" });
    await page.ended;
    await terminal.waitFor("accepted by Mistral");
    expect(await terminal.exit()).toMatchObject({ code: 0 });
    expect(terminal.everything()).not.toContain(key);
  });
});

describe("init --web over SSH", () => {
  it("prints the line that makes the link work, and the alternative", async () => {
    start(["init", "--demo", "--web"], { SSH_CONNECTION: "192.0.2.7 50000 192.0.2.9 22", USER: "ada" });
    const port = new URL(await shownLink()).port;
    await terminal.waitFor("go on here, in the terminal");
    expect(terminal.screen()).toContain(`ssh -N -L ${port}:127.0.0.1:${port} ada@192.0.2.9`);
  });
});
