import type { ConnectionFailure } from "../mistral/call-outcome.ts";
import { addressOf, type Endpoint } from "../mistral/endpoint.ts";
import type { CallContext, ForeignAnswer } from "../mistral/mistral-api.ts";
import type { Explanation } from "./explanation.ts";

const doctor = { command: "doctor", does: "check the network, the proxy and the certificates" };

/** Where a call was made, and what is known of its key all the same. */
type CallPlace = Pick<CallContext, "endpoint" | "timeoutMs" | "accepted">;

/** What an answer that is none says about the key, as the end of a sentence. */
export function aboutKey({ accepted }: Pick<CallContext, "accepted">): string {
  return accepted ? "although it had accepted the key just before" : "so nothing is known about the key";
}

/** What to say when there was no answer. */
export function explainFailure(failure: ConnectionFailure, place: CallPlace): Explanation {
  const { what, hint } = wordsFor(failure, place.endpoint, place.timeoutMs);
  const sentence = `Mistral could not be reached, ${aboutKey(place)}: ${what}.`;
  return { sentence, causes: [], hint, next: [doctor] };
}

/** What to say when something answered that is not Mistral's API. */
export function explainForeignAnswer(foreign: ForeignAnswer, status: number, place: CallPlace): Explanation {
  const { endpoint } = place;
  const { host } = new URL(addressOf(endpoint));
  const key = aboutKey(place);
  // Mistral's own address is no suspect.
  const causes = (...others: readonly string[]) => [
    ...(endpoint.serverUrl === undefined
      ? []
      : [`${endpoint.serverUrl} is not the address of a Mistral API (--server-url).`]),
    ...others,
  ];
  const signIn = "The network wants you to sign in first, as in a hotel or a train.";
  switch (foreign) {
    case "web-page":
      return {
        sentence: `A web page came back from ${host} in place of Mistral's answer, ${key}.`,
        causes: causes(signIn),
        hint: "Open any page in the browser, sign in to the network there, and try again.",
        next: [doctor],
      };
    case "blocked-page":
      return {
        sentence: `A web page came back from ${host} in place of Mistral's answer (HTTP ${status}), ${key}.`,
        causes: causes("A firewall or a company's proxy does not let the call through."),
        hint: "Try another network, or ask whoever runs this one.",
        next: [doctor],
      };
    case "redirect":
      return {
        sentence: `The call was sent on from ${host} to another address (HTTP ${status}), ${key}. The key was not sent there.`,
        causes: causes(signIn),
        hint:
          endpoint.serverUrl === undefined
            ? "Open any page in the browser, sign in to the network there, and try again."
            : "Sign in to the network in the browser, or give --server-url the address where the API itself is.",
        next: [doctor],
      };
    case "proxy-password":
      return explainFailure({ reason: "proxy-password", code: "407", host, proxy: undefined }, place);
    case "gateway":
      return {
        sentence: `The call to ${host} was refused (HTTP ${status}) in words that are not Mistral's, ${key}.`,
        causes: causes("A gateway or a proxy in between does not let the call through, or changes it."),
        hint: "Try another network, or ask whoever runs this one.",
        next: [doctor],
      };
    case "unreadable":
      return {
        sentence: `What came back from ${host} is not an answer of Mistral's API (HTTP ${status}), ${key}.`,
        causes: causes(),
        hint: "Try again in a minute. If it stays, something between you and Mistral changes the answers.",
        next: [doctor],
      };
  }
}

/** What to say of one way of not being reached. */
export interface Words {
  /** What happened, as the end of a sentence. */
  readonly what: string;
  readonly hint: string;
}

