import { createServer, request as httpRequest, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { describeWithChromium, startChromium } from "../support/chromium.ts";
import { ended, textOf, withPage } from "./open-page.ts";

const key = "testKey0".repeat(4);

describeWithChromium("a hostile page in the same browser", () => {
  const around = withPage([key]);
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

  it.each(["127.0.0.1", "rebound.example"])("on %s gets nothing and changes nothing", async (name) => {
    const { page, started } = await around.setting.open(["init", "--demo"]);
    await page.locator("#question").waitFor();
    const target = new URL(started.link).origin;
    const { port } = hostile.address() as AddressInfo;
    const other = await around.setting.browser.context.newPage();
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
      // A request that the browser blocks also returns nothing.
      const late = () => new Promise((resolve) => setTimeout(resolve, 1000, ""));
      const answers = await Promise.all(tries.map((each) => Promise.race([each, late()])));
      return answers.filter((answer) => answer !== "");
    })()`);
    expect(got).toEqual([]);
    expect(await page.locator("#question").innerText()).toBe("Where are you now?");
    expect(await page.evaluate("[window.opener, frames.length, navigator.serviceWorker.controller]")).toEqual(
      [null, 0, null],
    );
    expect(started.printed()).not.toContain("1 of 5");

    const sent = cookies.find((cookie) => cookie.includes("mistral-key")) ?? "";
    expect(sent !== "").toBe(name === "127.0.0.1");
    // Another port of this host receives the cookie, as every port does; alone it opens nothing.
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
  });

  it("cannot reach the page under a name that points here", async () => {
    const { started } = await around.setting.open(["init", "--demo"]);
    const other = await around.setting.browser.context.newPage();
    const answer = await other.goto(`http://rebound.example:${new URL(started.link).port}/`);
    expect(answer?.status()).toBe(421);
  });
});

describeWithChromium("a stolen link", () => {
  const around = withPage([key]);

  it("is refused to a second client, and the first is told", async () => {
    const { page, started } = await around.setting.open(["init", "--demo"]);
    await page.locator("#question").waitFor();
    const thief = await startChromium();
    try {
      const other = await thief.context.newPage();
      await other.goto(started.link);
      await ended(other);
      expect(await textOf(other)).toContain("was used before");
      expect(await textOf(other)).not.toContain("demonstration");
    } finally {
      await thief.close();
    }
    await page.getByText("Somebody tried to use the link a second time").waitFor();
    await expect.poll(started.printed).toContain("Somebody tried to use the link a second time");
  });
});
