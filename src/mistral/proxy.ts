import type { Environment } from "../running/environment.ts";

/** How calls reach an address. */
type Route =
  | { readonly kind: "direct" }
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
  const given = (variable: string) => env[variable]?.trim() ?? "";
  const noProxy = given("no_proxy") || given("NO_PROXY");
  const variable = ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"].find(given);
  if (address.protocol !== "https:" || variable === undefined || bypassesProxy(address, noProxy)) {
    return { kind: "direct" };
  }
  const value = given(variable);
  // As in curl, a percent sign that escapes nothing, in a password for example, is one.
  const written = value.replace(/%(?![0-9a-f]{2})/gi, "%25");
  const text = written.includes("://") ? written : `http://${written}`;
  const proxy = URL.canParse(text) ? new URL(text) : undefined;
  const usable =
    proxy !== undefined &&
    proxy.hostname !== "" &&
    /^https?:$/.test(proxy.protocol) &&
    isUtf8(proxy.username + proxy.password);
  return usable ? { kind: "proxy", proxy, variable } : { kind: "unusable", variable };
}

/** Whether a name and a password decode to text, as they are sent. */
function isUtf8(escaped: string): boolean {
  try {
    decodeURIComponent(escaped);
    return true;
  } catch {
    return false;
  }
}

/**
 * Whether `NO_PROXY` matches a host: by name or parent domain, with or without a leading dot or `*.`, with or
 * without a port; `*` matches every host.
 */
function bypassesProxy(address: URL, noProxy: string): boolean {
  const host = address.hostname.toLowerCase();
  const port = address.port || "443";
  return noProxy
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
