import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { describeWithChromium } from "../support/chromium.ts";
import { ended, faults, press, textOf, withPage } from "./open-page.ts";

/** Adds up how far anything moved that nobody had just asked to move. */
const watchLayout = `window.shifts = [];
new PerformanceObserver((list) => {
  for (const { hadRecentInput, value, sources } of list.getEntries())
    if (!hadRecentInput) window.shifts.push([value, ...sources.map(({ node }) => node?.nodeName)]);
}).observe({ type: "layout-shift", buffered: true });`;

async function fitsEverywhere(page: Page, name: string): Promise<void> {
  for (const width of [320, 768, 1440]) {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme });
      expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
      expect(await faults(page)).toEqual([]);
      const folder = process.env.MISTRAL_KEY_SCREENSHOTS;
      if (folder) await page.screenshot({ path: join(folder, `${name}-${width}-${colorScheme}.png`) });
    }
  }
}

describeWithChromium("the page of init --web", () => {
  const around = withPage([]);

  it("works with the keyboard alone; axe-core finds nothing on the way, and nothing is animated", async () => {
    const { browser, open } = around.setting;
    await browser.context.addInitScript(watchLayout);
    const { page, started } = await open(["init", "--demo"]);
    const main = page.locator("main");
    const now = page.locator("#steps [aria-current=step]");
    const current: string[] = [];
    for (let questions = 0; questions < 12; questions += 1) {
      await page.locator("#question").waitFor();
      expect(await faults(page)).toEqual([]);
      current.push((await now.allInnerTexts()).join(", "));
      if ((await page.getByLabel("Key", { exact: true }).count()) > 0) break;
      const before = await main.innerText();
      await page.keyboard.press("Enter");
      await expect
        .poll(async () => (await main.innerText()) !== before || (await page.locator("input").count()) > 0)
        .toBe(true);
    }
    expect([...new Set(current)]).toEqual([
      "",
      "Sign in, or create an account",
      "Set up your workspace",
      "Open API Keys, Create the key",
      "Copy the key and paste it here",
    ]);
    // As the demonstration says of the made-up key.
    await page.keyboard.press("Enter");
    await ended(page);
    expect(await faults(page)).toEqual([]);
    expect(await started.ended).toBe(0);
    expect(await textOf(page)).toContain("That was the demonstration");
    expect(await page.evaluate("window.shifts")).toEqual([]);
  });

  it("fits every width in both colour schemes, with enough contrast", async () => {
    const { page } = await around.setting.open(["init", "--demo"]);
    await press(page, /I am new/);
    await page.getByRole("heading", { name: "What next?" }).waitFor();
    await fitsEverywhere(page, "step");
    await press(page, "Paste now");
    await press(page, "Use the made-up key");
    await press(page, /do not know/);
    await ended(page);
    await fitsEverywhere(page, "end");
  });
});
