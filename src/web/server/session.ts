import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

/**
 * The one page that may talk to the program. Each request carries two secrets: a cookie that no script can
 * read, and a proof that, unlike cookies, is not sent to other ports of this host.
 *
 * The cookie can be neither `Secure` nor `__Host-…`: Safari rejects such cookies over http, even from
 * loopback. The prefix's other rules are kept: no `Domain`, `Path=/`. The cookie alone grants nothing.
 */
export class Session {
  /** Admits one page, once. */
  readonly token = secret();
  readonly #cookie = secret();
  readonly #proof = secret();
  readonly #cookieName: string;
  #isTaken = false;

  constructor(port: number) {
    this.#cookieName = `mistral-key-${port}`;
  }

  /** Admits the first client with the token; a second one is too late. */
  enter(token: unknown): { readonly cookie: string; readonly proof: string } | "too-late" | "wrong" {
    if (typeof token !== "string" || !isSame(token, this.token)) return "wrong";
    if (this.#isTaken) return "too-late";
    this.#isTaken = true;
    const cookie = `${this.#cookieName}=${this.#cookie}; Path=/; HttpOnly; SameSite=Strict`;
    return { cookie, proof: this.#proof };
  }

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

/** Compares in constant time. */
function isSame(one: string, other: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
