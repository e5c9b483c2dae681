import { existsSync } from "node:fs";
import { type FailureKind, joinHints, MistralKeyError } from "../../errors.ts";
import { readTextIfThere } from "../../files/read-file.ts";
import { commandFor, runCommand } from "../../hints.ts";
import { readEnvironmentKey } from "../../keys/environment-key.ts";
import { defaultProfile } from "../../keys/profile-name.ts";
import { isRemote } from "../../terminal/terminal-capabilities.ts";
import { accountOf, type SecretAddress } from "../secret-store.ts";
import type { KeychainProblem, KeychainTrouble } from "./keychain-trouble.ts";

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
 * Explains a problem in terms of a machine, with one action in each line of the hint. Reads a few small
 * files there.
 *
 * @param keychain - its name, such as "GNOME Keyring"; "the keychain" if unknown
 * @param address - of the key that it was about
 */
export function explainProblem(
  { trouble, cause }: KeychainProblem,
  keychain: string,
  machine: Machine,
  address: SecretAddress = { profile: defaultProfile, slot: "current" },
): MistralKeyError {
  const [kind, reason] = failures[trouble];
  const isSession = trouble === "collection-missing" && machine.platform === "win32";
  const sentence = (isSession ? "KEYCHAIN cannot be used in this session." : reason).replace(
    "KEYCHAIN",
    keychain,
  );
  const message = sentence.charAt(0).toUpperCase() + sentence.slice(1);
  const given = readEnvironmentKey(machine.env);
  const instead =
    kind === "store-absent" && given.state === "key" && !given.wrapped
      ? "MISTRAL_API_KEY holds a key here: to use that one, start the app without mistral-key."
      : undefined;
  return new MistralKeyError(kind, message, {
    cause,
    hint: joinHints(instead, ...adviceOn(trouble, machine, address)),
  });
}

const failures: Readonly<Record<KeychainTrouble, readonly [FailureKind, reason: string]>> = {
  "library-unusable": [
    "store-absent",
    `keytar, the part of mistral-key that talks to the keychain, cannot be loaded on this system (${process.platform} ${process.arch}).`,
  ],
  "libsecret-missing": [
    "store-absent",
    "The library that talks to the keychain, libsecret, is not installed.",
  ],
  "bus-missing": [
    "store-absent",
    "There is no session bus here that can be reached, so there is no keychain.",
  ],
  "service-missing": ["store-absent", "No keychain is running in this session."],
  "collection-missing": ["store-absent", "KEYCHAIN has no keyring yet to keep a key in."],
  "collection-volatile": [
    "store-absent",
    "KEYCHAIN would forget the key at log-out: by default it keeps things for this session only.",
  ],
  locked: ["store-locked", "KEYCHAIN is locked."],
  denied: ["store-denied", "KEYCHAIN does not allow mistral-key access."],
  unreadable: ["store-damaged", "KEYCHAIN holds an entry for this profile but does not hand out a key."],
  unresponsive: ["store-unresponsive", "KEYCHAIN does not answer."],
  "write-unanswered": [
    "store-unresponsive",
    "It is not known whether KEYCHAIN stored the key: it does not answer, or does not give the key back.",
  ],
};

