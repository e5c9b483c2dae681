import type { IncomingMessage } from "node:http";

const methods: ReadonlyMap<string | undefined, string> = new Map([
  ["/", "GET"],
  ["/session", "POST"],
  ["/events", "POST"],
  ["/answer", "POST"],
]);

/**
 * Checks headers that the browser sets and no page can forge. DNS rebinding shows in `Host`; a page of
 * another site or port shows in `Origin` or `Sec-Fetch-Site`.
 *
 * @param authority - address and port of the link
 * @returns the status to refuse it with; `undefined` if it passes
 */
export function refusalOf({ headers, method, url }: IncomingMessage, authority: string): number | undefined {
  if (headers.host !== authority) return 421;
  const expected = methods.get(url);
  if (method !== expected) return expected === undefined ? 404 : 405;
  const site = headers["sec-fetch-site"];
  const own = `http://${authority}`;
  if (method === "GET") {
    const opened = site === undefined || site === "none" || site === "same-origin";
    const asDocument = (headers["sec-fetch-dest"] ?? "document") === "document";
    return opened && asDocument && (headers.origin ?? own) === own ? undefined : 403;
  }
  if (headers.origin !== own) return 403;
  if (site !== undefined && site !== "same-origin") return 403;
  return headers["content-type"] === "application/json" ? undefined : 415;
}
