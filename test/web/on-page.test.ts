import { afterEach, describe, expect, it } from "vitest";
import type { Deps } from "../../src/deps.ts";
import { onPage } from "../../src/web/on-page.ts";
import { openTestDeps, type TestDeps, type TestDepsOptions } from "../support/deps.ts";
import { openLink, type PageClient } from "./page-client.ts";

let deps: TestDeps;

afterEach(() => deps.close());

const ask = async (page: Deps) =>
  await (await page.prompts()).choose({ message: "Well?", choices: [{ value: "yes", name: "Yes" }] });

/** Asks on a page; returns the result and the page, once the link is there. */
async function serve(options: TestDepsOptions, idleMs?: number) {
  deps = openTestDeps(options);
  const served = onPage(deps, ask, idleMs).then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  await expect.poll(() => deps.stderr()).toContain("/#");
  const open = (): Promise<PageClient> => openLink(/http:\S+#\S+/.exec(deps.stderr())?.[0] ?? "");
  return { served, open };
}

describe("what is asked on a page", () => {
  it("comes back from there, and the link was opened in the browser", async () => {
    const { served, open } = await serve({});
    const page = await open();
    await page.question(/^Well/);
    await page.answer({ choice: 0 });
    expect(await served).toEqual({ value: "yes" });
    await page.ended;
    expect(page.events.at(-1)).toEqual({ type: "end", how: "done" });
    expect(deps.opened).toHaveLength(1);
    expect(deps.stderr()).toContain(deps.opened[0]);
  });

  it("is not opened when no browser is wanted", async () => {
    const { served, open } = await serve({ opensPages: false });
    const page = await open();
    await page.question(/^Well/);
    deps.interrupt();
    expect(await served).toMatchObject({ error: { kind: "cancelled" } });
    expect(deps.opened).toEqual([]);
  });

  it("is given up when no answer comes for so long, which page and terminal say", async () => {
    const { served, open } = await serve({ opensPages: false }, 5000);
    const page = await open();
    expect(await served).toMatchObject({
      error: { message: expect.stringContaining("nothing was done"), hint: expect.stringContaining("again") },
    });
    await page.ended;
    expect(page.events.at(-1)).toEqual({ type: "end", how: "idle" });
  });

  it.each(["no-input", "ci"] as const)("is refused when nobody may be asked: %s", async (absence) => {
    deps = openTestDeps({ absence });
    await expect(onPage(deps, ask)).rejects.toMatchObject({ kind: "usage" });
  });
});
