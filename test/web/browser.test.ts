import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterEach, beforeEach, expect, it } from "vitest";
import { filesHolding } from "../e2e/key-traces.ts";
import { describeWithChromium } from "../support/chromium.ts";
import { type Keyring, startKeyring } from "../support/keyring.ts";
import { describeWithKeyring } from "../support/keyring-suite.ts";
import { runProgram } from "../support/program.ts";
import { processesFrom, readOfProcess } from "../support/watch-children.ts";
import { ended, environmentIn, paste, press, textOf, withPage } from "./open-page.ts";

const key = "testKey0".repeat(4);
const rejected = "oldKey00".repeat(4);

/** Everything that a script of the page could find a key in. */
const traces = `(async () => JSON.stringify([
  location.href, history.length, history.state, document.documentElement.outerHTML,
  [...document.querySelectorAll("input")].map(({ value }) => value),
  { ...localStorage }, { ...sessionStorage }, document.cookie, window.name,
  await caches.keys(), await indexedDB.databases(),
  performance.getEntries().map(({ name }) => name),
]))()`;

/** The command lines of the browser, the program and all else that was started here. */
function commandLines(): string {
  return processesFrom(process.pid)
    .map((id) => readOfProcess(id, "cmdline"))
    .join("\n");
}

/** The addresses in the history of a page. */
async function historyOf(page: Page): Promise<readonly string[]> {
  const session = await page.context().newCDPSession(page);
  const { entries } = await session.send("Page.getNavigationHistory");
  return entries.flatMap(({ url, userTypedURL }) => [url, userTypedURL]);
}

