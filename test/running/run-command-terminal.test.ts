import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BundledProgram, bundleProgram } from "../support/bundle.ts";
import { openTerminal } from "../support/terminal.ts";

let program: BundledProgram;
beforeAll(async () => {
  program = await bundleProgram(new URL("./runner-program.ts", import.meta.url));
});
afterAll(() => program.remove());

const ways: readonly (readonly [name: string, flags: readonly string[]])[] = [
  ["plainly", []],
  ["masked", ["--redact"]],
];

describe.skipIf(process.platform === "win32").each(ways)(
  "on a terminal, a command started %s",
  (_name, flags) => {
    const open = (...command: string[]) =>
      openTerminal(process.execPath, [program.path, ...flags, "--", ...command], {
        env: { ...process.env, PS1: "" },
      });

    it("receives Ctrl-C once, and may continue", async () => {
      const script = `
        let count = 0;
        process.on("SIGINT", () => console.log("count " + ++count));
        process.stdin.once("data", () => process.exit(7));
        console.log("ready");`;
      const terminal = open(process.execPath, "-e", script);
      try {
        await terminal.waitFor("ready");
        terminal.press("ctrl-c");
        await terminal.waitFor("count 1");
        terminal.press("ctrl-c");
        await terminal.waitFor("count 2");
        terminal.type("end\r");
        expect((await terminal.exit()).code).toBe(7);
        // A signal passed on in addition would have been counted, too.
        expect(terminal.everything()).not.toContain("count 3");
      } finally {
        await terminal.close();
      }
    });

    it("is ended by Ctrl-C, and so are we", async () => {
      const terminal = open("sh", "-c", "echo ready; exec sleep 30");
      try {
        await terminal.waitFor("ready");
        terminal.press("ctrl-c");
        expect(await terminal.exit()).toMatchObject({ signal: 2 });
      } finally {
        await terminal.close();
      }
    });

    it("sees the window change its size", async () => {
      const terminal = open(
        "bash",
        "-c",
        "trap 'stty size' WINCH; echo ready; for i in $(seq 200); do sleep 0.05; done",
      );
      try {
        await terminal.waitFor("ready");
        terminal.resize(93, 31);
        await terminal.waitFor("31 93");
      } finally {
        await terminal.close();
      }
    });

    it("is stopped by Ctrl-Z and continues, under a shell", async () => {
      // Not a shell: one that is stopped just before it reads would handle the signal only after that.
      const script = `
        process.on("SIGCONT", () => console.log("resumed"));
        process.stdin.once("data", (word) => { console.log("read " + word); process.exit(5); });
        console.log("ready");`;
      const command = [process.execPath, program.path, ...flags, "--", process.execPath, "-e", "$SCRIPT"];
      const terminal = openTerminal("bash", ["--norc", "--noprofile", "-i"], {
        env: { ...process.env, PS1: "prompt> ", SCRIPT: script },
      });
      try {
        await terminal.waitFor("prompt>");
        terminal.type(`${command.map((word) => `"${word}"`).join(" ")}\r`);
        await terminal.waitFor(/^ready/m);
        terminal.press("ctrl-z");
        // What is typed before the shell has its prompt again would be lost.
        await terminal.waitFor(/Stopped[\s\S]*prompt>/);
        terminal.type("fg\r");
        await terminal.waitFor(/^resumed/m);
        terminal.type("word\r");
        await terminal.waitFor(/read word[\s\S]*prompt>/);
        terminal.type("echo code $?\r");
        await terminal.waitFor("code 5");
      } finally {
        await terminal.close();
      }
    });
  },
);
