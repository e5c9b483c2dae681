import type { IncomingMessage } from "node:http";

/** What the server answers, by method and path. */
export type Route = "page" | "session" | "events" | "answer";

const routes: Readonly<Record<string, Route>> = {
  "GET /": "page",
  "POST /session": "session",
  "POST /events": "events",
  "POST /answer": "answer",
};

/** A request that may be looked at further, or why it may not, as a status. */
export type CheckedRequest =
  | { readonly outcome: "route"; readonly route: Route }
  | { readonly outcome: "refused"; readonly status: number };

/**
 * Checks what a browser states of a request and no page can forge. A name that was made to point
 * here has another `Host`; a page of another site or port has another `Origin` or `Sec-Fetch-Site`.
 *
 * @param authority - the address and the port that the link names
 */
export function checkRequest(request: IncomingMessage, authority: string): CheckedRequest {
  const { headers, method = "", url = "" } = request;
  const refused = (status: number) => ({ outcome: "refused", status }) as const;
  if (headers.host !== authority || headersOf(request, "host") !== 1) return refused(421);
  const paths = Object.keys(routes).map((known) => known.split(" ")[1]);
  if (!paths.includes(url)) return refused(404);
  const route = routes[`${method} ${url}`];
  if (route === undefined) return refused(405);
  const site = headers["sec-fetch-site"];
  if (route === "page") {
    const opened = site === undefined || site === "none" || site === "same-origin";
    const asDocument = (headers["sec-fetch-dest"] ?? "document") === "document";
    return opened && asDocument ? { outcome: "route", route } : refused(403);
  }
  if (headers.origin !== `http://${authority}`) return refused(403);
  if (site !== undefined && site !== "same-origin") return refused(403);
  if (headers["content-type"] !== "application/json") return refused(415);
  return { outcome: "route", route };
}

function headersOf({ rawHeaders }: IncomingMessage, name: string): number {
  return rawHeaders.filter((header, index) => index % 2 === 0 && header.toLowerCase() === name).length;
}
