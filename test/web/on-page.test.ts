import { afterEach, describe, expect, it } from "vitest";
import type { Deps } from "../../src/deps.ts";
import { Cancelled } from "../../src/errors.ts";
import { exitCodes } from "../../src/exit-codes.ts";
import { onPage } from "../../src/web/on-page.ts";
import { openTestDeps, type TestDeps, type TestDepsOptions } from "../support/deps.ts";
import { openLink, type PageClient } from "./page-client.ts";

let deps: TestDeps;

afterEach(() => deps.close());

const ask = async (page: Deps) =>
  await (await page.prompts()).choose({ message: "Well?", choices: [{ value: "yes", name: "Yes" }] });

/** Asks on a page; returns the result and the page, once the link is there. */
async function serve(
  options: TestDepsOptions,
  idleMs?: number,
  work: (page: Deps) => Promise<unknown> = ask,
) {
  deps = openTestDeps(options);
  const served = onPage(deps, work, idleMs).then(
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
    const hint = "To note its last day: mistral-key expires DATE";
    const stop = () => Promise.reject(new Cancelled("Stopped. Your key is stored.", { hint }));
    const { served, open } = await serve({ opensPages: false }, 5000, (page) => ask(page).catch(stop));
    const page = await open();
    expect(await served).toMatchObject({
      error: {
        kind: "cancelled",
        message: "Stopped. Your key is stored. Nothing was done on the page for ten minutes.",
        hint,
      },
    });
    await page.ended;
    expect(JSON.stringify(page.events)).toContain("Your key is stored.");
    expect(page.events.at(-1)).toEqual({ type: "end", how: "idle" });
  });

  it("did not finish, says the page, where what was left to answer is put off", async () => {
    const later = (page: Deps) => ask(page).catch(() => "later");
    const stopped = await serve({ opensPages: false }, undefined, later);
    const first = await stopped.open();
    await first.question(/^Well/);
    deps.interrupt();
    expect(await stopped.served).toEqual({ value: "later" });
    await first.ended;
    expect(first.events.at(-1)).toEqual({ type: "end", how: "stopped" });
    deps.close();
    const left = await serve({ opensPages: false }, 5000, later);
    const second = await left.open();
    expect(await left.served).toEqual({ value: "later" });
    await second.ended;
    expect(second.events.at(-1)).toEqual({ type: "end", how: "idle" });
  });

  it("did not finish, says the page, where the command ends with something left to do", async () => {
    const { served, open } = await serve({ opensPages: false }, undefined, async (page) => {
      await ask(page);
      return exitCodes.unfinished;
    });
    const page = await open();
    await page.question(/^Well/);
    await page.answer({ choice: 0 });
    expect(await served).toEqual({ value: exitCodes.unfinished });
    await page.ended;
    expect(page.events.at(-1)).toEqual({ type: "end", how: "failed" });
  });

  it("is given up when the page is not opened for so long", async () => {
    const { served } = await serve({ opensPages: false }, 1);
    expect(await served).toMatchObject({
      error: {
        kind: "cancelled",
        message: "Stopped. Nothing was done on the page for ten minutes.",
        hint: "To continue, run the same command again.",
      },
    });
  });

  it.each(["no-input", "ci"] as const)("is refused when nobody may be asked: %s", async (absence) => {
    deps = openTestDeps({ absence });
    await expect(onPage(deps, ask)).rejects.toMatchObject({ kind: "usage" });
  });
});