describeWithKeyring("init --web with the real keyring", () => {
  describeWithChromium("in Chromium", () => {
    const around = withPage([key]);
    let keyring: Keyring;
    beforeEach(async () => {
      keyring = await startKeyring({ state: "unlocked" });
    });
    afterEach(() => keyring.stop());

    it("goes from the link to a stored key, past a rejected one, and leaves no trace of it", async () => {
      const { browser, folder, open } = around.setting;
      await browser.context.grantPermissions(["clipboard-read", "clipboard-write"]);
      const asked: string[] = [];
      browser.context.on("request", (request) => asked.push(request.url()));
      const { page, started } = await open(["init"], keyring.env);
      await page.getByRole("heading", { name: "Where are you now?" }).waitFor();
      const own = new URL(started.link).origin;
      expect(asked.map((url) => new URL(url).pathname)).toEqual(["/", "/session", "/events"]);
      expect(page.url()).toBe(`${own}/`);
      const late = await page.evaluate<boolean>(
        "performance.getEntriesByType('resource').every(({ startTime }) => startTime >= performance.getEntriesByName('first-paint')[0].startTime)",
      );
      expect(late).toBe(true);
      const size = await page.evaluate<number>(
        "performance.getEntriesByType('navigation')[0].decodedBodySize",
      );
      expect(size).toBeLessThan(40_000);

      await press(page, /I have a key/);
      await page.getByLabel("Key", { exact: true }).fill(rejected);
      await page.getByText("32 characters, looks right").waitFor();
      await press(page, "Use this key");
      await page.getByRole("button", { name: /Paste another key/ }).waitFor();
      // Somebody leaves the page and comes back: it is loaded again, without any of the key.
      await page.goto("about:blank");
      await page.goBack();
      await press(page, /Paste another key/);
      expect(await page.evaluate<string>(traces)).not.toContain(rejected);
      await paste(page, "two words");
      await page.getByText("spaces in the middle").waitFor();
      await paste(page, key);
      await press(page, /On a date/);
      await page.getByLabel("Day").fill("2031-02-21");
      await press(page, "Continue");
      await ended(page);
      expect(await started.ended).toBe(0);
      expect(await keyring.lookup("default")).toBe(key);
      expect(await textOf(page)).toContain("21 Feb 2031");
      expect(await textOf(page)).toContain("The program has stopped serving this page");
      await page.getByRole("button", { name: /^Copy: .*mistral-key rotate$/ }).click();
      await page.getByText("Copied").waitFor();
      expect(await page.evaluate("navigator.clipboard.readText()")).toMatch(/mistral-key rotate$/);

      const kept = [
        await page.evaluate(traces),
        await historyOf(page),
        asked,
        started.printed(),
        commandLines(),
      ];
      for (const secret of [key, rejected]) expect(JSON.stringify(kept)).not.toContain(secret);
      expect(asked.filter((url) => !url.startsWith(own) && url !== "about:blank")).toEqual([]);
      await browser.context.close();
      expect(filesHolding(browser.folder, [key, rejected])).toEqual([]);
      expect(filesHolding(join(folder, "keys"), [key, rejected])).toEqual([]);
    });

    it("accepts a key pasted at any question, and continues after Mistral was unreachable for a while", async () => {
      const { api, browser, open } = around.setting;
      await browser.context.grantPermissions(["clipboard-read", "clipboard-write"]);
      const { page, started } = await open(["init", "--expires", "90d"], keyring.env);
      api.behave("cut");
      await page.getByText("paste it, here or at any question").waitFor();
      await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(key)})`);
      await page.keyboard.press("Control+v");
      await page.getByText("This key could not be checked").waitFor();
      api.behave("normal");
      await press(page, /Check it again/);
      await ended(page);
      expect(await started.ended).toBe(0);
      expect(await keyring.lookup("default")).toBe(key);
    });

    it("imports a key found in plaintext", async () => {
      const { page, started } = await around.setting.open(["import"], {
        ...keyring.env,
        MISTRAL_API_KEY: key,
      });
      await press(page, /I do not know/);
      await ended(page);
      expect(await started.ended).toBe(0);
      expect(await keyring.lookup("default")).toBe(key);
      expect(await page.content()).not.toContain(key);
    });

    it.each([
      ["rotate", [/Paste now/]],
      ["init", [/Replace it/, /I have a key/]],
    ] as const)("replaces a key with %s until the old one is dead", async (name, way) => {
      const { api, folder, open } = around.setting;
      const successor = "newKey00".repeat(4);
      api.keys.accept(successor);
      const env = { ...environmentIn(folder, api), ...keyring.env };
      const stored = await runProgram(["init", "--with-key", "--expires", "90d"], { env, input: key });
      expect(stored.code).toBe(0);
      const { page, started } = await open([name, "--expires", "90d"], keyring.env);
      for (const button of way) await press(page, button);
      await paste(page, successor);
      await page.getByText("One thing is left").waitFor();
      api.keys.revoke(key);
      await page.locator("#ask button.main").click();
      await ended(page);
      expect(await started.ended).toBe(0);
      expect(await keyring.lookup("default")).toBe(successor);
    });
  });
});

describeWithChromium("a page of --web", () => {
  const around = withPage([key]);

  it("asks where to keep the key without a keychain, and for a passphrase, even after a reload", async () => {
    const { folder, open } = around.setting;
    const { page, started } = await open(["init", "--expires", "90d"]);
    await press(page, /In an encrypted file/);
    const passphrase = page.getByLabel("Passphrase");
    await passphrase.waitFor();
    await page.reload();
    await passphrase.fill("7 chars");
    await press(page, "Continue");
    await page.getByText("fewer than 8 characters").waitFor();
    await passphrase.fill("one of them");
    await page.getByLabel("The same again").fill("another one");
    await press(page, "Continue");
    await page.getByText("The two are not the same").waitFor();
    await passphrase.fill("correct horse battery");
    await page.getByLabel("The same again").fill("correct horse battery");
    await press(page, "Continue");
    await press(page, /I have a key/);
    await paste(page, key);
    await ended(page);
    expect(await started.ended).toBe(0);
    expect(started.printed()).not.toContain("correct horse");
    expect(await page.content()).not.toContain("correct horse");
    const env = {
      ...environmentIn(folder, around.setting.api),
      MISTRAL_KEY_PASSPHRASE: "correct horse battery",
    };
    expect((await runProgram(["get"], { env })).stdout.trim()).toBe(key);
  });

  it("takes a key that is pasted where a name is asked for, and does not show it there", async () => {
    const { api, browser, folder, open } = around.setting;
    const env = { ...environmentIn(folder, api), MISTRAL_KEY_PASSPHRASE: "correct horse battery" };
    const args = ["init", "--with-key", "--store", "file", "--expires", "never"];
    expect((await runProgram(args, { env, input: key })).code).toBe(0);
    await browser.context.grantPermissions(["clipboard-read", "clipboard-write"]);
    const { page } = await open(["init", "--expires", "90d"], env);
    await press(page, /under another name/);
    const name = page.getByLabel("Your answer");
    await name.waitFor();
    const pasteText = async (text: string) => {
      await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`);
      await name.press("Control+v");
    };
    await pasteText("analytical-engines-production-2027");
    expect(await name.inputValue()).toBe("analytical-engines-production-2027");
    await name.fill("");
    await pasteText(key);
    await page.getByText("Your key has arrived. This question comes first.").waitFor();
    expect(await name.inputValue()).toBe("");
    expect(await page.evaluate<string>(traces)).not.toContain(key);
  });

  it("shows no key that is pasted where a name is asked for and no key is taken", async () => {
    const { api, browser, folder, open } = around.setting;
    const env = { ...environmentIn(folder, api), MISTRAL_KEY_PASSPHRASE: "correct horse battery" };
    const args = ["init", "--with-key", "--store", "file", "--expires", "never"];
    expect((await runProgram(args, { env, input: key })).code).toBe(0);
    await browser.context.grantPermissions(["clipboard-read", "clipboard-write"]);
    const other = "newKey00".repeat(4);
    api.keys.accept(other);
    const { page } = await open(["import"], { ...env, MISTRAL_API_KEY: other });
    await press(page, /under another name/);
    const name = page.getByLabel("Your answer");
    await name.waitFor();
    await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(other)})`);
    await name.press("Control+v");
    await page.getByText("no key is asked for here, so it was not used").waitFor();
    expect(await name.inputValue()).toBe("");
  });

  it.each(["a long text ".repeat(10_000), "\u00e4".repeat(7500)])(
    "says that a text is too long for an answer, and takes the next one",
    async (text) => {
      const { page } = await around.setting.open(["init", "--demo"]);
      await press(page, /I have a key/);
      await paste(page, text);
      await page.getByText("That is too long").waitFor();
      await paste(page, "two words");
      await page.getByText("spaces in the middle").waitFor();
    },
  );

  it("continues where its link is opened again, and says what to do when it was closed", async () => {
    const { browser, open } = around.setting;
    const { page, started } = await open(["init", "--demo"]);
    await page.locator("#question").waitFor();
    await page.goto("about:blank");
    await page.goto(started.link);
    await page.locator("#question").waitFor();
    // The page has removed what follows the "#", so that only this differs.
    const loaded = page.waitForEvent("load");
    await page.goto(started.link);
    await loaded;
    await page.locator("#question").waitFor();
    expect(page.url()).not.toContain("#");
    await page.close();
    const other = await browser.context.newPage();
    await other.goto(started.link);
    await ended(other);
    expect(await textOf(other)).toContain(
      "because you closed it or somebody else used the link, press Ctrl-C",
    );
  });

  it("shows the keys with status and changes nothing", async () => {
    const { api, folder, open } = around.setting;
    const env = { ...environmentIn(folder, api), MISTRAL_KEY_PASSPHRASE: "correct horse battery" };
    for (const [name, expires] of [
      ["default", "90d"],
      ["lab", "never"],
      ["work", "10d"],
    ] as const) {
      const args = ["init", "--with-key", "--store", "file", "-p", name, "--expires", expires];
      expect((await runProgram(args, { env, input: key })).code).toBe(0);
    }
    const files = () =>
      readdirSync(join(folder, "keys"), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => [name, readFileSync(join(parentPath, name), "utf8")]);
    const before = files();
    const { page, started } = await open(["status"]);
    await page.getByRole("heading", { name: "work" }).waitFor();
    const bars = await page.getByRole("meter").all();
    expect(await Promise.all(bars.map((bar) => bar.getAttribute("value")))).toEqual([
      String(10 / 365),
      String(90 / 365),
    ]);
    expect(await textOf(page)).toContain("requests a minute");
    await press(page, "Close");
    await ended(page);
    expect(await started.ended).toBe(0);
    expect(files()).toEqual(before);
  });

  it("says that it was stopped in the terminal", async () => {
    const { page, started } = await around.setting.open(["init", "--demo"]);
    await page.locator("#question").waitFor();
    started.child.kill("SIGINT");
    await ended(page);
    expect(await textOf(page)).toContain("The program was stopped");
    expect(await started.ended).toBe(130);
  });

  it("does not take a lost connection for the end, and continues after a reload", async () => {
    const { browser, open } = around.setting;
    const { page } = await open(["init", "--demo"]);
    await page.locator("#question").waitFor();
    await page.route("**/events", (route) => route.abort());
    // A copy of the page takes its connection.
    const opened = browser.context.waitForEvent("page");
    await page.evaluate("open('/')");
    const copy = await opened;
    await copy.locator("#question").waitFor();
    await ended(page);
    expect(await textOf(page)).toContain("The connection to the program was lost.");
    await copy.close();
    await page.unroute("**/events");
    await page.reload();
    await page.locator("#question").waitFor();
  });
});
