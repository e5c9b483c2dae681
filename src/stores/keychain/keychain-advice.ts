import { existsSync } from "node:fs";
import { readTextIfThere } from "../../files/read-file.ts";
import { runCommand } from "../../hints.ts";
import { defaultProfile } from "../../keys/profile-name.ts";
import { isRemote } from "../../terminal/terminal-capabilities.ts";
import type { KeychainTrouble } from "./keychain-trouble.ts";

/** What is wrong with the keychain, and how to fix it. */
export interface KeychainAdvice {
  /** One sentence: what is wrong. */
  readonly reason: string;
  /** What to do, one self-contained action per line. */
  readonly advice: readonly string[];
}

/** What advice about a keychain depends on. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly uid: number | undefined;
  /** The text of a file, empty when it cannot be read. */
  read(path: string): string;
  exists(path: string): boolean;
}

/** The machine this runs on. */
export function thisMachine(platform: NodeJS.Platform, env: Machine["env"]): Machine {
  return { platform, env, uid: process.getuid?.(), read: readTextIfThere, exists: existsSync };
}

/**
 * Explains a problem in terms of a machine. Reads a few small files there.
 *
 * @param name - the keychain's name, such as "GNOME Keyring"; "the keychain" if unknown
 */
export function adviseOn(trouble: KeychainTrouble, name: string, machine: Machine): KeychainAdvice {
  const reason = reasons[trouble](name);
  return {
    reason: reason.charAt(0).toUpperCase() + reason.slice(1),
    advice: trouble === "library-unusable" ? [installAgain] : adviceOn(trouble, machine),
  };
}

const reasons: Readonly<Record<KeychainTrouble, (name: string) => string>> = {
  "library-unusable": () =>
    `keytar, the part of mistral-key that talks to the keychain, cannot be loaded on this system (${process.platform} ${process.arch}).`,
  "libsecret-missing": () => "The library that talks to the keychain, libsecret, is not installed.",
  "bus-missing": () => "There is no session bus here, so there is no keychain.",
  "node-too-old": () =>
    `The session bus here has an abstract address, which Node.js ${process.versions.node} cannot reach.`,
  "service-missing": () => "No keychain is running in this session.",
  "collection-missing": (name) => `${name} has no keyring yet to keep a key in.`,
  "collection-volatile": (name) =>
    `${name} would forget the key at log-out: by default it keeps things for this session only.`,
  locked: (name) => `${name} is locked.`,
  denied: (name) => `${name} does not allow mistral-key access.`,
  unreadable: (name) => `${name} holds an entry for this profile but does not hand out a key.`,
  unresponsive: (name) => `${name} does not answer.`,
  "write-unanswered": (name) =>
    `It is not known whether ${name} stored the key: it does not answer, or does not give the key back.`,
};

const installAgain =
  "Install mistral-key again on this system: the installed copy was made for another one, or is incomplete.";

function adviceOn(trouble: KeychainTrouble, machine: Machine): readonly string[] {
  if (machine.platform === "darwin") {
    return [
      "Unlock it in this terminal: security unlock-keychain ~/Library/Keychains/login.keychain-db",
      "Run the command again and choose Allow, or Always Allow, when macOS asks.",
      "Check what Keychain Access shows for mistral-key, and that a login keychain is the default one.",
    ];
  }
  if (machine.platform === "win32") {
    return [
      "Open Credential Manager in Control Panel and check what Windows Credentials shows for mistral-key.",
      "After a log-on with an SSH key alone there are no credentials: log on with your password instead.",
    ];
  }
  return adviceOnLinux(trouble, machine);
}

