import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ApiKey } from "../../../src/keys/api-key.ts";
import { parseProfileName } from "../../../src/keys/profile-name.ts";
import { profileOf } from "../../../src/profiles/known-key.ts";
import { ProfileFolder } from "../../../src/profiles/profile-folder.ts";
import type { Shell } from "../../../src/shell/shells.ts";
import { findProgram } from "../../support/find-program.ts";
import { program } from "../../support/program.ts";
import { openTerminal, type Terminal } from "../../support/terminal.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "mistral-key-completion-"));
  for (const name of ["bin", "home", "work"]) mkdirSync(join(folder, name));
  symlinkSync(program, join(folder, "bin/mistral-key"));
  symlinkSync(process.execPath, join(folder, "bin/node"));
  writeFileSync(join(folder, "work/.env.local"), "");
  writeFileSync(join(folder, "work/unusual-name.txt"), "");
  for (const name of ["default", "research", "testing"]) {
    const known = {
      name: parseProfileName(name),
      key: ApiKey.of("testKey0".repeat(4)),
      store: "keychain",
      endpoint: { region: "global" },
    } as const;
    const target = `command:fly ${name} secrets`;
    const targets = name === "testing" ? [{ target, since: null }] : [];
    new ProfileFolder(join(folder, "keys")).write({ ...profileOf(known, new Date()), targets });
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const environment = () => ({
  PATH: `${join(folder, "bin")}:${process.env.PATH}`,
  HOME: join(folder, "home"),
  MISTRAL_KEY_HOME: join(folder, "keys"),
  LANG: "C.UTF-8",
});

interface RealShell {
  readonly shell: Shell;
  readonly args: readonly string[];
  /** Sets the prompt and loads the completion as its help says. */
  readonly setup: string;
}

const realShells: readonly RealShell[] = [
  {
    shell: "bash",
    args: ["--norc", "--noprofile", "-i"],
    setup: `PS1='ready> '; bind 'set bell-style none'; eval "$(mistral-key completion bash)"`,
  },
  {
    shell: "zsh",
    args: ["-f", "-i"],
    setup: `PS1='ready> '; unsetopt beep; autoload -Uz compinit; compinit -u -d "$HOME/dump"; eval "$(mistral-key completion zsh)"`,
  },
  {
    shell: "fish",
    args: ["--no-config", "-i"],
    setup: `function fish_prompt; echo -n 'ready> '; end; function fish_right_prompt; end; mistral-key completion fish | source`,
  },
];

for (const { shell, args, setup } of realShells) {
  const path = findProgram(shell);
  if (path === undefined) console.warn(`SKIPPED: ${shell} is not installed; its completion was not tried.`);

  describe.skipIf(path === undefined)(`completion in a real ${shell}`, () => {
    /** Types a line, presses Tab, and hands the terminal over. */
    async function tab(line: string, look: (terminal: Terminal) => Promise<void>): Promise<void> {
      const terminal = openTerminal(path ?? "", args, {
        env: environment(),
        cwd: join(folder, "work"),
        cols: 100,
      });
      try {
        terminal.type(`${setup}; echo set''up\r`);
        await terminal.waitFor("setup");
        await terminal.waitFor(/setup\n+ready> ?$/);
        terminal.type(line);
        await terminal.waitFor(
          new RegExp(`ready> ${line.replaceAll(/[.*+?^$()[\]{}|\\]/g, "\\$&").trimEnd()}`),
        );
        terminal.press("tab");
        await look(terminal);
      } finally {
        await terminal.close();
      }
    }
    const becomes = (line: string, expected: string) =>
      tab(line, async (terminal) => {
        await terminal.waitFor(`ready> ${expected}`);
      });

    it("completes commands", () => becomes("mistral-key sta", "mistral-key status"));
    it("completes flags", () => becomes("mistral-key verify --min", "mistral-key verify --min-days"));
    it("completes the names of profiles", () =>
      becomes("mistral-key get -p res", "mistral-key get -p research"));
    it("completes remembered targets, as one word", () =>
      tab("mistral-key push --forget comm", async (terminal) => {
        await terminal.waitFor(/--forget (?:'command:fly testing secrets'|command:fly\\ testing\\ secrets)/);
      }));
    it("completes choices", () => becomes("mistral-key --region glo", "mistral-key --region global"));
    it("completes pages", () => becomes("mistral-key open bil", "mistral-key open billing"));
    it("completes files", () =>
      becomes("mistral-key env --write .env", "mistral-key env --write .env.local"));
    it("completes files after run", () =>
      becomes("mistral-key run -- cat unusual", "mistral-key run -- cat unusual-name.txt"));

    it("lists the candidates, with descriptions where the shell shows them", () =>
      tab("mistral-key r", async (terminal) => {
        terminal.press("tab");
        terminal.press("tab");
        await terminal.waitFor(shell === "bash" ? "remove" : /remove .*delete the stored key/);
      }));
  });
}

describe("the completion scripts", () => {
  it("are valid shell scripts", () => {
    for (const [shell, args] of [
      ["bash", ["-n"]],
      ["zsh", ["-n"]],
      ["fish", ["--no-execute"]],
    ] as const) {
      if (findProgram(shell) === undefined) continue;
      const script = execFileSync(process.execPath, [program, "completion", shell], { env: environment() });
      const file = join(folder, `script.${shell}`);
      writeFileSync(file, script);
      expect(() => execFileSync(shell, [...args, file], { stdio: "pipe" })).not.toThrow();
    }
  });

  it.skipIf(findProgram("zsh") === undefined)("never ask about folders of zsh that others may write", () => {
    const shared = join(folder, "shared");
    mkdirSync(shared);
    chmodSync(shared, 0o777);
    writeFileSync(join(shared, "_other"), "#compdef other\n");
    const script = `fpath=('${shared}' $fpath); eval "$(mistral-key completion zsh)"; print $_comps[mistral-key]`;
    const options = { env: environment(), stdio: "pipe", encoding: "utf8" } as const;
    expect(execFileSync("zsh", ["-fc", script], options)).toBe("_mistral_key\n");
  });

  it("get no answer, and no message, when something is wrong", () => {
    const output = execFileSync(process.execPath, [program, "__complete", "bash", "=", "--profile"], {
      env: { ...environment(), MISTRAL_KEY_HOME: program },
      stdio: "pipe",
      encoding: "utf8",
    });
    expect(output).toBe("");
  });
});
