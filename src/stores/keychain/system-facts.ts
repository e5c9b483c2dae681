import { existsSync } from "node:fs";
import { readTextIfThere } from "../../files/read-file.ts";

/** The families of Linux that name their packages alike. */
export type LinuxFamily = "debian" | "fedora" | "arch" | "alpine" | "suse" | "other";

/** What advice about a keychain depends on. */
export interface SystemFacts {
  readonly platform: NodeJS.Platform;
  readonly family: LinuxFamily;
  /** Where this session is; the first of these that fits. */
  readonly place: "container" | "wsl" | "ssh" | "sudo" | "desktop" | "console";
  /** Whether the user may install packages without sudo. */
  readonly root: boolean;
  /** Whether the desktop is KDE. */
  readonly kde: boolean;
}

/** Where facts about this machine come from. */
export interface FactSources {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly uid: number | undefined;
  /** The text of a file, empty when it cannot be read. */
  read(path: string): string;
  exists(path: string): boolean;
}

/** The real sources. */
export function realFactSources(
  platform: NodeJS.Platform,
  env: Readonly<Record<string, string | undefined>>,
): FactSources {
  return {
    platform,
    env,
    uid: process.getuid?.(),
    read: readTextIfThere,
    exists: existsSync,
  };
}

/** Gathers the facts. Reads a few small files, so only when something is wrong. */
export function gatherSystemFacts(sources: FactSources): SystemFacts {
  const { platform, env, uid } = sources;
  return {
    platform,
    family: platform === "linux" ? familyOf(sources.read("/etc/os-release")) : "other",
    place: placeOf(sources),
    root: uid === 0,
    kde: /kde/i.test(env.XDG_CURRENT_DESKTOP ?? ""),
  };
}

function placeOf({ platform, env, uid, read, exists }: FactSources): SystemFacts["place"] {
  if (platform === "linux") {
    const container =
      env.container !== undefined ||
      env.KUBERNETES_SERVICE_HOST !== undefined ||
      exists("/.dockerenv") ||
      exists("/run/.containerenv");
    if (container) return "container";
    if (env.WSL_DISTRO_NAME !== undefined || /microsoft/i.test(read("/proc/sys/kernel/osrelease")))
      return "wsl";
  }
  if (uid === 0 && env.SUDO_USER) return "sudo";
  if (env.SSH_CONNECTION || env.SSH_TTY) return "ssh";
  return env.DISPLAY || env.WAYLAND_DISPLAY ? "desktop" : "console";
}

const families: readonly (readonly [RegExp, LinuxFamily])[] = [
  [/^(?:debian|ubuntu|linuxmint|raspbian)$/, "debian"],
  [/^(?:fedora|rhel|centos)$/, "fedora"],
  [/^(?:arch|manjaro)$/, "arch"],
  [/^alpine$/, "alpine"],
  [/^(?:suse|opensuse.*|sles)$/, "suse"],
];

/** Finds the family in `ID` and, behind it, `ID_LIKE` of os-release(5). */
function familyOf(osRelease: string): LinuxFamily {
  const value = (name: string) => new RegExp(`^${name}=["']?([^"'\n]*)`, "m").exec(osRelease)?.[1] ?? "";
  for (const id of `${value("ID")} ${value("ID_LIKE")}`.toLowerCase().split(/\s+/)) {
    const family = families.find(([pattern]) => pattern.test(id));
    if (family !== undefined) return family[1];
  }
  return "other";
}
