import type { Environment } from "../running/environment.ts";

/** How calls reach an address. */
export type Route =
  | { readonly kind: "direct" }
  /** Tunnelled through this proxy. */
  | { readonly kind: "proxy"; readonly proxy: URL; readonly variable: string }
  /** A variable names an unusable proxy. Its value may hold a password, so it is left out. */
  | { readonly kind: "unusable"; readonly variable: string };

/**
 * Chooses the proxy for an address: `HTTPS_PROXY`, or `HTTP_PROXY` if only that is set, unless `NO_PROXY`
 * matches the host. As in curl, the lower-case names win.
 *
 * An `http` address is loopback (see `parseServerUrl`) and never goes through a proxy, which could not reach
 * it and would see the key.
 */
export function chooseRoute(address: URL, env: Environment): Route {
  if (address.protocol !== "https:" || bypassesProxy(address, readVariable("NO_PROXY", env)?.value)) {
    return { kind: "direct" };
  }
  const setting = readVariable("HTTPS_PROXY", env) ?? readVariable("HTTP_PROXY", env);
  if (setting === undefined) return { kind: "direct" };
  const { value, variable } = setting;
  // As in curl, a percent sign that escapes nothing, in a password for example, is one.
  const written = value.replace(/%(?![0-9a-f]{2})/gi, "%25");
  const text = written.includes("://") ? written : `http://${written}`;
  const proxy = URL.canParse(text) ? new URL(text) : undefined;
  const usable = proxy !== undefined && proxy.hostname !== "" && /^https?:$/.test(proxy.protocol);
  return usable ? { kind: "proxy", proxy, variable } : { kind: "unusable", variable };
}

/**
 * Whether `NO_PROXY` matches a host: by name or parent domain, with or without a leading dot or `*.`, with or
 * without a port; `*` matches every host.
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
