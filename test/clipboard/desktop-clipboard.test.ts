import { execFileSync } from "node:child_process";
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { runInNewContext } from "node:vm";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { clipboardPrograms } from "../../src/clipboard/clipboard-programs.ts";
import { clearDesktop, clearLater, copyToDesktop } from "../../src/clipboard/desktop-clipboard.ts";
import { ApiKey } from "../../src/keys/api-key.ts";
import { fingerprintOf } from "../../src/keys/fingerprint.ts";
import { type Desktop, desktopNeeds, startWayland, startX11 } from "../support/desktop.ts";
import { findProgram } from "../support/find-program.ts";
import { describeNeeding } from "../support/needs.ts";

const key = ApiKey.of("testKey0".repeat(4));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "clipboard-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A program in a folder of its own, so that no other one is found. */
function script(name: string, text: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
  chmodSync(join(folder, name), 0o755);
}

/** The real program, with a record of what it was given besides standard input. */
function recorded(name: string): void {
  script(name, `{ echo "$@"; /usr/bin/env; } >>'${folder}/record'\nexec ${findProgram(name)} "$@"`);
}

const missing = desktopNeeds.programs.filter((name) => findProgram(name) === undefined);
const cases = [
  {
    desktop: "X11",
    start: startX11,
    programs: ["xclip"],
    read: ["xclip", "-o", "-selection", "clipboard"],
    write: ["xclip", "-i", "-selection", "clipboard"],
  },
  { desktop: "X11", start: startX11, programs: ["xsel"], read: ["xsel", "-ob"], write: ["xsel", "-ib"] },
  {
    desktop: "Wayland",
    start: startWayland,
    programs: ["wl-copy", "wl-paste"],
    read: ["wl-paste", "-n"],
    write: ["wl-copy"],
  },
];

describeNeeding("a real desktop's clipboard", { missing, packages: desktopNeeds.packages }, () => {
  describe.each(cases)("$desktop with $programs", ({ start, programs, read, write }) => {
    let desktop: Desktop;
    beforeAll(async () => {
      desktop = await start();
    });
    afterAll(() => desktop.stop());

    const run = ([program = "", ...args]: readonly string[], input = "") =>
      execFileSync(program, args, {
        env: { PATH: process.env.PATH, HOME: folder, ...desktop.env },
        input,
        encoding: "utf8",
        // xsel waits forever for an owner that gives up the clipboard at that moment.
        timeout: 3000,
        stdio: [
          "pipe",
          args.includes("-i") || args.includes("-ib") || program === "wl-copy" ? "ignore" : "pipe",
          "ignore",
        ],
      });
    const place = () => {
      programs.forEach(recorded);
      // wl-copy needs it.
      script("cat", 'exec /bin/cat "$@"');
      const env = { PATH: folder, HOME: folder, MISTRAL_API_KEY: key.reveal(), ...desktop.env };
      return { platform: "linux" as const, env };
    };

    it("gets a key that is in no program's arguments or environment", async () => {
      expect(await copyToDesktop(place(), key)).toBeDefined();
      // xclip may end before the X server knows that the process it leaves behind has the clipboard.
      await expect.poll(() => run(read)).toBe(key.reveal());
      expect(readFileSync(join(folder, "record"), "utf8")).not.toContain(key.reveal());
    });

    it("is cleared of that key again", async () => {
      expect(await copyToDesktop(place(), key)).toBeDefined();
      await clearDesktop(place(), fingerprintOf(key));
      const left = () => {
        try {
          return run(read);
        } catch (error) {
          if (error instanceof Error && "code" in error && error.code === "ETIMEDOUT") throw error;
          return "";
        }
      };
      await expect.poll(left).toBe("");
    });

    it("keeps what was copied after it", async () => {
      expect(await copyToDesktop(place(), key)).toBeDefined();
      run(write, "something else");
      await expect.poll(() => run(read)).toBe("something else");
      await clearDesktop(place(), fingerprintOf(key));
      expect(run(read)).toBe("something else");
    });
  });
});

