import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

/**
 * The one page that may talk to the program. It shows two secrets with each request: a cookie that
 * no script reads, and a proof that no other port of this host is sent, as cookies are.
 *
 * The cookie cannot be `Secure`, nor be called `__Host-…`: Safari takes such a cookie over http from
 * no address, not even a loopback one. What the name would hold is held all the same: no `Domain`,
 * `Path=/`, and nothing is accepted by the cookie alone.
 */
export class Session {
  /** Lets one page in, once. */
  readonly token = secret();
  readonly #cookie = secret();
  readonly #proof = secret();
  readonly #cookieName: string;
  #isTaken = false;

  constructor(port: number) {
    this.#cookieName = `mistral-key-${port}`;
  }

  /** Lets in who shows the token first; a second one with the same link is too late. */
  enter(token: unknown): { readonly cookie: string; readonly proof: string } | "too-late" | "wrong" {
    if (typeof token !== "string" || !isSame(token, this.token)) return "wrong";
    if (this.#isTaken) return "too-late";
    this.#isTaken = true;
    const cookie = `${this.#cookieName}=${this.#cookie}; Path=/; HttpOnly; SameSite=Strict`;
    return { cookie, proof: this.#proof };
  }

  /** Whether this request comes from the page that was let in. */
  isOurs({ headers }: IncomingMessage): boolean {
    const cookies = (headers.cookie ?? "").split(/;\s*/);
    const cookie = cookies.find((each) => each.startsWith(`${this.#cookieName}=`)) ?? "";
    const proof = headers["x-mistral-key-page"];
    const hasCookie = isSame(cookie.slice(this.#cookieName.length + 1), this.#cookie);
    return hasCookie && typeof proof === "string" && isSame(proof, this.#proof) && this.#isTaken;
  }
}

/** 128 bits. */
function secret(): string {
  return randomBytes(16).toString("base64url");
}

/** Takes as long for any text. */
function isSame(one: string, other: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
