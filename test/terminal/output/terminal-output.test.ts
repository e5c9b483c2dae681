import xterm from "@xterm/headless";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { TerminalOutput } from "../../../src/terminal/output/terminal-output.ts";
import { type RecordedOutput, recordOutput } from "../../support/recorded-output.ts";

interface Written extends RecordedOutput {
  /** What a person sees of stderr. */
  screen(): Promise<string>;
}

function open(options: Parameters<typeof recordOutput>[0]): Written {
  const recorded = recordOutput({ color: true, ...options });
  return {
    ...recorded,
    screen: async () => {
      const terminal = new xterm.Terminal({
        cols: options?.columns ?? 80,
        rows: 20,
        allowProposedApi: true,
        convertEol: true,
      });
      await new Promise<void>((resolve) => terminal.write(recorded.stderr(), resolve));
      const { active } = terminal.buffer;
      const lines = Array.from(
        { length: 20 },
        (_, row) => active.getLine(row)?.translateToString(true) ?? "",
      );
      terminal.dispose();
      return lines.join("\n").trimEnd();
    },
  };
}

describe("answers", () => {
  it("go to stdout exactly as they are, words for people to stderr", () => {
    const { output, stdout, stderr } = open({ isTTY: false });
    output.answer("no newline");
    output.line("a line", 0);
    output.print();
    expect(stdout()).toBe("no newline");
    expect(stderr()).toBe("a line\n\n");
  });

  it("are one JSON document and a newline", () => {
    const { output, stdout } = open({ isTTY: false });
    output.json({ ok: true, list: [1, 2] });
    expect(JSON.parse(stdout())).toEqual({ ok: true, list: [1, 2] });
    expect(stdout().endsWith("}\n")).toBe(true);
  });
});

describe("an answer that is laid out for people", () => {
  it("goes to stdout, in the colours and the width of that", () => {
    const written = { stdout: "", stderr: "" };
    const stream = (name: keyof typeof written, isTTY: boolean, columns?: number) => ({
      isTTY,
      columns,
      write: (text: string) => {
        written[name] += text;
      },
    });
    const env = { TERM: "xterm" };
    const say = (stdout: boolean, stderr: boolean) => {
      const streams = {
        stdout: stream("stdout", stdout, stdout ? 50 : undefined),
        stderr: stream("stderr", stderr, stderr ? 40 : undefined),
      };
      const { answers } = new TerminalOutput({ ...streams, env, platform: "linux" }, { color: true });
      answers.heading("a line of more than fifty columns, broken where there is no room for it");
    };
    say(false, true);
    say(true, false);
    expect(written).toEqual({
      stdout: [
        "  a line of more than fifty columns, broken where there is no room for it\n",
        "  \x1b[1ma line of more than fifty columns, broken where\x1b[22m\n",
        "  \x1b[1mthere is no room for it\x1b[22m\n",
      ].join(""),
      stderr: "",
    });
  });
});

describe("a step", () => {
  it.each([
    [80, `\n  2 of 5   Open API Keys${" ".repeat(41)}●●○○○\n\n`],
    [30, "\n  2 of 5   Open API Keys\n\n"],
  ])("shows how far it is in %i columns", (columns, expected) => {
    const { output, stderr } = open({ isTTY: false, columns });
    output.step({ number: 2, total: 5, titles: ["Open API Keys"] });
    expect(stderr()).toBe(expected);
  });
});

describe("two steps that are done together", () => {
  it("are listed one below the other", () => {
    const { output, stderr } = open({ isTTY: false, columns: 30 });
    output.step({ number: 3, total: 5, titles: ["Open API Keys", "Create the key"] });
    expect(stderr()).toBe("\n  3 of 5   Open API Keys\n  4 of 5   Create the key\n\n");
  });
});

describe("text", () => {
  const words = "word ".repeat(40).trim();

  it.each([
    [40, 40],
    [120, 80],
    [undefined, 80],
  ])("fits %s columns", (columns, width) => {
    const stream = { write: (text: string) => lines.push(...text.trimEnd().split("\n")), columns };
    const lines: string[] = [];
    const streams = { stdout: { write: () => {} }, stderr: stream };
    new TerminalOutput({ ...streams, env: {}, platform: "linux" }, { color: true }).paragraph(words);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
    expect(Math.max(...lines.map((line) => line.length))).toBeGreaterThan(width - 5);
  });
});