function adviceOn(trouble: KeychainTrouble, machine: Machine, address: SecretAddress): readonly string[] {
  if (trouble === "library-unusable") {
    return [
      "Install mistral-key again on this system: the installed copy was made for another one, or is incomplete.",
      "If it is in the bundle of an app, leave it out there (esbuild: --external:mistral-key).",
    ];
  }
  if (trouble === "unreadable") {
    const entry = `the entry ${accountOf(address)} of mistral-key`;
    // Not `remove`, which would erase the profile's other keys, too. Not secret-tool: it would print them all.
    const byHand = `remove only ${entry} from it, with its own program, then run the same command again.`;
    return address.slot === "current"
      ? [`Put a key in its place: ${commandFor(address.profile, "init")}`, `During a rotation, ${byHand}`]
      : [`To go on without it, ${byHand}`];
  }
  if (machine.platform === "darwin") {
    return [
      "Unlock it in this terminal: security unlock-keychain ~/Library/Keychains/login.keychain-db",
      isRemote(machine.env)
        ? "Over SSH macOS cannot ask: if it is not the lock, run the command once at the Mac itself and choose Always Allow."
        : "Run the command again and choose Allow, or Always Allow, when macOS asks.",
      "Check what Keychain Access shows for mistral-key, and that a login keychain is the default one.",
    ];
  }
  if (machine.platform === "win32") {
    // Source: learn.microsoft.com, CredReadW, ERROR_NO_SUCH_LOGON_SESSION, November 2026.
    const byNetwork =
      "A log-on over the network, by SSH for example, has no credentials: run the command at the machine itself or through Remote Desktop.";
    if (trouble === "collection-missing") return [byNetwork];
    return [
      "Open Credential Manager in Control Panel and check what Windows Credentials shows for mistral-key.",
      byNetwork,
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
    case "service-missing":
      return onDesktop
        ? [
            "Turn on your desktop's own keychain (GNOME Keyring, KDE Wallet), then log out and in again.",
            installLine(machine, "keychain"),
          ]
        : [installLine(machine, "keychain"), startKeyring];
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
      ];
  }
}

const passwordPrograms = "in Passwords and Keys (seahorse), KWalletManager or KeePassXC.";

function reachBus(machine: Machine): readonly string[] {
  const { env, exists, uid } = machine;
  const isAbstract = /^unix:(?:[^;]*,)?abstract=/.test(env.DBUS_SESSION_BUS_ADDRESS ?? "");
  if (isAbstract && Number.parseInt(process.versions.node, 10) < 22) {
    return ["Use Node.js 22.12 or later: this one cannot reach the abstract address of the bus here."];
  }
  const container =
    env.container !== undefined ||
    env.KUBERNETES_SERVICE_HOST !== undefined ||
    exists("/.dockerenv") ||
    exists("/run/.containerenv");
  if (container) {
    const command = runCommand(defaultProfile, "MISTRAL_API_KEY", "docker run --rm -e MISTRAL_API_KEY IMAGE");
    return [`Give the key to the container from outside: ${command}`, ...startKeychain(machine)];
  }
  if (env.WSL_DISTRO_NAME !== undefined) {
    return [
      "Let WSL start a session: put the lines [boot] and systemd=true in /etc/wsl.conf, run wsl --shutdown in Windows, open WSL again.",
      installLine(machine, "keychain"),
      startKeyring,
    ];
  }
  return uid === 0 && env.SUDO_USER
    ? ["Run it without sudo: sudo leaves your session, and the keychain belongs to your session."]
    : startKeychain(machine);
}

function startKeychain(machine: Machine): readonly string[] {
  return [
    installLine(machine, "keychain"),
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

// Names as in os-release(5). The last package has dbus-run-session, which starts a session bus; in Debian's and
// Ubuntu's dbus it is in the package itself (Ubuntu 22.04) or in one that it depends on.
const families: readonly (readonly [names: RegExp, install: string, libsecret: string, bus: string])[] = [
  [/\b(?:debian|ubuntu)\b/, "apt-get install", "libsecret-1-0", "dbus"],
  [/\b(?:fedora|rhel)\b/, "dnf install", "libsecret", "dbus-daemon"],
  [/\barch\b/, "pacman -S", "libsecret", "dbus"],
  [/\balpine\b/, "apk add", "libsecret", "dbus bash"],
  [/\bsuse\b/, "zypper install", "libsecret-1-0", "dbus-1"],
];

function installLine({ read, uid }: Machine, what: "libsecret" | "keychain"): string {
  const names = (read("/etc/os-release").match(/^ID(?:_LIKE)?=.*$/gm) ?? []).join(" ");
  const family = families.find(([pattern]) => pattern.test(names));
  const [, install, libsecret, bus] = family ?? [undefined, undefined, "libsecret", "dbus"];
  const packages = what === "libsecret" ? libsecret : `${bus} gnome-keyring ${libsecret}`;
  if (install === undefined) return `Install with your system's package manager: ${packages}`;
  const it = what === "libsecret" ? "it" : "a keychain, if there is none";
  return `Install ${it}: ${uid === 0 ? "" : "sudo "}${install} ${packages}`;
}
