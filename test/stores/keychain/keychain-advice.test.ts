import { describe, expect, it } from "vitest";
import { adviseOn } from "../../../src/stores/keychain/keychain-advice.ts";
import { type KeychainTrouble, troubleOf } from "../../../src/stores/keychain/keychain-trouble.ts";
import {
  type FactSources,
  gatherSystemFacts,
  type SystemFacts,
} from "../../../src/stores/keychain/system-facts.ts";

const laptop: SystemFacts = {
  platform: "linux",
  family: "debian",
  place: "desktop",
  root: false,
  kde: false,
};
const words = (trouble: KeychainTrouble, facts: Partial<SystemFacts>, name = "GNOME Keyring") =>
  adviseOn(trouble, name, { ...laptop, ...facts });

describe("advice on a keychain", () => {
  it.each([
    ["debian", "sudo apt-get install libsecret-1-0"],
    ["fedora", "sudo dnf install libsecret"],
    ["arch", "sudo pacman -S libsecret"],
    ["alpine", "sudo apk add libsecret"],
    ["suse", "sudo zypper install libsecret-1-0"],
    ["other", "Install libsecret with your system's package manager."],
  ] as const)("names the package that is missing on %s", (family, line) => {
    expect(words("libsecret-missing", { family }).advice[0]).toContain(line);
  });

  it("leaves sudo out for root", () => {
    const { advice } = words("libsecret-missing", { root: true, place: "container" });
    expect(advice.join("\n")).not.toContain("sudo");
    expect(advice.join("\n")).toContain("apt-get install");
  });

  it.each([
    ["container", /docker run -e MISTRAL_API_KEY/],
    ["wsl", /systemd=true in \/etc\/wsl\.conf/],
    ["sudo", /without sudo/],
    ["ssh", /dbus-run-session -- bash/],
    ["console", /dbus-run-session -- bash/],
  ] as const)("tells how to get a session bus in place: %s", (place, line) => {
    const { reason, advice } = words("bus-missing", { place });
    expect(reason).toContain("no session bus");
    expect(advice.join("\n")).toMatch(line);
  });

  it("does not offer a desktop's program where there is no desktop", () => {
    expect(words("locked", { place: "desktop" }).advice.join("\n")).toContain("seahorse");
    expect(words("locked", { place: "ssh" }).advice.join("\n")).not.toContain("seahorse");
    expect(words("locked", { place: "ssh" }).advice.join("\n")).toContain("gnome-keyring-daemon -r --unlock");
  });

  it.each([
    ["KeePassXC", /Unlock the database in KeePassXC/],
    ["KDE Wallet", /KWalletManager/],
  ])("speaks of %s where that keeps the secrets", (name, line) => {
    const { reason, advice } = words("locked", {}, name);
    expect(reason).toBe(`${name} is locked.`);
    expect(advice.join("\n")).toMatch(line);
    expect(advice.join("\n")).not.toContain("gnome-keyring");
  });

  it("speaks of each system's own keychain", () => {
    const mac = words("locked", { platform: "darwin" }, "macOS Keychain");
    expect(mac.advice.join("\n")).toContain("security unlock-keychain");
    const windows = words("denied", { platform: "win32" }, "Windows Credential Manager");
    expect(windows.advice.join("\n")).toContain("Credential Manager");
  });

  const troubles = [
    "library-missing",
    "library-incompatible",
    "libsecret-missing",
    "bus-missing",
    "node-too-old",
    "service-missing",
    "collection-missing",
    "collection-volatile",
    "locked",
    "still-locked",
    "refused-by-person",
    "denied",
    "unreadable",
    "not-kept",
    "unresponsive",
    "write-unanswered",
    "crashed",
  ] as const satisfies readonly KeychainTrouble[];
  const places = ["container", "wsl", "ssh", "sudo", "desktop", "console"] as const;

  it.each(troubles)("has a sentence and an action for %s, wherever", (trouble) => {
    for (const platform of ["linux", "darwin", "win32"] as const) {
      for (const place of places) {
        const { reason, advice } = words(trouble, { platform, place }, "the keychain");
        expect(reason).toMatch(/^[A-Z].*\.$/);
        expect(advice.length).toBeGreaterThan(0);
        for (const line of [reason, ...advice]) expect(line).not.toMatch(/undefined|\n/);
      }
    }
  });
});

