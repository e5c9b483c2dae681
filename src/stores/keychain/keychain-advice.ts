import { runCommand } from "../../hints.ts";
import { defaultProfile } from "../../keys/profile-name.ts";
import type { KeychainTrouble } from "./keychain-trouble.ts";
import { installLine } from "./linux-packages.ts";
import type { SystemFacts } from "./system-facts.ts";

/** What is wrong with the keychain and what to do about it, in words. */
export interface KeychainAdvice {
  /** One sentence: what is wrong. */
  readonly reason: string;
  /** What to do, one action a line; each stands by itself. */
  readonly advice: readonly string[];
}

/**
 * Puts a trouble into words that fit this machine. Pure: everything it depends on is an argument.
 *
 * @param name - the keychain's own name, "GNOME Keyring", or "the keychain" where that is not known
 */
export function adviseOn(trouble: KeychainTrouble, name: string, facts: SystemFacts): KeychainAdvice {
  const { reason, advice } = adviceOn(trouble, name, facts);
  return { reason: reason.charAt(0).toUpperCase() + reason.slice(1), advice };
}

function adviceOn(trouble: KeychainTrouble, name: string, facts: SystemFacts): KeychainAdvice {
  if (trouble === "library-missing" || trouble === "library-incompatible" || trouble === "crashed") {
    return adviseOnLibrary(trouble, name, facts);
  }
  if (facts.platform === "darwin") return adviseOnMac(trouble, name);
  if (facts.platform === "win32") return adviseOnWindows(trouble, name);
  return adviseOnLinux(trouble, name, facts);
}

function adviseOnLibrary(
  trouble: "library-missing" | "library-incompatible" | "crashed",
  name: string,
  { platform }: SystemFacts,
): KeychainAdvice {
  switch (trouble) {
    case "library-missing":
      return {
        reason: "The part of mistral-key that talks to the keychain, keytar, is not installed.",
        advice: ["Install mistral-key again: npm install -g mistral-key"],
      };
    case "library-incompatible":
      return {
        reason: `The part of mistral-key that talks to the keychain, keytar, does not run on this system (${platform} ${process.arch}).`,
        advice: ["Install mistral-key again on this very system: npm install -g mistral-key"],
      };
    case "crashed":
      return {
        reason: `The process that talked to ${name} crashed, so nothing is known of your key.`,
        advice: ["Run the command again; with --verbose it says how the process ended."],
      };
  }
}

type SystemTrouble = Exclude<KeychainTrouble, "library-missing" | "library-incompatible" | "crashed">;

function adviseOnMac(trouble: SystemTrouble, name: string): KeychainAdvice {
  const unlock = "Unlock it in this terminal: security unlock-keychain ~/Library/Keychains/login.keychain-db";
  switch (trouble) {
    case "locked":
    case "still-locked":
      return { reason: `${name} is locked.`, advice: [unlock] };
    case "refused-by-person":
      return {
        reason: `${name} was not opened: macOS asked, and the answer was no.`,
        advice: ["Run the command again and choose Allow, or Always Allow, when macOS asks."],
      };
    case "collection-missing":
      return {
        reason: "This user has no default keychain.",
        advice: ["Make the login keychain the default one: security default-keychain -s login.keychain-db"],
      };
    default:
      return {
        ...inGeneral(trouble, name),
        advice: [unlock, "Check what Keychain Access shows for mistral-key."],
      };
  }
}

function adviseOnWindows(trouble: SystemTrouble, name: string): KeychainAdvice {
  if (trouble === "collection-missing") {
    return {
      reason: `${name} cannot be used in this kind of session.`,
      advice: [
        "Log on with your password or at the machine itself; a log-on with an SSH key alone has no credentials.",
      ],
    };
  }
  return {
    ...inGeneral(trouble, name),
    advice: [
      "Open Credential Manager in Control Panel and check what Windows Credentials shows for mistral-key.",
    ],
  };
}

function adviseOnLinux(trouble: SystemTrouble, name: string, facts: SystemFacts): KeychainAdvice {
  switch (trouble) {
    case "libsecret-missing":
      return {
        reason: "The library that talks to the keychain, libsecret, is not installed.",
        advice: [installLine(facts, "libsecret"), ...(facts.place === "desktop" ? [] : startKeychain(facts))],
      };
    case "bus-missing":
      return { reason: "There is no session bus here, so there is no keychain.", advice: reachBus(facts) };
    case "node-too-old":
      return {
        reason: `The session bus here has an abstract address, which Node.js ${process.versions.node} cannot reach.`,
        advice: ["Use Node.js 22 or later."],
      };
    case "service-missing":
      return {
        reason: "No keychain is running in this session.",
        advice:
          facts.place === "desktop"
            ? facts.kde
              ? [enableKdeWallet]
              : [installLine(facts, "keyring"), "Then log out and in again."]
            : [installLine(facts, "keyring"), startKeyring("Start")],
      };
    case "collection-missing":
      return { reason: `${name} has no place yet to keep a key in.`, advice: [makeCollection(name, facts)] };
    case "collection-volatile":
      return {
        reason: `${name} would forget the key at log-out: by default it keeps things for this session only.`,
        advice: [makeCollection(name, facts)],
      };
    case "locked":
      return { reason: `${name} is locked.`, advice: unlock(name, facts) };
    case "still-locked":
      return { reason: `${name} is still locked.`, advice: unlock(name, facts) };
    default:
      return { ...inGeneral(trouble, name), advice: getAnswer(trouble, name) };
  }
}

