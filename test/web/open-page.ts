import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { afterEach, beforeEach } from "vitest";
import { type ServingProgram, startChromium, startServing, type TestBrowser } from "../support/chromium.ts";
import { middayZone } from "../support/midday.ts";
import { type LoopbackMistralApi, startMistralApi } from "../support/mistral-api.ts";

/** A page in a browser, and the program that serves it. */
export interface OpenedPage {
  readonly page: Page;
  readonly started: ServingProgram;
}

/** The environment of a test of the page, new for each. */
export interface PageSetting {
  readonly browser: TestBrowser;
  readonly api: LoopbackMistralApi;
  /** The home folder; the program's own is `keys` in it. */
  readonly folder: string;
  /** Starts a command with `--web`, and opens its page. */
  open(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<OpenedPage>;
}

/**
 * Has a browser, an API and a folder for each test of a suite.
 *
 * @param keys - those that the API accepts
 */
export function withPage(keys: readonly string[]): { readonly setting: PageSetting } {
  let current: PageSetting | undefined;
  let served: ServingProgram | undefined;
  const around = {
    get setting() {
      if (current === undefined) throw new Error("No test is running.");
      return current;
    },
  };
  beforeEach(async () => {
    const folder = mkdtempSync(join(tmpdir(), "web-"));
    const api = await startMistralApi({ keys });
    const browser = await startChromium();
    const open = async (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
      const started = await startServing([...args, "--web"], { ...environmentIn(folder, api), ...env });
      served = started;
      const page = await browser.context.newPage();
      await page.goto(started.link);
      return { page, started };
    };
    current = { browser, api, folder, open };
  });
  afterEach(async () => {
    served?.child.kill("SIGKILL");
    served = undefined;
    const { browser, api, folder } = around.setting;
    await browser.close();
    await api.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  return around;
}

/** The environment of a command that keeps everything in that folder. */
export function environmentIn(folder: string, api: LoopbackMistralApi): Readonly<Record<string, string>> {
  return {
    HOME: folder,
    MISTRAL_KEY_HOME: join(folder, "keys"),
    MISTRAL_KEY_SERVER_URL: api.url,
    BROWSER: "none",
    TZ: middayZone(),
  };
}

/** Presses a button. */
export async function press(page: Page, name: string | RegExp): Promise<void> {
  await page.getByRole("button", { name }).click();
}

/** Pastes a key and sends it. */
export async function paste(page: Page, value: string): Promise<void> {
  await page.getByLabel("Key", { exact: true }).fill(value);
  await press(page, "Use this key");
}

/** Waits until the page says that the program has ended. */
export async function ended(page: Page): Promise<void> {
  await page.locator("body.ended").waitFor();
}

/** The visible text of the page. */
export function textOf(page: Page): Promise<string> {
  return page.locator("body").innerText();
}

/** What axe-core finds wrong. */
export async function faults(page: Page): Promise<readonly unknown[]> {
  await page.evaluate(axe.source);
  return await page.evaluate(
    "axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)]))",
  );
}