// The terminal that the screen is read from needs its own time.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("progress without a terminal", () => {
  it("prints only how it ended, once, and no escape sequences", async () => {
    const { output, stderr } = open({ isTTY: false });
    const progress = output.progress("asking Mistral");
    vi.advanceTimersByTime(250);
    progress.update("still asking");
    progress.succeed("accepted by Mistral");
    progress.succeed("said too late");
    expect(stderr()).toBe("  ✓ accepted by Mistral\n");
  });

  it.each([
    [80, "  ✓ a model answered        204 ms   small\n"],
    [50, "  ✓ a model answered, 204 ms\n"],
  ])("sets facts apart in %i columns", (columns, expected) => {
    const { output, stderr } = open({ isTTY: false, columns });
    output.progress("asking").succeed("a model answered", "204 ms", "small");
    expect(stderr()).toBe(expected);
  });

  it("prints nothing of one that is removed", () => {
    const { output, stderr } = open({ isTTY: false });
    output.progress("asking").clear();
    expect(stderr()).toBe("");
  });

  it.each([
    ["a dumb terminal", { TERM: "dumb" }, "  [ok] accepted\n"],
    ["a screen reader", { ACCESSIBLE: "1" }, "  ✓ accepted\n"],
  ])("is the same for %s", async (_what, env, expected) => {
    const { output, stderr } = open({ isTTY: true, env, color: false });
    const progress = output.progress("asking");
    vi.advanceTimersByTime(250);
    progress.succeed("accepted");
    expect(stderr()).toBe(expected);
  });
});

it("draws nothing for a screen reader", () => {
  const show = (env: Record<string, string>) => {
    const { output, stderr } = open({ isTTY: true, env, color: false });
    output.step({ number: 1, total: 5, titles: ["Sign in"] });
    output.picture({ title: "Studio", rows: [{ text: "Continue", click: "click here" }] });
    output.card({ title: "test...Key0", rows: [{ label: "Key", value: "laptop" }] });
    output.line(`${output.theme.meter(0.5)} half`);
    return stderr();
  };
  expect(show({ TERM: "xterm" })).toMatch(/●○○○○.*click here.*╭.*●○/s);
  expect(show({ TERM: "xterm", ACCESSIBLE: "1" })).toBe(
    "\n  1 of 5   Sign in\n\n  test...Key0\n  Key  laptop\n   half\n",
  );
});

describe("progress on a terminal", () => {
  it("shows what is under way and leaves only the outcome", async () => {
    const { output, screen } = open({ isTTY: true, env: { TERM: "xterm" } });
    const progress = output.progress("asking Mistral");
    expect(await screen()).toContain("asking Mistral");
    progress.succeed("accepted by Mistral");
    expect(await screen()).toBe("  ✓ accepted by Mistral");
  });

  it("is animated while it waits", async () => {
    const { output, stderr } = open({ isTTY: true, env: { TERM: "xterm" } });
    const progress = output.progress("asking");
    const before = stderr().length;
    vi.advanceTimersByTime(250);
    expect(stderr().length).toBeGreaterThan(before);
    progress.clear();
    const after = stderr().length;
    vi.advanceTimersByTime(150);
    expect(stderr()).toHaveLength(after);
  });

  it("changes its label when told to", async () => {
    const { output, screen } = open({ isTTY: true, env: { TERM: "xterm" } });
    const progress = output.progress("again in 10 seconds");
    progress.update("again in 9 seconds");
    vi.advanceTimersByTime(150);
    expect(await screen()).toMatch(/^ {2}\S again in 9 seconds$/);
    progress.clear();
    expect(await screen()).toBe("");
  });

  it("stays below what is printed meanwhile", async () => {
    const { output, screen } = open({ isTTY: true, env: { TERM: "xterm" } });
    const progress = output.progress("asking");
    output.line("a note", 0);
    expect(await screen()).toMatch(/^a note\n {2}\S asking$/);
    progress.succeed("done");
    expect(await screen()).toBe("a note\n  ✓ done");
  });

  it("fits one line of a narrow terminal, so that it can be erased", async () => {
    const { output, screen } = open({ isTTY: true, columns: 40, env: { TERM: "xterm" } });
    const progress = output.progress("asking Mistral whether it knows this key and which models it may use");
    expect((await screen()).split("\n")).toHaveLength(1);
    progress.clear();
    expect(await screen()).toBe("");
  });

  it("shows the later of two", async () => {
    const { output, screen } = open({ isTTY: true, env: { TERM: "xterm" } });
    const first = output.progress("first");
    const second = output.progress("second");
    expect(await screen()).toMatch(/^ {2}\S second$/);
    first.succeed("first done");
    second.succeed("second done");
    expect(await screen()).toBe("  ✓ first done\n  ✓ second done");
  });
});
