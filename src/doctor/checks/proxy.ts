import { addressOf } from "../../mistral/endpoint.ts";
import { chooseRoute } from "../../mistral/proxy.ts";
import { type Check, type Finding, localLimitMs } from "../check.ts";

const variables = ["HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"] as const;

/** Judges the proxy variables for one address. Shows of a proxy only host and port, since its address may hold a password. */
export function judgeProxy(address: string, env: Readonly<Record<string, string | undefined>>): Finding {
  const url = new URL(address);
  const route = chooseRoute(url, env);
  if (route.kind === "unusable") {
    return {
      state: "fail",
      kind: "usage",
      message: `${route.variable} is not the address of a proxy that can be used.`,
      hint: "Write it as http://PROXY:PORT or https://PROXY:PORT; SOCKS proxies cannot be used.",
    };
  }
  const torn = variables.find((name) => {
    const [lower, upper] = [env[name.toLowerCase()], env[name]];
    return lower && upper && lower !== upper;
  });
  if (torn !== undefined && process.platform !== "win32") {
    return {
      state: "warn",
      message: `${torn.toLowerCase()} and ${torn} are set to different values; the first is used.`,
      hint: "Unset one of them.",
    };
  }
  if (route.kind === "proxy") {
    return { state: "ok", message: `Calls go through the proxy ${route.proxy.host} (${route.variable}).` };
  }
  const isSet = ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"].some((name) => env[name]);
  return isSet
    ? { state: "ok", message: `A proxy is set, and calls to ${url.hostname} go without it.` }
    : { state: "ok", message: "None is set; calls go straight to Mistral." };
}

/** Whether the proxy variables make sense. */
export const proxyCheck: Check = {
  id: "proxy",
  title: "Proxy",
  limitMs: localLimitMs,
  look: async ({ endpoint, deps }) => judgeProxy(addressOf(endpoint), deps.env),
};