describe("facts about a machine", () => {
  const facts = (more: Partial<FactSources> & { files?: Record<string, string> }) =>
    gatherSystemFacts({
      platform: "linux",
      env: {},
      uid: 1000,
      read: (path) => more.files?.[path] ?? "",
      exists: (path) => more.files?.[path] !== undefined,
      ...more,
    });

  it.each([
    ["ID=debian\n", "debian"],
    ['NAME="Ubuntu"\nID=ubuntu\nID_LIKE=debian\n', "debian"],
    ['ID=pop\nID_LIKE="ubuntu debian"\n', "debian"],
    ["ID=fedora\n", "fedora"],
    ['ID="rocky"\nID_LIKE="rhel centos fedora"\n', "fedora"],
    ["ID=arch\n", "arch"],
    ["ID=alpine\nVERSION_ID=3.22\n", "alpine"],
    ['ID="opensuse-tumbleweed"\nID_LIKE="opensuse suse"\n', "suse"],
    ["ID=nixos\n", "other"],
    ["", "other"],
  ])("reads the family from %j", (text, family) => {
    expect(facts({ files: { "/etc/os-release": text } }).family).toBe(family);
  });

  it.each([
    ["container", { files: { "/.dockerenv": "" } }],
    ["container", { files: { "/run/.containerenv": "" } }],
    ["container", { env: { KUBERNETES_SERVICE_HOST: "10.0.0.1" } }],
    ["wsl", { env: { WSL_DISTRO_NAME: "Ubuntu" } }],
    ["wsl", { files: { "/proc/sys/kernel/osrelease": "5.15.90.1-microsoft-standard-WSL2" } }],
    ["sudo", { uid: 0, env: { SUDO_USER: "ada", DISPLAY: ":0" } }],
    ["ssh", { env: { SSH_CONNECTION: "192.0.2.1 1 192.0.2.2 22", DISPLAY: "localhost:10.0" } }],
    ["desktop", { env: { WAYLAND_DISPLAY: "wayland-0" } }],
    ["console", {}],
  ])("knows a place: %s", (place, more) => {
    expect(facts(more).place).toBe(place);
  });

  it("knows KDE and root", () => {
    expect(facts({ uid: 0, env: { XDG_CURRENT_DESKTOP: "KDE" } })).toMatchObject({ root: true, kde: true });
  });
});

describe("the errors of keytar, which have no code", () => {
  it.each([
    ["linux", "Cannot autolaunch D-Bus without X11 $DISPLAY", "bus-missing"],
    ["linux", "Could not connect: No such file or directory", "bus-missing"],
    ["linux", "The name org.freedesktop.secrets was not provided by any .service files", "service-missing"],
    ["linux", "Cannot create an item in a locked collection", "still-locked"],
    ["linux", "Object does not exist at path “/org/freedesktop/secrets/collection/x”", "collection-missing"],
    ["linux", "Timeout was reached", "unresponsive"],
    ["linux", "something nobody has seen before", "denied"],
    ["darwin", "User canceled the operation.", "refused-by-person"],
    ["darwin", "The user name or passphrase you entered is not correct.", "still-locked"],
    ["darwin", "User interaction is not allowed.", "locked"],
    ["darwin", "A default keychain could not be found.", "collection-missing"],
    [
      "win32",
      "A specified logon session does not exist. It may already have been terminated.",
      "collection-missing",
    ],
    ["win32", "Zugriff verweigert", "denied"],
  ] as const)("on %s: %s", (platform, message, trouble) => {
    expect(troubleOf(platform, new Error(message))).toBe(trouble);
  });
});