/** What happened instead of an answer, and what to do. */
export function wordsFor(failure: ConnectionFailure, endpoint: Endpoint, timeoutMs: number): Words {
  const { host, proxy = "the proxy" } = failure;
  const code = failure.code === undefined ? "" : ` (${failure.code})`;
  const own = endpoint.serverUrl !== undefined;
  switch (failure.reason) {
    case "dns":
      return {
        what: `the name ${host} could not be looked up (DNS)`,
        hint: own
          ? "Check the network connection and the address in --server-url."
          : "Check the network connection. Behind a company's proxy, set HTTPS_PROXY.",
      };
    case "refused":
      return {
        what: `${host} refused the connection`,
        hint: own
          ? "Check that the server runs, and the address in --server-url."
          : "A firewall may be in the way. Try another network; behind a company's proxy, set HTTPS_PROXY.",
      };
    case "no-route":
      return { what: `there is no way to ${host} from here${code}`, hint: "Check the network connection." };
    case "certificate":
      return certificateWords(failure.code, `${host} showed a certificate`);
    case "tls":
      return {
        what: `${host} does not answer in TLS as it should${code}`,
        hint: "Something in between may have answered: a proxy, or a network that wants you to sign in.",
      };
    case "cut":
      return {
        what: `the connection to ${host} was cut before the answer had come`,
        hint: "Try again. If it happens every time, a firewall or a proxy ends the connection.",
      };
    case "timeout":
      return {
        what: `${host} did not answer within ${timeoutMs / 1000} seconds`,
        hint: "Try again in a minute, and check the network connection.",
      };
    case "not-http":
      return {
        what: `what answered as ${host} does not speak HTTP`,
        hint: own ? "Check the address in --server-url." : "Try another network.",
      };
    case "too-large":
      return {
        what: `${host} sent more than any answer of Mistral's has`,
        hint: own ? "Check the address in --server-url." : "Try another network.",
      };
    case "proxy-password":
      return {
        what: `${proxy} wants a name and a password, or other ones than it was given (407)`,
        hint: "Put them into the variable: HTTPS_PROXY=http://NAME:PASSWORD@PROXY:PORT, with characters like @ and : written as %40 and %3A.",
      };
    case "proxy-refusal":
      return {
        what: `the proxy ${proxy} does not connect to ${host} (${failure.code})`,
        hint: `Ask whoever runs the proxy to let ${host} through, or name it in NO_PROXY to go without the proxy.`,
      };
    case "proxy-unreachable":
      return isCertificateCode(failure.code)
        ? certificateWords(failure.code, `the proxy ${proxy} showed a certificate`)
        : {
            what: `the proxy ${proxy} does not answer${code}`,
            hint: `Check HTTPS_PROXY, or name ${host} in NO_PROXY to go without the proxy.`,
          };
    case "proxy-setting":
      return {
        what: "HTTPS_PROXY or HTTP_PROXY is not the address of a proxy that can be used",
        hint: "Write it as http://PROXY:PORT or https://PROXY:PORT; SOCKS proxies cannot be used.",
      };
    case "other":
      return {
        what: `the call to ${host} failed${code}`,
        hint: "Check the network connection and try again.",
      };
  }
}

function certificateWords(code: string | undefined, who: string): Words {
  if (code === "CERT_HAS_EXPIRED" || code === "CERT_NOT_YET_VALID") {
    return {
      what: `${who} that is ${code === "CERT_HAS_EXPIRED" ? "out of date" : "not valid yet"}, and the key was not sent`,
      hint: "Check the date and time of this machine. If they are right, something in between shows an old certificate.",
    };
  }
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return {
      what: `${who} for another name, and the key was not sent`,
      hint: "Something in between answers in its place: sign in to the network in the browser, or try another one.",
    };
  }
  return {
    what: `${who} that this machine does not trust (${code}), and the key was not sent`,
    hint: "Companies often sign with a certificate authority of their own: set NODE_EXTRA_CA_CERTS to the file that holds its certificate (PEM), and try again.",
  };
}

function isCertificateCode(code: string | undefined): boolean {
  return /CERT|^UNABLE_TO_|^INVALID_CA$/.test(code ?? "");
}
