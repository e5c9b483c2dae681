import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { parseCommandLine } from "../../../src/cli/parse.ts";
import { consolePages } from "../../../src/mistral/console-pages.ts";
import { openTestDeps, type TestDeps, type TestDepsOptions } from "../../support/deps.ts";
import { runLine } from "../../support/run-line.ts";

describe("open", () => {
  let deps: TestDeps | undefined;
  afterEach(() => deps?.close());

  async function run(argv: readonly string[], options: TestDepsOptions = {}) {
    deps = openTestDeps(options);
    const code = await runLine(deps, "open", ...argv);
    return { code, stdout: deps.stdout(), stderr: deps.stderr(), opened: deps.opened };
  }

  it("opens the API Keys page when none is named, and prints where that is", async () => {
    expect(await run([])).toEqual({
      code: 0,
      stdout: "",
      stderr: "Opening https://console.mistral.ai/api-keys in your browser.\n",
      opened: ["https://console.mistral.ai/api-keys"],
    });
  });

  it.each([
    ["console", "https://console.mistral.ai"],
    ["keys", "https://console.mistral.ai/api-keys"],
    ["limits", "https://admin.mistral.ai/plateforme/limits"],
    ["usage", "https://admin.mistral.ai/organization/usage"],
    ["billing", "https://admin.mistral.ai/organization/billing"],
    ["subscription", "https://admin.mistral.ai/subscription"],
    ["workspaces", "https://admin.mistral.ai/organization/workspaces"],
    ["pricing", "https://mistral.ai/pricing/"],
    ["docs", "https://docs.mistral.ai"],
    ["status", "https://status.mistral.ai"],
    ["support", "https://help.mistral.ai"],
  ])("opens %s", async (page, url) => {
    expect((await run([page])).opened).toEqual([url]);
  });

  it("names every page in its help and in the list of commands", () => {
    const pages = Object.keys(consolePages);
    const help = parseCommandLine(["help", "open"], { columns: () => 80, version: "0" });
    const named = `(choices: ${pages.map((page) => `"${page}"`).join(", ")})`;
    expect("text" in help ? help.text.replace(/\s+/g, " ") : "").toContain(named);
    const commands = readFileSync(new URL("../../../docs/commands.md", import.meta.url), "utf8");
    const [row = ""] = /^\| `open` .*$/m.exec(commands) ?? [];
    expect([...row.matchAll(/`([a-z]+)`/g)].map((match) => match[1])).toEqual(["open", ...pages]);
  });

  it("answers with the address and opens nothing with --no-browser", async () => {
    expect(await run(["usage", "--no-browser"])).toEqual({
      code: 0,
      stdout: "https://admin.mistral.ai/organization/usage\n",
      stderr: "",
      opened: [],
    });
  });

  it("answers with the address when no browser can be started", async () => {
    const { code, stdout, stderr } = await run(["docs"], { browser: false });
    expect({ code, stdout }).toEqual({ code: 0, stdout: "https://docs.mistral.ai\n" });
    expect(stderr).toContain("No browser");
  });

  it("answers in JSON", async () => {
    const { stdout } = await run(["status", "--json"]);
    expect(JSON.parse(stdout)).toEqual({ page: "status", url: "https://status.mistral.ai", opened: true });
  });

  it.each(["api-keys", "constructor"])("refuses %s and says what there is", async (page) => {
    const message = expect.stringMatching(`^Value '${page}' is invalid .* Allowed choices are console, keys`);
    await expect(run([page])).rejects.toMatchObject({ kind: "usage", message });
    expect(deps?.opened).toEqual([]);
  });

  it("refuses two pages", async () => {
    await expect(run(["keys", "docs"])).rejects.toMatchObject({ kind: "usage" });
  });
});
