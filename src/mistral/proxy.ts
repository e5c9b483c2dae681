import type { Environment } from "../running/environment.ts";

/** How calls reach an address. */
export type Route =
  | { readonly kind: "direct" }
  /** Through a tunnel of this proxy. */
  | { readonly kind: "proxy"; readonly proxy: URL; readonly variable: string }
  /** A variable names a proxy that cannot be used. Its value may hold a password, so it is not here. */
  | { readonly kind: "unusable"; readonly variable: string };

/**
 * Which proxy the environment names for an address: `HTTPS_PROXY`, or `HTTP_PROXY` where only that
 * is set, unless `NO_PROXY` names the host. As in curl the lower-case names win.
 *
 * An `http` address is a loopback one (see `parseServerUrl`) and is always called directly: a
 * proxy has no way to it, and would read the key.
 */
export function chooseRoute(address: URL, env: Environment): Route {
  if (address.protocol !== "https:" || bypassesProxy(address, readVariable("NO_PROXY", env)?.value)) {
    return { kind: "direct" };
  }
  const setting = readVariable("HTTPS_PROXY", env) ?? readVariable("HTTP_PROXY", env);
  if (setting === undefined) return { kind: "direct" };
  const { value, variable } = setting;
  const text = value.includes("://") ? value : `http://${value}`;
  const proxy = URL.canParse(text) ? new URL(text) : undefined;
  const usable = proxy !== undefined && proxy.hostname !== "" && /^https?:$/.test(proxy.protocol);
  return usable ? { kind: "proxy", proxy, variable } : { kind: "unusable", variable };
}

/**
 * Whether `NO_PROXY` names a host: the host itself or a domain above it, with or without a dot or
 * `*.` in front, with or without a port; `*` names every host.
 */
function bypassesProxy(address: URL, noProxy: string | undefined): boolean {
  const host = address.hostname.toLowerCase();
  const port = address.port || "443";
  return (noProxy ?? "")
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== "")
    .some((entry) => {
      if (entry === "*") return true;
      if (/^[0-9a-f]*:[0-9a-f:]+$/.test(entry)) return host === `[${entry}]`;
      const [, named = entry, namedPort] = /^(.+):(\d+)$/.exec(entry) ?? [];
      if (namedPort !== undefined && namedPort !== port) return false;
      const domain = named.replace(/^\*?\./, "");
      return host === domain || host.endsWith(`.${domain}`);
    });
}

function readVariable(
  name: string,
  env: Environment,
): { readonly value: string; readonly variable: string } | undefined {
  for (const variable of [name.toLowerCase(), name]) {
    const value = env[variable]?.trim();
    if (value !== undefined && value !== "") return { value, variable };
  }
  return undefined;
}
