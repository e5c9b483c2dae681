import { describe, expect, it } from "vitest";
import {
  findSessionBus,
  parseBusAddresses,
} from "../../../../src/stores/keychain/secret-service/dbus-address.ts";

describe("bus addresses", () => {
  it.each([
    ["unix:path=/run/user/1000/bus", ["/run/user/1000/bus"]],
    ["unix:path=/tmp/dbus-x,guid=0123456789abcdef", ["/tmp/dbus-x"]],
    ["unix:guid=0123456789abcdef,path=/tmp/dbus-x", ["/tmp/dbus-x"]],
    ["unix:abstract=/tmp/dbus-AbC,guid=01", ["\0/tmp/dbus-AbC"]],
    ["unix:path=/tmp/with%20space%3bsemicolon%2ccomma", ["/tmp/with space;semicolon,comma"]],
    ["unix:path=/tmp/%c3%a4", ["/tmp/ä"]],
    ["unix:path=/a=b", ["/a=b"]],
    ["unix:path=/first;unix:abstract=second", ["/first", "\0second"]],
    ["tcp:host=localhost,port=1;unix:path=/second", ["/second"]],
    ["unix:path=/first;", ["/first"]],
  ])("%s", (text, sockets) => {
    expect(parseBusAddresses(text)).toEqual(sockets);
  });

  it.each([
    "",
    ";",
    "nonsense",
    "autolaunch:",
    "tcp:host=localhost,port=1",
    "unixexec:path=/bin/sh",
    "unix:",
    "unix:path=",
    "unix:path=/a,abstract=b",
    "unix:path=/a,path=/b",
    "unix:path=/a,",
    "unix:tmpdir=/tmp",
    "unix:path=/%zz",
    "unix:path=/%ff",
    "unix:path=/a%00b",
  ])("leaves out %j", (text) => {
    expect(parseBusAddresses(text)).toEqual([]);
  });
});

describe("the session bus", () => {
  it("is the one the environment names", () => {
    const env = { DBUS_SESSION_BUS_ADDRESS: "unix:path=/a", XDG_RUNTIME_DIR: "/run/user/1" };
    expect(findSessionBus(env)).toEqual({ named: true, sockets: ["/a"] });
  });

  it("is else the socket in the runtime folder", () => {
    const env = { DBUS_SESSION_BUS_ADDRESS: "", XDG_RUNTIME_DIR: "/run/user/1" };
    expect(findSessionBus(env)).toEqual({ named: true, sockets: ["/run/user/1/bus"] });
  });

  it("is else nowhere", () => {
    expect(findSessionBus({})).toEqual({ named: false, sockets: [] });
  });
});
