import { describe, expect, it } from "vitest";
import { parseProfileName } from "../../../src/keys/profile-name.ts";
import { explainProblem, type Machine } from "../../../src/stores/keychain/keychain-advice.ts";
import {
  KeychainProblem,
  type KeychainTrouble,
  troubleOf,
} from "../../../src/stores/keychain/keychain-trouble.ts";
import { accountOf } from "../../../src/stores/secret-store.ts";

type Differing = Partial<Omit<Machine, "read" | "exists">> & {
  readonly files?: Readonly<Record<string, string>>;
};

const debian = { "/etc/os-release": "ID=debian\n" };
const desktop = { WAYLAND_DISPLAY: "wayland-0" };

function machineOf({ files = debian, ...more }: Differing): Machine {
  return {
    platform: "linux",
    env: {},
    uid: 1000,
    read: (path) => files[path] ?? "",
    exists: (path) => files[path] !== undefined,
    ...more,
  };
}

function words(trouble: KeychainTrouble, differing: Differing = {}) {
  const problem = new KeychainProblem(trouble);
  const { message, hint = "" } = explainProblem(problem, "GNOME Keyring", machineOf(differing));
  return { message, advice: hint.split("\n"), hint };
}

describe("advice on a keychain", () => {
  it.each([
    ["ID=debian\n", "sudo apt-get install libsecret-1-0"],
    ['NAME="Ubuntu"\nID=ubuntu\nID_LIKE=debian\n', "sudo apt-get install libsecret-1-0"],
    ['ID=pop\nID_LIKE="ubuntu debian"\n', "sudo apt-get install libsecret-1-0"],
    ["ID=fedora\n", "sudo dnf install libsecret"],
    ['ID="rocky"\nID_LIKE="rhel centos fedora"\n', "sudo dnf install libsecret"],
    ["ID=arch\n", "sudo pacman -S libsecret"],
    ["ID=alpine\nVERSION_ID=3.22\n", "sudo apk add libsecret"],
    ['ID="opensuse-tumbleweed"\nID_LIKE="opensuse suse"\n', "sudo zypper install libsecret-1-0"],
    ["ID=nixos\n", "Install with your system's package manager: libsecret"],
    ["", "Install with your system's package manager: libsecret"],
  ])("names the package that is missing on %j", (text, line) => {
    const [first] = words("libsecret-missing", { files: { "/etc/os-release": text } }).advice;
    expect(first).toMatch(new RegExp(`${line}$`));
  });

  it.each([
    ["ID=debian\n", "apt-get install dbus gnome-keyring libsecret-1-0"],
    ["ID=ubuntu\nID_LIKE=debian\nVERSION_ID=22.04\n", "apt-get install dbus gnome-keyring libsecret-1-0"],
    ["ID=fedora\n", "dnf install dbus-daemon gnome-keyring libsecret"],
  ])("names packages for a session bus that every release has, on %j", (text, line) => {
    const { hint } = words("bus-missing", { files: { "/etc/os-release": text } });
    expect(hint).toMatch(new RegExp(`${line}$`, "m"));
  });

  it("says, where there is no keychain, that MISTRAL_API_KEY holds a key to use instead", () => {
    const given = { MISTRAL_API_KEY: "testKey0".repeat(4) };
    for (const trouble of ["bus-missing", "service-missing", "libsecret-missing"] as const) {
      expect(words(trouble, { env: given }).advice[0]).toBe(
        "MISTRAL_API_KEY holds a key here: to use that one, start the app without mistral-key.",
      );
    }
    expect(words("locked", { env: given }).hint).not.toContain("MISTRAL_API_KEY");
    for (const unusable of ["two words", `"${given.MISTRAL_API_KEY}"`]) {
      const { hint } = words("bus-missing", { env: { MISTRAL_API_KEY: unusable } });
      expect(hint).not.toContain("MISTRAL_API_KEY");
    }
  });

  it("leaves sudo out for root", () => {
    const { hint } = words("libsecret-missing", { uid: 0 });
    expect(hint).not.toContain("sudo");
    expect(hint).toContain("apt-get install");
  });

  it.each<[string, Differing, RegExp]>([
    ["a container", { files: { "/.dockerenv": "" } }, /docker run --rm -e MISTRAL_API_KEY/],
    ["a pod", { env: { KUBERNETES_SERVICE_HOST: "192.0.2.1" } }, /docker run --rm -e MISTRAL_API_KEY/],
    ["WSL", { env: { WSL_DISTRO_NAME: "Ubuntu" } }, /systemd=true in \/etc\/wsl\.conf/],
    ["sudo", { uid: 0, env: { SUDO_USER: "ada", ...desktop } }, /without sudo/],
    ["sudo to another user", { env: { SUDO_USER: "ada" } }, /dbus-run-session -- bash/],
    ["SSH", { env: { SSH_CONNECTION: "192.0.2.1 1 192.0.2.2 22", ...desktop } }, /dbus-run-session -- bash/],
    ["a console", {}, /dbus-run-session -- bash/],
  ])("says how to get a session bus in %s", (_, machine, line) => {
    const { message, hint } = words("bus-missing", machine);
    expect(message).toContain("no session bus");
    expect(hint).toMatch(line);
  });

  it("offers a desktop's programs only when there is a desktop", () => {
    expect(words("locked", { env: desktop }).hint).toContain("seahorse");
    const overSsh = words("locked", { env: { ...desktop, SSH_TTY: "/dev/pts/0" } });
    expect(overSsh.hint).not.toContain("seahorse");
    expect(overSsh.hint).toContain("gnome-keyring-daemon -r --unlock");
  });

  it("says how to start a keychain, where no desktop does, as soon as libsecret is missing", () => {
    expect(words("libsecret-missing").hint).toContain("gnome-keyring-daemon -r --unlock");
    expect(words("libsecret-missing", { env: desktop }).advice).toHaveLength(1);
  });

  it("speaks of each system's own keychain", () => {
    const { hint } = words("locked", { platform: "darwin" });
    expect(hint).toContain("security unlock-keychain");
    expect(hint).toContain("when macOS asks");
    const overSsh = words("locked", {
      platform: "darwin",
      env: { SSH_CONNECTION: "192.0.2.1 1 192.0.2.2 22" },
    });
    expect(overSsh.hint).toContain("at the Mac itself");
    expect(overSsh.hint).not.toContain("when macOS asks");
    expect(words("denied", { platform: "win32" }).hint).toContain("Credential Manager");
    const inSession = words("collection-missing", { platform: "win32" });
    expect(inSession.message).toContain("in this session");
    expect(inSession.hint).toContain("Remote Desktop");
  });

  it.each(["current", "previous", "next", "admin"] as const)(
    "never advises to remove the other keys because the one in slot %s cannot be read",
    (slot) => {
      const address = { profile: parseProfileName("work"), slot };
      const { hint } = explainProblem(new KeychainProblem("unreadable"), "KeePassXC", machineOf({}), address);
      expect(hint).toMatch(
        slot === "current" ? /^Put a key in its place: mistral-key init -p work\n/ : /^To go on without it, /,
      );
      expect(hint).toContain(`remove only the entry ${accountOf(address)} of mistral-key`);
      expect(hint).not.toContain("mistral-key remove");
    },
  );

  const troubles = [
    "library-unusable",
    "libsecret-missing",
    "bus-missing",
    "service-missing",
    "collection-missing",
    "collection-volatile",
    "locked",
    "denied",
    "unreadable",
    "unresponsive",
    "write-unanswered",
  ] as const satisfies readonly KeychainTrouble[];

  it.each(troubles)("has a sentence and an action for %s, on every system", (trouble) => {
    for (const platform of ["linux", "darwin", "win32"] as const) {
      for (const env of [{}, desktop]) {
        const { message, advice } = words(trouble, { platform, env });
        expect(message).toMatch(/^[A-Z].*\.$/);
        for (const line of advice) expect(line).toMatch(/\S/);
        // A command that reads a key finds none in another store.
        for (const line of [message, ...advice]) expect(line).not.toMatch(/undefined|\n|--store/);
      }
    }
  });
});

