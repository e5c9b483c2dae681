import { MistralKeyError } from "../errors.ts";

/** Mistral's regional endpoints. The regional ones have no users API. */
export type Region = "global" | "eu" | "us";

/** Which API a key is checked and used against. */
export interface Endpoint {
  readonly region: Region;
  /** Replaces the region's address: a gateway, or a loopback address in tests. */
  readonly serverUrl?: string;
  /** Whether that address is the demonstration's, inside this process. */
  readonly madeUp?: true;
}

/** The addresses of Mistral's endpoints. Source: Mistral's API reference, August 2026; the SDK's own list. */
const addresses: Readonly<Record<Region, string>> = {
  global: "https://api.mistral.ai",
  eu: "https://api.eu.mistral.ai",
  us: "https://api.us.mistral.ai",
};

/** Said where Node checks no certificate; Node's own warning of it is not printed. */
export const uncheckedCertificates =
  "NODE_TLS_REJECT_UNAUTHORIZED is 0: no certificate is checked, so anybody in between can read your key.";

/** The address that calls to an endpoint go to, without a trailing slash. */
export function addressOf({ region, serverUrl }: Endpoint): string {
  return serverUrl ?? addresses[region];
}

/**
 * Reads the name of a region.
 *
 * @throws MistralKeyError of kind `usage`
 */
export function parseRegion(text: string): Region {
  if (Object.hasOwn(addresses, text)) return text as Region;
  throw new MistralKeyError("usage", `There is no region with that name.`, {
    hint: "Use --region global, --region eu or --region us.",
  });
}

/**
 * Checks the address of an API: https, or http to a loopback address only, since a key sent over
 * plain http can be read on the way. Gives it back without a trailing slash.
 *
 * @throws MistralKeyError of kind `usage`
 */
export function parseServerUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const loopback = url !== undefined && isLoopback(url);
  const allowed = url !== undefined && (url.protocol === "https:" || (url.protocol === "http:" && loopback));
  if (!allowed || url.username !== "" || url.password !== "") {
    throw new MistralKeyError("usage", "That server address cannot be used with a key.", {
      hint: "Use an https address without a name or password in it, such as https://api.mistral.ai (http only to 127.0.0.1, ::1 or localhost).",
    });
  }
  url.hash = "";
  url.search = "";
  return url.href.replace(/\/+$/, "");
}

/** Whether an address stays on this machine, where plain http can be read by nobody on the way. */
export function isLoopback(url: URL): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(url.hostname);
}