describe.skipIf(process.platform === "win32")("the programs of a clipboard", () => {
  const board = () => readFileSync(join(folder, "board"), "utf8");
  const mac = () => ({ platform: "darwin" as const, env: { PATH: folder } });
  const wayland = () => ({ platform: "linux" as const, env: { PATH: folder, WAYLAND_DISPLAY: "wayland-0" } });
  const keep = () => `/bin/cat >'${folder}/board'`;
  const show = () => `/bin/cat '${folder}/board'`;

  it("are asked to keep a key out of histories, where they can", async () => {
    script("wl-copy", `[ "$1" = --sensitive ] || exit 1; ${keep()}`);
    script("wl-paste", show());
    expect(await copyToDesktop(wayland(), key)).toEqual({ concealed: true });
    script("osascript", keep());
    script("pbpaste", show());
    expect(await copyToDesktop(mac(), key)).toEqual({ concealed: true });
  });

  it("keep a key on this Mac, and mark it before it is there", async () => {
    script("osascript", `printf %s "$4" >'${folder}/script'; ${keep()}`);
    script("pbpaste", show());
    await copyToDesktop(mac(), key);
    const calls: unknown[][] = [];
    const record =
      (name: string) =>
      (...args: unknown[]) =>
        calls.push([name, ...args]);
    const generalPasteboard = {
      prepareForNewContentsWithOptions: record("prepare"),
      setStringForType: record("set"),
    };
    runInNewContext(readFileSync(join(folder, "script"), "utf8"), {
      ObjC: { import: () => {} },
      $: {
        NSFileHandle: { fileHandleWithStandardInput: { readDataToEndOfFile: key.reveal() } },
        NSString: { alloc: { initWithDataEncoding: (data: string) => data } },
        NSPasteboard: { generalPasteboard },
      },
    });
    expect(calls).toEqual([
      ["prepare", 1],
      ["set", "", "org.nspasteboard.ConcealedType"],
      ["set", key.reveal(), "public.utf8-plain-text"],
    ]);
  });

  it("keep a key out of PowerShell's transcripts when it is read back", () => {
    const [{ read } = { read: [] }] = clipboardPrograms("win32", {});
    expect(read.at(-1)).toMatch(/^\[Console\]::Out\.Write\(\[string\]\(Get-Clipboard -Raw\)\)$/);
  });

  it("are waited for as long as PowerShell may take to start, so that a key is cleared", async () => {
    execFileSync("mkfifo", [join(folder, "gate")]);
    script(
      "powershell.exe",
      `case "$*" in *Get-*) : >'${folder}/started'; read -r _ <'${folder}/gate'; ${show()} ;; *) ${keep()} ;; esac`,
    );
    writeFileSync(join(folder, "board"), key.reveal());
    // Read and write, so that opening and writing never wait for a reader.
    const gate = openSync(join(folder, "gate"), "r+");
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const desktop = { platform: "linux" as const, env: { PATH: folder, WSL_DISTRO_NAME: "Debian" } };
      const cleared = clearDesktop(desktop, fingerprintOf(key));
      await vi.waitUntil(() => existsSync(join(folder, "started")), { timeout: 60_000 });
      vi.advanceTimersByTime(15_000);
      writeSync(gate, "\n");
      await cleared;
    } finally {
      vi.useRealTimers();
      closeSync(gate);
    }
    expect(board()).toBe("");
  });

  it("are asked again when they did not answer, as on a locked screen, until the key is cleared", async () => {
    const asked = () => (existsSync(join(folder, "asked")) ? statSync(join(folder, "asked")).size : 0);
    script(
      "wl-paste",
      `printf . >>'${folder}/asked'; [ -e '${folder}/unlocked' ] && exec ${show()}; exec /bin/sleep 60`,
    );
    script("wl-copy", `: >'${folder}/board'`);
    writeFileSync(join(folder, "board"), key.reveal());
    const stdin = Readable.from([JSON.stringify({ seconds: 0, fingerprint: fingerprintOf(key) })]);
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const cleared = clearLater({ ...wayland(), stdin } as unknown as Parameters<typeof clearLater>[0]);
      for (const times of [1, 2, 3]) {
        await vi.waitUntil(() => asked() >= times, { timeout: 60_000 });
        if (times === 3) writeFileSync(join(folder, "unlocked"), "");
        vi.advanceTimersByTime(5000);
      }
      await cleared;
    } finally {
      vi.useRealTimers();
    }
    expect(board()).toBe("");
  });

  it("get the key without that when they cannot", async () => {
    script("wl-copy", `[ $# = 0 ] || exit 1; ${keep()}`);
    script("wl-paste", show());
    expect(await copyToDesktop(wayland(), key)).toEqual({ concealed: false });
    expect(board()).toBe(key.reveal());
  });

  it("are not trusted when something else is read back", async () => {
    script("wl-copy", `if [ $# = 0 ]; then ${keep()}; else echo undefined >'${folder}/board'; fi`);
    script("wl-paste", show());
    expect(await copyToDesktop(wayland(), key)).toEqual({ concealed: false });
    expect(board()).toBe(key.reveal());
  });

  it("are missing, or fail, so that nothing is copied", async () => {
    expect(await copyToDesktop(wayland(), key)).toBe(undefined);
    script("wl-copy", "exit 1");
    expect(await copyToDesktop(wayland(), key)).toBe(undefined);
    expect(await copyToDesktop({ platform: "linux", env: { PATH: folder } }, key)).toBe(undefined);
  });
});
