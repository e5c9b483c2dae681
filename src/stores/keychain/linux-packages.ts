import type { LinuxFamily, SystemFacts } from "./system-facts.ts";

// The session bus is started with dbus-run-session, which Debian and Fedora have in dbus-daemon.
const packages: Record<"libsecret" | "keyring" | "session", Record<LinuxFamily, string>> = {
  libsecret: {
    debian: "libsecret-1-0",
    fedora: "libsecret",
    arch: "libsecret",
    alpine: "libsecret",
    suse: "libsecret-1-0",
    other: "libsecret",
  },
  keyring: {
    debian: "gnome-keyring libsecret-1-0",
    fedora: "gnome-keyring libsecret",
    arch: "gnome-keyring libsecret",
    alpine: "gnome-keyring libsecret",
    suse: "gnome-keyring libsecret-1-0",
    other: "gnome-keyring and libsecret",
  },
  session: {
    debian: "dbus-daemon gnome-keyring libsecret-1-0",
    fedora: "dbus-daemon gnome-keyring libsecret",
    arch: "dbus gnome-keyring libsecret",
    alpine: "dbus gnome-keyring libsecret bash",
    suse: "dbus-1 gnome-keyring libsecret-1-0",
    other: "dbus, gnome-keyring and libsecret",
  },
};

const installers: Record<Exclude<LinuxFamily, "other">, string> = {
  debian: "apt-get install",
  fedora: "dnf install",
  arch: "pacman -S",
  alpine: "apk add",
  suse: "zypper install",
};

/** The line that tells how to install what a keychain needs: libsecret alone, a keyring with it, or a session bus as well. */
export function installLine({ family, root }: SystemFacts, what: keyof typeof packages): string {
  const names = packages[what][family];
  if (family === "other") return `Install ${names} with your system's package manager.`;
  const it = what === "libsecret" ? "it" : "a keychain, if there is none";
  return `Install ${it}: ${root ? "" : "sudo "}${installers[family]} ${names}`;
}
