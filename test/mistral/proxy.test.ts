import { describe, expect, it } from "vitest";
import { chooseRoute } from "../../src/mistral/proxy.ts";

const api = new URL("https://api.mistral.ai/v1/models");
const proxy = "http://proxy.example.com:8080";
const route = (env: Record<string, string>, address = api) => {
  const chosen = chooseRoute(address, env);
  return chosen.kind === "proxy" ? chosen.proxy.href : chosen.kind;
};

describe("the route to an address", () => {
  it("is direct without variables, and when they are empty", () => {
    expect(route({})).toBe("direct");
    expect(route({ HTTPS_PROXY: "", HTTP_PROXY: " " })).toBe("direct");
  });

  it("goes through HTTPS_PROXY, in lower case first, or HTTP_PROXY when only that is set", () => {
    expect(route({ HTTPS_PROXY: proxy })).toBe(`${proxy}/`);
    expect(route({ https_proxy: "http://low:1", HTTPS_PROXY: proxy })).toBe("http://low:1/");
    expect(route({ HTTP_PROXY: proxy })).toBe(`${proxy}/`);
    expect(route({ http_proxy: "http://low:1", HTTPS_PROXY: proxy })).toBe(`${proxy}/`);
  });

  it("takes a proxy without a scheme, with a password, or over https", () => {
    expect(route({ HTTPS_PROXY: "proxy.example.com:8080" })).toBe(`${proxy}/`);
    expect(route({ HTTPS_PROXY: "http://ada:p%40ss@proxy.example.com:8080" })).toBe(
      "http://ada:p%40ss@proxy.example.com:8080/",
    );
    // A percent sign that escapes nothing would not be decoded.
    expect(route({ HTTPS_PROXY: "http://ada:50%off@proxy.example.com:8080" })).toBe(
      "http://ada:50%25off@proxy.example.com:8080/",
    );
    expect(route({ HTTPS_PROXY: "https://proxy.example.com" })).toBe("https://proxy.example.com/");
  });

  it.each([
    "socks5://proxy.example.com:1080",
    "http://ada:%ff@proxy.example.com",
    "http://",
    "http://[",
    "file:///etc/passwd",
  ])("is none when the proxy is %s", (value) => {
    expect(chooseRoute(api, { HTTPS_PROXY: value })).toEqual({ kind: "unusable", variable: "HTTPS_PROXY" });
  });

  it("is direct to a plain http address, whose calls a proxy could read", () => {
    expect(route({ HTTP_PROXY: proxy, HTTPS_PROXY: proxy }, new URL("http://127.0.0.1:8000/"))).toBe(
      "direct",
    );
  });

  it.each([
    "api.mistral.ai",
    "mistral.ai",
    ".mistral.ai",
    "*.mistral.ai",
    "API.Mistral.AI",
    "localhost, api.mistral.ai",
    "localhost api.mistral.ai",
    "api.mistral.ai:443",
    "*",
  ])("is direct with NO_PROXY=%s", (noProxy) => {
    expect(route({ HTTPS_PROXY: proxy, NO_PROXY: noProxy })).toBe("direct");
    expect(route({ HTTPS_PROXY: proxy, no_proxy: noProxy })).toBe("direct");
  });

  it.each(["istral.ai", "api.mistral.ai.example.com", "api.mistral.ai:8443", "127.0.0.1", ","])(
    "goes through the proxy with NO_PROXY=%s",
    (noProxy) => {
      expect(route({ HTTPS_PROXY: proxy, NO_PROXY: noProxy })).toBe(`${proxy}/`);
    },
  );

  it("knows IPv6 addresses in NO_PROXY, with and without brackets", () => {
    const six = new URL("https://[2001:db8::1]:8443/");
    for (const entry of ["2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:8443"]) {
      expect(route({ HTTPS_PROXY: proxy, NO_PROXY: entry }, six)).toBe("direct");
    }
    expect(route({ HTTPS_PROXY: proxy, NO_PROXY: "[2001:db8::2]" }, six)).toBe(`${proxy}/`);
  });
});