function adviceOnLinux(trouble: KeychainTrouble, machine: Machine): readonly string[] {
  const { env } = machine;
  const onDesktop = Boolean(env.DISPLAY || env.WAYLAND_DISPLAY) && !isRemote(env);
  switch (trouble) {
    case "libsecret-missing":
      return [installLine(machine, "libsecret"), ...(onDesktop ? [] : startKeychain(machine))];
    case "bus-missing":
      return reachBus(machine);
    case "node-too-old":
      return ["Use Node.js 22.12 or later."];
    case "service-missing":
      return onDesktop
        ? [
            "Turn on your desktop's own keychain (GNOME Keyring, KDE Wallet), then log out and in again.",
            installLine(machine, "keyring"),
          ]
        : [installLine(machine, "keyring"), startKeyring];
    case "collection-missing":
    case "collection-volatile":
      return [onDesktop ? `Make a keyring, and set it as default: ${passwordPrograms}` : startKeyring];
    case "locked":
      return [
        onDesktop ? `Unlock it, or log out and in with your password: ${passwordPrograms}` : startKeyring,
      ];
    default:
      return [
        "Check whether one of its windows is waiting for you, perhaps behind other windows, and allow mistral-key access.",
        "If there is none, log out and in again, then run the command again.",
        "If that does not help, keep the key in an encrypted file: add --store file.",
      ];
  }
}

const passwordPrograms = "in Passwords and Keys (seahorse), KWalletManager or KeePassXC.";

function reachBus(machine: Machine): readonly string[] {
  const { env, exists, uid } = machine;
  const container =
    env.container !== undefined ||
    env.KUBERNETES_SERVICE_HOST !== undefined ||
    exists("/.dockerenv") ||
    exists("/run/.containerenv");
  if (container) {
    const command = runCommand(defaultProfile, "MISTRAL_API_KEY", "docker run -e MISTRAL_API_KEY IMAGE");
    return [`Give the key to the container from outside: ${command}`, ...startKeychain(machine)];
  }
  if (env.WSL_DISTRO_NAME !== undefined) {
    return [
      "Let WSL start a session: put the lines [boot] and systemd=true in /etc/wsl.conf, run wsl --shutdown in Windows, open WSL again.",
      installLine(machine, "keyring"),
      startKeyring,
    ];
  }
  return uid === 0 && env.SUDO_USER
    ? ["Run it without sudo: sudo leaves your session, and the keychain belongs to your session."]
    : startKeychain(machine);
}

/** From nothing to an unlocked keychain, in a session without a desktop. */
function startKeychain(machine: Machine): readonly string[] {
  return [
    installLine(machine, "session"),
    "Open a shell with a session bus: dbus-run-session -- bash",
    startKeyring,
  ];
}

/**
 * The shell reads the password: typed into the daemon, it would include the newline. The line fits in
 * 80 columns and is never wrapped: a part of it alone would create a keyring without a password. `-r`
 * replaces a daemon that is running; with a keyring that it has not, the password makes one.
 */
const startKeyring =
  'Start it and unlock it, in bash: (read -rsp Password: p; printf %s "$p" | gnome-keyring-daemon -r --unlock)';

// Names as in os-release(5). The last package has dbus-run-session, which starts a session bus.
const families: readonly (readonly [names: RegExp, install: string, libsecret: string, bus: string])[] = [
  [/\b(?:debian|ubuntu)\b/, "apt-get install", "libsecret-1-0", "dbus-daemon"],
  [/\b(?:fedora|rhel)\b/, "dnf install", "libsecret", "dbus-daemon"],
  [/\barch\b/, "pacman -S", "libsecret", "dbus"],
  [/\balpine\b/, "apk add", "libsecret", "dbus bash"],
  [/\bsuse\b/, "zypper install", "libsecret-1-0", "dbus-1"],
];

/** How to install what a keychain needs: libsecret, a keyring with it, or a session bus as well. */
function installLine({ read, uid }: Machine, what: "libsecret" | "keyring" | "session"): string {
  const names = (read("/etc/os-release").match(/^ID(?:_LIKE)?=.*$/gm) ?? []).join(" ");
  const family = families.find(([pattern]) => pattern.test(names));
  const [, install, libsecret, bus] = family ?? [undefined, undefined, "libsecret", "dbus"];
  const packages = {
    libsecret,
    keyring: `gnome-keyring ${libsecret}`,
    session: `${bus} gnome-keyring ${libsecret}`,
  }[what];
  if (install === undefined) return `Install with your system's package manager: ${packages}`;
  const it = what === "libsecret" ? "it" : "a keychain, if there is none";
  return `Install ${it}: ${uid === 0 ? "" : "sudo "}${install} ${packages}`;
}
