import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A real, throw-away, headless desktop with a clipboard. */
export interface Desktop {
  /** Variables that point a program to it. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** The programs they need, and their Debian packages. */
export const desktopNeeds = {
  programs: ["Xvfb", "xclip", "xsel", "sway", "wl-copy", "setpriv"],
  packages: "xvfb xclip xsel sway wl-clipboard",
};

/** Starts an X server. */
export async function startX11(): Promise<Desktop> {
  const args = ["-displayfd", "3", "-screen", "0", "64x64x8", "-nolisten", "tcp"];
  const server = spawn("Xvfb", args, { stdio: ["ignore", "ignore", "ignore", "pipe"] });
  const display = await new Promise<string>((resolve, reject) => {
    server.stdio[3]?.once("data", (data) => resolve(String(data).trim()));
    server.once("exit", () => reject(new Error("Xvfb did not start.")));
  });
  return { env: { DISPLAY: `:${display}` }, stop: () => end(server) };
}

/** Starts a Wayland compositor; not as root, which sway refuses. */
export async function startWayland(): Promise<Desktop> {
  const folder = mkdtempSync(join(tmpdir(), "wayland-"));
  const command = ["sway", "--config", "/dev/null"];
  if (process.getuid?.() === 0) {
    chownSync(folder, 65_534, 65_534);
    const drop = [
      "--reuid=65534",
      "--regid=65534",
      "--clear-groups",
      "--inh-caps=-all",
      "--bounding-set=-all",
    ];
    command.unshift("setpriv", ...drop, "--no-new-privs");
  }
  chmodSync(folder, 0o700);
  const [program = "", ...args] = command;
  const compositor = spawn(program, args, {
    env: {
      PATH: process.env.PATH,
      XDG_RUNTIME_DIR: folder,
      WLR_BACKENDS: "headless",
      WLR_LIBINPUT_NO_DEVICES: "1",
      WLR_RENDERER: "pixman",
    },
    stdio: "ignore",
  });
  const socket = () => readdirSync(folder).find((name) => /^wayland-\d+$/.test(name));
  while (socket() === undefined) {
    if (compositor.exitCode !== null) throw new Error("sway did not start.");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const env = { XDG_RUNTIME_DIR: folder, WAYLAND_DISPLAY: socket() ?? "" };
  // It listens before it has a seat, and without a seat there is no clipboard.
  while (
    spawnSync("wl-copy", ["--clear"], { env: { PATH: process.env.PATH, ...env }, stdio: "ignore" }).status !==
    0
  ) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return {
    env,
    stop: async () => {
      await end(compositor);
      if (existsSync(folder)) rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill();
  await ended;
}
