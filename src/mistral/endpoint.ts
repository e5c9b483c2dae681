import { MistralKeyError } from "../errors.ts";

/** Mistral's endpoints. The regional ones have no users API. */
export type Region = "global" | "eu" | "us";

/** The API that a key is used with. */
export interface Endpoint {
  readonly region: Region;
  /** Replaces the region's address: a gateway, or a loopback address in tests. */
  readonly serverUrl?: string;
  /** Whether it is the demonstration's, inside this process. */
  readonly madeUp?: true;
}

/** The addresses of Mistral's endpoints. Source: Mistral's API reference, August 2026; the SDK's own list. */
const addresses: Readonly<Record<Region, string>> = {
  global: "https://api.mistral.ai",
  eu: "https://api.eu.mistral.ai",
  us: "https://api.us.mistral.ai",
};

/** Shown if Node checks no certificate; Node's own warning is suppressed. */
export const uncheckedCertificates =
  "NODE_TLS_REJECT_UNAUTHORIZED is 0: no certificate is checked, so anybody in between can read your key.";

/** Host names with which plain http never leaves this machine. */
const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** The base URL of an endpoint, without a trailing slash. */
export function addressOf({ region, serverUrl }: Endpoint): string {
  return serverUrl ?? addresses[region];
}

/**
 * Validates an API address: https, or http to a loopback address only, since plain http would expose the key.
 * Returns it without query, fragment and trailing slash.
 *
 * @throws MistralKeyError of kind `usage`
 */
export function parseServerUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const allowed = url?.protocol === "https:" || (url?.protocol === "http:" && loopback.test(url.hostname));
  if (!allowed || url.username !== "" || url.password !== "") {
    throw new MistralKeyError("usage", "That server address cannot be used with a key.", {
      hint: "Use an https address without a name or password in it, such as https://api.mistral.ai (http only to 127.0.0.1, ::1 or localhost).",
    });
  }
  url.hash = "";
  url.search = "";
  return url.href.replace(/\/+$/, "");
}