function inGeneral(trouble: SystemTrouble, name: string): KeychainAdvice {
  switch (trouble) {
    case "unresponsive":
      return { reason: `${name} does not answer.`, advice: [] };
    case "refused-by-person":
      return { reason: `${name} was not opened: it asked, and the answer was no.`, advice: [] };
    case "write-unanswered":
      return {
        reason: `It is not known whether ${name} stored the key: it does not answer, or does not give the key back.`,
        advice: [],
      };
    case "not-kept":
      return { reason: `${name} did not keep the key as it was, so the key was not stored.`, advice: [] };
    case "unreadable":
      return { reason: `${name} holds an entry for this profile but gives no key out.`, advice: [] };
    default:
      return { reason: `${name} does not let mistral-key in.`, advice: [] };
  }
}

function getAnswer(trouble: SystemTrouble, name: string): readonly string[] {
  switch (trouble) {
    case "unresponsive":
    case "write-unanswered":
      return [
        "Check whether one of its windows is waiting for you, perhaps behind others.",
        "If there is none, log out and in again, then run the command again.",
      ];
    case "refused-by-person":
      return ["Run the command again and let mistral-key in."];
    case "not-kept":
      return [
        "Run the command again. If that does not help, keep the key in an encrypted file: add --store file.",
      ];
    default:
      return [`Check which programs ${name} lets in, then run the command again.`];
  }
}

function unlock(name: string, facts: SystemFacts): readonly string[] {
  if (name === "KeePassXC") return ["Unlock the database in KeePassXC, then run the command again."];
  if (name === "KDE Wallet") return ["Open the wallet in KWalletManager, then run the command again."];
  const here = startKeyring("Unlock");
  return facts.place === "desktop"
    ? ["Unlock it: open Passwords and Keys (seahorse), or log out and in with your password.", here]
    : [here];
}

function makeCollection(name: string, facts: SystemFacts): string {
  if (name === "KeePassXC")
    return "In KeePassXC, open a database and share a group of it: Database Settings, Secret Service.";
  if (name === "KDE Wallet") return "Make a wallet in KWalletManager.";
  return facts.place === "desktop"
    ? "In Passwords and Keys (seahorse), make a password keyring and set it as default."
    : startKeyring("Make");
}

function reachBus(facts: SystemFacts): readonly string[] {
  switch (facts.place) {
    case "sudo":
      return ["Run it without sudo: sudo leaves your session, and the keychain belongs to that."];
    case "container":
      return [
        `Give the key to the container from outside: ${runCommand(defaultProfile, "MISTRAL_API_KEY", "docker run -e MISTRAL_API_KEY IMAGE")}`,
        ...startKeychain(facts),
      ];
    case "wsl":
      return [
        "Let WSL start a session: put the lines [boot] and systemd=true in /etc/wsl.conf, run wsl --shutdown in Windows, open WSL again.",
        installLine(facts, "keyring"),
        startKeyring("Start"),
      ];
    default:
      return startKeychain(facts);
  }
}

/** From nothing to an unlocked keychain, in a session without a desktop. */
function startKeychain(facts: SystemFacts): readonly string[] {
  return [
    installLine(facts, "session"),
    "Open a shell with a session bus: dbus-run-session -- bash",
    startKeyring("Start"),
  ];
}

const enableKdeWallet = "Turn on KDE Wallet in System Settings, then log out and in again.";

/**
 * The password is read by the shell: typed into the daemon, its newline would become part of it. The
 * line is short enough for 80 columns and never broken: a part of it alone would make a keyring
 * without a password.
 */
function startKeyring(what: "Start" | "Unlock" | "Make"): string {
  const daemon = `gnome-keyring-daemon ${what === "Start" ? "" : "-r "}--unlock`;
  const purpose = { Start: "Start and unlock it", Unlock: "Unlock it", Make: "Let it make a keyring" }[what];
  return `${purpose}, in bash: (read -rsp Password: p; printf %s "$p" | ${daemon})`;
}