describe("the errors of keytar, which have no code", () => {
  it.each([
    ["Cannot autolaunch D-Bus without X11 $DISPLAY", "denied"],
    ["Cannot create an item in a locked collection", "locked"],
    ["Object does not exist at path “/org/freedesktop/secrets/collection/x”", "collection-missing"],
    ["Timeout was reached", "unresponsive"],
    ["something nobody has seen before", "denied"],
    ["User canceled the operation.", "denied"],
    ["The user name or passphrase you entered is not correct.", "locked"],
    ["User interaction is not allowed.", "locked"],
    ["A default keychain could not be found.", "collection-missing"],
    ["A specified logon session does not exist. It may already have been terminated.", "collection-missing"],
    ["Zugriff verweigert", "denied"],
    ["The collection IsLocked", "locked"],
    ["The operation couldn’t be completed. (OSStatus error -25308.)", "locked"],
    ["-25320", "locked"],
    ["-25293", "locked"],
    ["-25307", "collection-missing"],
    ["-25294", "collection-missing"],
    ["-253070", "denied"],
    ["No such secret item at path: /org/freedesktop/secrets/collection/x", "collection-missing"],
    ["No such object path", "collection-missing"],
    ["Connection timed out", "unresponsive"],
    ["Did not receive a reply. Possible causes include", "unresponsive"],
    ["Message recipient disconnected from message bus without replying", "unresponsive"],
  ] as const)("%s", (message, trouble) => {
    expect(troubleOf(new Error(message))).toBe(trouble);
  });
});
