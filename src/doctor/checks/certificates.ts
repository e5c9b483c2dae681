import { X509Certificate } from "node:crypto";
import { codeOf } from "../../files/file-errors.ts";
import { readSmallFile } from "../../files/read-file.ts";
import { type Check, type Finding, localLimitMs } from "../check.ts";

/** What the file of `NODE_EXTRA_CA_CERTS` is. */
export type CertificateFile =
  | { readonly state: "unread"; readonly reason: string }
  /** How many authorities it adds, and how many of them are out of date. */
  | { readonly state: "read"; readonly authorities: number; readonly expired: number };

/** What the judgement of the certificates depends on. */
export interface CertificateFacts {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `undefined` when `NODE_EXTRA_CA_CERTS` is not set. */
  readonly extra: CertificateFile | undefined;
}

const mend = "Set NODE_EXTRA_CA_CERTS to a file that holds the authority's certificate (PEM), or unset it.";

/** Judges the variables that decide which certificates are trusted. */
export function judgeCertificates({ env, extra }: CertificateFacts): Finding {
  if (env.NODE_TLS_REJECT_UNAUTHORIZED === "0") {
    return {
      state: "fail",
      kind: "usage",
      message:
        "NODE_TLS_REJECT_UNAUTHORIZED is 0: no certificate is checked, so anybody in between can read your key.",
      hint: "Unset it. If a company's proxy made it necessary, set NODE_EXTRA_CA_CERTS to the company's certificate instead.",
    };
  }
  if (extra === undefined) {
    return { state: "ok", message: "The authorities that come with Node.js are trusted, no others." };
  }
  if (extra.state === "unread") {
    const message = `The file that NODE_EXTRA_CA_CERTS names ${extra.reason}, so Node.js ignores it.`;
    return { state: "fail", kind: "usage", message, hint: mend };
  }
  if (extra.authorities === 0) {
    const message =
      "The file that NODE_EXTRA_CA_CERTS names holds no certificate (PEM), so Node.js ignores it.";
    return { state: "fail", kind: "usage", message, hint: mend };
  }
  // A system's whole collection always has a few old ones.
  if (extra.expired === extra.authorities) {
    return {
      state: "warn",
      message: "Every certificate in the file that NODE_EXTRA_CA_CERTS names is out of date.",
      hint: "Ask whoever gave you the file for a current one.",
    };
  }
  const plural = extra.authorities === 1 ? "y" : "ies";
  return { state: "ok", message: `NODE_EXTRA_CA_CERTS adds ${extra.authorities} authorit${plural}.` };
}

/** Whether the certificates that are trusted are as they should be. */
export const certificatesCheck: Check = {
  id: "certificates",
  title: "Certificates",
  limitMs: localLimitMs,
  look: async ({ deps: { env, now } }) => {
    const path = env.NODE_EXTRA_CA_CERTS;
    return judgeCertificates({ env, extra: path ? readCertificates(path, now()) : undefined });
  },
};

function readCertificates(path: string, now: Date): CertificateFile {
  let text: string;
  try {
    text = readSmallFile(path, { links: "followed", longest: 16 * 1024 * 1024 }).bytes.toString("latin1");
  } catch (error) {
    return { state: "unread", reason: codeOf(error) === "ENOENT" ? "is not there" : "could not be read" };
  }
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  try {
    const certificates = blocks.map((block) => new X509Certificate(block));
    const expired = certificates.filter(({ validTo }) => Date.parse(validTo) < now.getTime());
    return { state: "read", authorities: certificates.length, expired: expired.length };
  } catch {
    return { state: "unread", reason: "holds a damaged certificate" };
  }
}
