import { mkdtempSync, rmSync } from "node:fs";
import { createServer, request as httpRequest, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { afterEach, beforeEach, expect, it } from "vitest";
import { filesHolding } from "../e2e/key-traces.ts";
import {
  describeWithChromium,
  type ServingProgram,
  startChromium,
  startServing,
  type TestBrowser,
} from "../support/chromium.ts";
import { type Keyring, startKeyring } from "../support/keyring.ts";
import { describeWithKeyring } from "../support/keyring-suite.ts";
import { type LoopbackMistralApi, startMistralApi } from "../support/mistral-api.ts";
import { runProgram } from "../support/program.ts";

const key = "testKey0".repeat(4);
const rejected = "oldKey00".repeat(4);

let browser: TestBrowser;
let folder: string;
let served: ServingProgram | undefined;
let api: LoopbackMistralApi;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "web-"));
  api = await startMistralApi({ keys: [key] });
  browser = await startChromium();
});
afterEach(async () => {
  served?.child.kill("SIGKILL");
  served = undefined;
  await browser.close();
  await api.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Starts a command with `--web`, and opens its page. */
async function open(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const started = await startServing([...args, "--web"], {
    HOME: folder,
    MISTRAL_KEY_HOME: join(folder, "keys"),
    MISTRAL_KEY_SERVER_URL: api.url,
    BROWSER: "none",
    ...env,
  });
  served = started;
  const page = await browser.context.newPage();
  await page.goto(started.link);
  return { page, started };
}

const press = (page: Page, name: string | RegExp) => page.getByRole("button", { name }).click();
const ended = (page: Page) => page.locator("body.ended").waitFor({ timeout: 20_000 });
const text = (page: Page) => page.locator("body").innerText();

async function paste(page: Page, value: string) {
  await page.getByLabel("Key", { exact: true }).fill(value);
  await press(page, "Use this key");
}

/** What axe-core finds wrong. */
async function faults(page: Page): Promise<readonly unknown[]> {
  await page.evaluate(axe.source);
  return await page.evaluate(
    "axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)]))",
  );
}

describeWithKeyring("init --web with the real keyring", () => {
  describeWithChromium("in Chromium", () => {
    let keyring: Keyring;
    beforeEach(async () => {
      keyring = await startKeyring({ state: "unlocked" });
    });
    afterEach(() => keyring.stop());

    it("goes from the link to a stored key, past a rejected one, and leaves no trace of it", {
      timeout: 90_000,
    }, async () => {
      const asked: string[] = [];
      browser.context.on("request", (request) => asked.push(request.url()));
      const { page, started } = await open(["init"], keyring.env);
      await page.getByRole("heading", { name: "Where are you now?" }).waitFor();
      const own = new URL(started.link).origin;
      expect(asked.map((url) => url.replace(own, ""))).toEqual(
        [`/#${started.link.split("#")[1]}`, "/session", "/events"].map((path) => path.replace(/^\/#.*/, "/")),
      );
      expect(page.url()).toBe(`${own}/`);

      await press(page, /I have a key/);
      await page.getByLabel("Key", { exact: true }).fill(rejected);
      await page.getByText("32 characters, looks right").waitFor();
      await press(page, "Use this key");
      await press(page, /Paste another key/);
      await paste(page, "two words");
      await page.getByText("spaces in the middle").waitFor();
      await paste(page, key);
      await press(page, /I do not know/);
      await ended(page);
      expect(await started.ended).toBe(0);
      expect(await keyring.lookup("default")).toBe(key);
      expect(await text(page)).toContain("The program has stopped serving this page");

      const kept = await page.evaluate(
        "JSON.stringify([location.href, history.length, document.documentElement.outerHTML, [...document.querySelectorAll('input')].map(({ value }) => value), { ...localStorage }, { ...sessionStorage }, document.cookie])",
      );
      for (const secret of [key, rejected]) {
        expect(kept).not.toContain(secret);
        expect(started.printed()).not.toContain(secret);
        expect(asked.join()).not.toContain(secret);
      }
      expect(asked.filter((url) => !url.startsWith(own))).toEqual([]);
      await browser.context.close();
      expect(filesHolding(browser.folder, [key, rejected])).toEqual([]);
      expect(filesHolding(join(folder, "keys"), [key, rejected])).toEqual([]);
    });

    it("goes on when Mistral cannot be reached for a while", { timeout: 90_000 }, async () => {
      const { page, started } = await open(["init", "--expires", "90d"], keyring.env);
      api.behave("cut");
      await press(page, /I have a key/);
      await paste(page, key);
      await page.getByText("Nothing is known against this key").waitFor({ timeout: 60_000 });
      api.behave("normal");
      await press(page, /Check it again/);
      await ended(page);
      expect(await started.ended).toBe(0);
      expect(await keyring.lookup("default")).toBe(key);
    });

    it("imports a key that lies in plaintext", { timeout: 90_000 }, async () => {
      const { page, started } = await open(["import"], { ...keyring.env, MISTRAL_API_KEY: key });
      await press(page, /I do not know/);
      await ended(page);
      expect(await started.ended).toBe(0);
      expect(await keyring.lookup("default")).toBe(key);
      expect(await page.content()).not.toContain(key);
    });

    it("rotates until the old key is dead", { timeout: 90_000 }, async () => {
      const successor = "newKey00".repeat(4);
      api.keys.accept(successor);
      const env = { MISTRAL_KEY_HOME: join(folder, "keys"), MISTRAL_KEY_SERVER_URL: api.url, ...keyring.env };
      const stored = await runProgram(["init", "--with-key", "--expires", "90d"], { env, input: key });
      expect(stored.code).toBe(0);
      const { page, started } = await open(["rotate", "--expires", "90d"], keyring.env);
      await press(page, "Paste now");
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

describeWithChromium("init --web", () => {
  it("is done with the keyboard alone, and axe-core finds nothing on the way", {
    timeout: 120_000,
  }, async () => {
    const { page, started } = await open(["init", "--demo"]);
    const main = page.locator("main");
    for (let questions = 0; questions < 12; questions += 1) {
      await page.locator("#question").waitFor();
      expect(await faults(page)).toEqual([]);
      if ((await page.getByLabel("Key", { exact: true }).count()) > 0) break;
      const before = await main.innerText();
      await page.keyboard.press("Enter");
      await expect
        .poll(async () => (await main.innerText()) !== before || (await page.locator("input").count()) > 0)
        .toBe(true);
    }
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await ended(page);
    expect(await faults(page)).toEqual([]);
    expect(await started.ended).toBe(0);
    expect(await text(page)).toContain("That was the demonstration");
  });

  it("fits every width in both colour schemes, with contrast enough", { timeout: 90_000 }, async () => {
    const { page } = await open(["init", "--demo"]);
    await press(page, /I am new/);
    await page.getByRole("heading", { name: "What next?" }).waitFor();
    for (const width of [320, 768, 1440]) {
      for (const colorScheme of ["light", "dark"] as const) {
        await page.setViewportSize({ width, height: 900 });
        await page.emulateMedia({ colorScheme });
        expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
        expect(await faults(page)).toEqual([]);
        const shots = process.env.MISTRAL_KEY_SCREENSHOTS;
        if (shots)
          await page.screenshot({ path: join(shots, `${width}-${colorScheme}.png`), fullPage: true });
      }
    }
  });

  it("asks for a passphrase where the key goes into a file, and goes on after a reload", {
    timeout: 90_000,
  }, async () => {
    const { page, started } = await open(["init", "--store", "file", "--expires", "90d"]);
    await page.locator("#question").waitFor();
    await page.reload();
    await page.locator("#question").waitFor();
    const passphrase = page.getByLabel("Passphrase");
    if ((await passphrase.count()) > 0) {
      await passphrase.fill("one");
      await page.getByLabel("The same once more").fill("another");
      await press(page, "Continue");
      await page.getByText("The two were not the same").waitFor();
      await passphrase.fill("correct horse battery");
      await page.getByLabel("The same once more").fill("correct horse battery");
      await press(page, "Continue");
    }
    await press(page, /I have a key/);
    await paste(page, key);
    await ended(page);
    expect(await started.ended).toBe(0);
    expect(started.printed()).not.toContain("correct horse");
  });

  it("says on the page that it was stopped in the terminal", { timeout: 60_000 }, async () => {
    const { page, started } = await open(["init", "--demo"]);
    await page.locator("#question").waitFor();
    started.child.kill("SIGINT");
    await ended(page);
    expect(await text(page)).toContain("The program was stopped");
    expect(await started.ended).toBe(130);
  });

  it("refuses a second client with the same link, and tells the first", { timeout: 60_000 }, async () => {
    const { page, started } = await open(["init", "--demo"]);
    await page.locator("#question").waitFor();
    const thief = await startChromium();
    try {
      const other = await thief.context.newPage();
      await other.goto(started.link);
      await ended(other);
      expect(await text(other)).toContain("each link works once");
      expect(await text(other)).not.toContain("demonstration");
    } finally {
      await thief.close();
    }
    await page.getByText("Somebody used the link a second time").waitFor();
    expect(started.printed()).toContain("Somebody used the link a second time");
  });
});

describeWithChromium("a hostile page in the same browser", () => {
  let hostile: Server;
  let cookies: string[];

  beforeEach(async () => {
    cookies = [];
    hostile = createServer((request, response) => {
      cookies.push(request.headers.cookie ?? "");
      response.writeHead(200, { "content-type": "text/html" }).end("<title>hostile</title>");
    });
    await new Promise<void>((resolve) => hostile.listen(0, "127.0.0.1", resolve));
  });
  afterEach(async () => {
    hostile.closeAllConnections();
    await new Promise<void>((resolve) => hostile.close(() => resolve()));
  });

  it.each(["127.0.0.1", "rebound.example"])(
    "on %s gets nothing and changes nothing",
    { timeout: 90_000 },
    async (name) => {
      const { page, started } = await open(["init", "--demo"]);
      await page.locator("#question").waitFor();
      const target = new URL(started.link).origin;
      const { port } = hostile.address() as AddressInfo;
      const other = await browser.context.newPage();
      await other.goto(`http://${name}:${port}/`);
      const got = await other.evaluate(`(async () => {
      const target = ${JSON.stringify(target)};
      const tries = [];
      for (const path of ["/", "/session", "/events", "/answer"]) {
        for (const method of ["GET", "POST"]) {
          for (const credentials of ["omit", "include"]) {
            for (const mode of ["cors", "no-cors"]) {
              const body = method === "POST" ? '{"id":1,"answer":{"choice":0},"from":0}' : undefined;
              tries.push(fetch(target + path, { method, credentials, mode, body }).then((answer) => answer.text(), () => ""));
            }
          }
        }
      }
      const once = (element, source) => new Promise((resolve) => {
        element.onload = () => resolve("");
        element.onerror = () => resolve("");
        element.src = source;
        document.body.append(element);
      });
      tries.push(once(new Image(), target + "/"), once(document.createElement("iframe"), target + "/"));
      tries.push(new Promise((resolve) => {
        const socket = new WebSocket(target.replace("http", "ws") + "/events");
        socket.onopen = () => resolve("open");
        socket.onclose = () => resolve("");
      }));
      tries.push(navigator.serviceWorker ? navigator.serviceWorker.register(target + "/").then(() => "registered", () => "") : "");
      const form = document.createElement("form");
      Object.assign(form, { method: "post", action: target + "/answer", enctype: "text/plain", target: "form" });
      document.body.append(form);
      form.submit();
      const opened = window.open(target + "/");
      await new Promise((resolve) => setTimeout(resolve, 500));
      try { tries.push(opened?.document?.body?.innerText ?? ""); } catch { tries.push(""); }
      // What the browser holds back without an answer is nothing too.
      const late = () => new Promise((resolve) => setTimeout(resolve, 3000, ""));
      const answers = await Promise.all(tries.map((each) => Promise.race([each, late()])));
      return answers.filter((answer) => answer !== "");
    })()`);
      expect(got).toEqual([]);
      expect(await page.locator("#question").innerText()).toBe("Where are you now?");
      expect(started.printed()).not.toContain("1 of 5");

      const sent = cookies.find((cookie) => cookie.includes("mistral-key")) ?? "";
      expect(sent !== "").toBe(name === "127.0.0.1");
      // A port of this host is sent the cookie, as every port is; alone it opens nothing.
      const status = await new Promise<number | undefined>((resolve, reject) => {
        const headers = {
          host: new URL(target).host,
          origin: target,
          "content-type": "application/json",
          cookie: sent,
        };
        const replay = httpRequest(`${target}/answer`, { method: "POST", headers }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        });
        replay.on("error", reject).end('{"id":1,"answer":{"choice":0}}');
      });
      expect(status).toBe(403);
    },
  );

  it("cannot reach the page under a name that points here", async () => {
    const { started } = await open(["init", "--demo"]);
    const other = await browser.context.newPage();
    const answer = await other.goto(`http://rebound.example:${new URL(started.link).port}/`);
    expect(answer?.status()).toBe(421);
  });
});
