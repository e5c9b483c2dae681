import { describe, expect, it } from "vitest";
import { type BrowserFacts, judgeBrowser } from "../../src/doctor/checks/browser.ts";
import { judgeCertificates } from "../../src/doctor/checks/certificates.ts";
import { judgeClipboard } from "../../src/doctor/checks/clipboard.ts";
import { judgeEnvironment } from "../../src/doctor/checks/environment.ts";
import { judgeKeychain } from "../../src/doctor/checks/keychain.ts";
import { judgeNode } from "../../src/doctor/checks/node.ts";
import { judgePermissions } from "../../src/doctor/checks/permissions.ts";
import { judgeProxy } from "../../src/doctor/checks/proxy.ts";
import { ApiKey } from "../../src/keys/api-key.ts";
import { readEnvironmentKey } from "../../src/keys/environment-key.ts";
import { defaultProfile } from "../../src/keys/profile-name.ts";
import { profileOf } from "../../src/profiles/known-key.ts";

const key = ApiKey.of("testKey0".repeat(4));

describe("the version of Node.js", () => {
  it.each([
    ["v18.20.4", "fail"],
    ["v20.18.3", "fail"],
    ["v20.19.0", "ok"],
    ["v21.7.3", "fail"],
    ["v22.11.0", "fail"],
    ["v22.12.0", "ok"],
    ["v23.1.0", "warn"],
    ["v24.0.0", "ok"],
  ])("%s is %s", (version, state) => {
    expect(judgeNode(version).state).toBe(state);
  });
});

describe("the keychain", () => {
  it("fails when it is needed and cannot be used, and says how it is", () => {
    for (const state of ["locked", "absent", "unresponsive", "denied"] as const) {
      const availability = { state, reason: "The keychain is out.", advice: ["Do this.", "Do that."] };
      const finding = judgeKeychain({ name: "GNOME Keyring", availability, needed: true });
      expect(finding).toMatchObject({ state: "fail", kind: `store-${state}` });
      expect(finding.message).toContain(state);
      expect(finding.hint).toContain("Do this.\nDo that.");
      expect(judgeKeychain({ name: "GNOME Keyring", availability, needed: false }).state).toBe("ok");
    }
  });
});

describe("MISTRAL_API_KEY", () => {
  const known = profileOf(
    { name: defaultProfile, key, store: "keychain", endpoint: { region: "global" } },
    new Date("2026-09-01T10:00:00.000Z"),
  );

  it.each([
    ["absent", undefined, known, "ok", /not set/],
    ["empty", "", known, "ok", /not set/],
    ["the stored key", key.reveal(), known, "ok", /same as/],
    ["another key", "testKey1".repeat(4), known, "warn", /different from/],
    ["quoted", `"${key.reveal()}"`, known, "warn", /quotes/],
    ["followed by a newline", `${key.reveal()}\n`, known, "warn", /newline/],
    ["no key", "testKey1test\x1b]0;", known, "warn", /cannot be a key/],
    ["set while nothing is stored", key.reveal(), undefined, "warn", /no key is stored/],
  ])("is judged when it is %s", (_what, value, profile, state, says) => {
    const finding = judgeEnvironment(readEnvironmentKey({ MISTRAL_API_KEY: value }), profile);
    expect(finding.state).toBe(state);
    expect(finding.message).toMatch(says);
    expect(finding.message).not.toContain("testKey1test");
  });
});

describe("permissions", () => {
  const folder = "/home/ada/.config/mistral-key";

  it("tells one command that closes everything", () => {
    const exposures = ["profiles", "keys"].map((name) => ({
      path: `${folder}/${name}`,
      problem: "open-to-others" as const,
    }));
    expect(judgePermissions(exposures, folder)).toMatchObject({
      state: "warn",
      message: expect.stringContaining("and 1 more"),
      hint: `chmod -R go= ${folder}`,
    });
    expect(judgePermissions([{ path: "/srv/passphrase", problem: "open-to-others" }], folder).hint).toBe(
      "chmod -R go= /srv/passphrase",
    );
  });

  it("puts what is refused before what is only open", () => {
    const finding = judgePermissions(
      [
        { path: `${folder}/keys`, problem: "open-to-others" },
        { path: `${folder}/keys/work.age`, problem: "foreign" },
      ],
      folder,
    );
    expect(finding).toMatchObject({ state: "fail", kind: "store-denied" });
    expect(finding.message).toContain("another user");
  });
});

