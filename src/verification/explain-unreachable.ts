import { type ConnectionFailure, isCertificateCode } from "../mistral/call-outcome.ts";
import { addressOf } from "../mistral/endpoint.ts";
import type { CallContext, ForeignAnswer } from "../mistral/mistral-api.ts";
import type { Explanation } from "./explanation.ts";

/** How to write a proxy's variable. */
export const writeProxy =
  "Write it as http://PROXY:PORT or https://PROXY:PORT; SOCKS proxies cannot be used. In a password, write % as %25.";

const doctor = { command: "doctor", does: "check the network, the proxy and the certificates" };

/** What a failed call says about the key, as the end of a sentence. */
export function aboutKey({ accepted }: Pick<CallContext, "accepted">): string {
  return accepted ? "although it had accepted the key just before" : "so nothing is known about the key";
}

/** Explains a call that got no answer. */
export function explainFailure(failure: ConnectionFailure, context: CallContext): Explanation {
  const { what, hint } = wordsFor(failure, context);
  const sentence = `Mistral could not be reached, ${aboutKey(context)}: ${what}.`;
  return { sentence, hint, next: [doctor] };
}

/** Explains an answer that is not from Mistral's API. */
export function explainForeignAnswer(
  foreign: ForeignAnswer,
  status: number,
  context: CallContext,
): Explanation {
  const { serverUrl } = context.endpoint;
  const { host } = new URL(addressOf(context.endpoint));
  const { what, cause, hint } = {
    "web-page": { what: `A web page came back from ${host} instead of Mistral's answer`, ...signIn },
    redirect: { what: `A redirect from ${host} to another address was not followed`, ...signIn },
    gateway: { what: `The call to ${host} was refused in a form that is not Mistral's`, ...inBetween },
    unreadable: { what: `What came back from ${host} is not an answer from Mistral's API`, ...inBetween },
  }[foreign];
  // Not for Mistral's own address.
  const own =
    serverUrl === undefined ? [] : [`${serverUrl} may not be the address of a Mistral API (--server-url).`];
  const sentence = `${what} (HTTP ${status}), ${aboutKey(context)}.`;
  return { sentence, causes: [...own, cause], hint, next: [doctor] };
}

const signIn = {
  cause: "The network wants you to sign in first, as in a hotel or on a train.",
  hint: "Open any page in the browser, sign in to the network there, and try again.",
};
const inBetween = {
  cause: "A firewall, a gateway or a company's proxy does not let the call through, or changes it.",
  hint: "Try another network, or ask whoever runs this one.",
};

/** What happened instead of an answer, as the end of a sentence, and what to do. */
function wordsFor(
  { reason, code, host, proxy }: ConnectionFailure,
  { endpoint, timeoutMs, accepted }: CallContext,
): { readonly what: string; readonly hint: string } {
  const inBrackets = code === undefined ? "" : ` (${code})`;
  const address = endpoint.serverUrl === undefined ? "" : " and the address in --server-url";
  const way =
    proxy === undefined
      ? "Behind a company's proxy, set HTTPS_PROXY."
      : `The call went through the proxy ${proxy}.`;
  const checkNetwork = accepted ? "Try again in a minute." : `Check the network connection${address}. ${way}`;
  switch (reason) {
    case "dns":
      return { what: `the name ${host} could not be looked up (DNS)`, hint: checkNetwork };
    case "certificate":
      return certificateWords(code, host);
    case "tls":
      return { what: `${host} does not speak TLS as it should${inBrackets}`, hint: inBetween.hint };
    case "timeout":
      return { what: `${host} did not answer within ${timeoutMs / 1000} seconds`, hint: checkNetwork };
    case "not-an-answer":
      return { what: `what answered as ${host} is not an API`, hint: checkNetwork };
    case "proxy-password":
      return {
        what: `${proxy} asks for a name and a password, or does not accept the ones given (407)`,
        hint: "Put them into the variable: HTTPS_PROXY=http://NAME:PASSWORD@PROXY:PORT, with characters like @ and : written as %40 and %3A.",
      };
    case "proxy-sign-in":
      return {
        what: `${proxy} asks for a sign-in that mistral-key cannot do, such as NTLM or Kerberos (407)`,
        hint: `A name and a password in HTTPS_PROXY do not help. Ask whoever runs the proxy to let ${host} through, or set HTTPS_PROXY to a program on this machine that signs in for you, such as Px or Cntlm.`,
      };
    case "proxy":
      return isCertificateCode(code)
        ? certificateWords(code, `the proxy ${proxy}`)
        : {
            what: `the proxy ${proxy} does not connect to ${host}${inBrackets}`,
            hint: `Check HTTPS_PROXY, or name ${host} in NO_PROXY to go without the proxy.`,
          };
    case "proxy-setting":
      return {
        what: "HTTPS_PROXY or HTTP_PROXY is not the address of a proxy that can be used",
        hint: writeProxy,
      };
    case "connection":
      return { what: `the connection to ${host} failed${inBrackets}`, hint: checkNetwork };
  }
}

function certificateWords(code: string | undefined, who: string) {
  const byDate = code === "CERT_HAS_EXPIRED" || code === "CERT_NOT_YET_VALID";
  const byName = code === "ERR_TLS_CERT_ALTNAME_INVALID";
  return {
    what: `${who} showed a certificate that this machine does not trust (${code}), and the key was not sent`,
    hint: byDate
      ? "Check the date and time of this machine. If they are right, something in between uses an outdated certificate."
      : byName
        ? "It is a certificate for another name. Something in between answers instead, or the certificate was made for an address other than the one in --server-url."
        : "Something in between answers instead: a network to sign in to, or a company's proxy. Set NODE_EXTRA_CA_CERTS to the file that holds the company's own certificate (PEM).",
  };
}
