import type { IncomingMessage } from "node:http";

/** What the server answers. */
const methods: ReadonlyMap<string | undefined, string> = new Map([
  ["/", "GET"],
  ["/session", "POST"],
  ["/events", "POST"],
  ["/answer", "POST"],
]);

/**
 * Checks what a browser states of a request and no page can forge. A name that was made to point
 * here has another `Host`; a page of another site or port has another `Origin` or `Sec-Fetch-Site`.
 *
 * @param authority - the address and the port that the link names
 * @returns the status to refuse it with; `undefined` where it may be looked at further
 */
export function refusalOf(request: IncomingMessage, authority: string): number | undefined {
  const { headers, method, url } = request;
  if (headers.host !== authority || headersOf(request, "host") !== 1) return 421;
  const expected = methods.get(url);
  if (method !== expected) return expected === undefined ? 404 : 405;
  const site = headers["sec-fetch-site"];
  if (method === "GET") {
    const opened = site === undefined || site === "none" || site === "same-origin";
    const asDocument = (headers["sec-fetch-dest"] ?? "document") === "document";
    return opened && asDocument ? undefined : 403;
  }
  if (headers.origin !== `http://${authority}`) return 403;
  if (site !== undefined && site !== "same-origin") return 403;
  return headers["content-type"] === "application/json" ? undefined : 415;
}

function headersOf({ rawHeaders }: IncomingMessage, name: string): number {
  return rawHeaders.filter((header, index) => index % 2 === 0 && header.toLowerCase() === name).length;
}