describe("browser and clipboard", () => {
  const on = (
    env: BrowserFacts["env"],
    programs: readonly string[] = [],
    platform: NodeJS.Platform = "linux",
  ): BrowserFacts => ({
    env,
    platform,
    find: (names) => names.find((name) => programs.includes(name)),
  });

  it.each([
    ["macOS", on({}, [], "darwin"), "ok", "ok"],
    ["Windows", on({}, [], "win32"), "ok", "ok"],
    ["WSL", on({ WSL_DISTRO_NAME: "Debian" }), "ok", "ok"],
    ["a console", on({}), "ok", "ok"],
    ["SSH", on({ SSH_TTY: "/dev/pts/0", DISPLAY: ":10" }), "ok", "ok"],
    ["X11 with its tools", on({ DISPLAY: ":0" }, ["xdg-open", "xsel"]), "ok", "ok"],
    ["Wayland with its tools", on({ WAYLAND_DISPLAY: "wayland-0" }, ["xdg-open", "wl-paste"]), "ok", "ok"],
    ["X11 without them", on({ DISPLAY: ":0" }), "warn", "warn"],
    ["BROWSER=none", on({ BROWSER: "none", DISPLAY: ":0" }, ["xclip"]), "ok", "ok"],
    ["a BROWSER that is there", on({ BROWSER: "firefox -P work" }, ["firefox"]), "ok", "ok"],
    ["a BROWSER that is not", on({ BROWSER: "firefox" }), "warn", "ok"],
  ])("on %s", (_where, facts, browser, clipboard) => {
    expect(judgeBrowser(facts).state).toBe(browser);
    expect(judgeClipboard(facts).state).toBe(clipboard);
  });
});

describe("the proxy", () => {
  const address = "https://api.mistral.ai";

  it("is named by host and port, never with its password", () => {
    const finding = judgeProxy(address, { HTTPS_PROXY: "http://ada:secret@proxy.example:8080" });
    expect(finding).toMatchObject({ state: "ok", message: expect.stringContaining("proxy.example:8080") });
    expect(finding.message).not.toContain("secret");
  });

  it.each([
    [{}, "ok", /straight/],
    [{ HTTPS_PROXY: "http://proxy.example", NO_PROXY: ".mistral.ai" }, "ok", /without it/],
    [{ https_proxy: "http://one.example", HTTPS_PROXY: "http://two.example" }, "warn", /different values/],
    [{ HTTPS_PROXY: "socks5://proxy.example:1080" }, "fail", /^HTTPS_PROXY is not/],
    [{ HTTP_PROXY: "http://:8080" }, "fail", /^HTTP_PROXY is not/],
  ] as const)("with %j is %s", (env, state, says) => {
    const finding = judgeProxy(address, env);
    expect(finding.state).toBe(state);
    expect(finding.message).toMatch(says);
  });
});

describe("the certificates", () => {
  it.each([
    [undefined, "ok"],
    [{ state: "read", authorities: 2, expired: 1 }, "ok"],
    [{ state: "read", authorities: 0, expired: 0 }, "fail"],
    [{ state: "read", authorities: 1, expired: 1 }, "warn"],
    [{ state: "unread", reason: "is not there" }, "fail"],
  ] as const)("in %j are %s", (extra, state) => {
    expect(judgeCertificates({ env: {}, extra }).state).toBe(state);
    expect(judgeCertificates({ env: { NODE_TLS_REJECT_UNAUTHORIZED: "0" }, extra }).state).toBe("fail");
  });
});
