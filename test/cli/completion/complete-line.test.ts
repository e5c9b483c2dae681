import { describe, expect, it } from "vitest";
import { commandTable } from "../../../src/cli/command-table.ts";
import { completeLine } from "../../../src/cli/completion/complete-line.ts";

const known = {
  profiles: () => [{ value: "default" }, { value: "work" }],
  targets: () => [{ value: "llm", description: "a target of profile work" }],
};
const complete = (...words: string[]) => completeLine(words.slice(0, -1), words.at(-1) ?? "", known);
const values = (...words: string[]) => {
  const completion = complete(...words);
  return completion === "files" ? completion : completion.map(({ value }) => value);
};

describe("completeLine", () => {
  it("offers every command, with what it does", () => {
    expect(values("")).toEqual([...commandTable.map(({ name }) => name), "help"]);
    expect(complete("")).toContainEqual({ value: "status", description: expect.stringContaining("profile") });
    expect(values("--json", "")).toContain("verify");
  });

  it("offers the flags of the command, and those that every command takes", () => {
    expect(values("rotate", "-")).toEqual(
      expect.arrayContaining(["--expires", "--finish", "--profile", "--json", "--help"]),
    );
    expect(values("rotate", "-")).not.toContain("--version");
    expect(values("-")).toEqual(expect.arrayContaining(["--version", "--profile"]));
    expect(values("ls", "--")).toEqual(values("status", "--"));
  });

  it("offers no flag that the command refuses", () => {
    expect(values("use", "--")).not.toContain("--profile");
    expect(values("completion", "--")).not.toContain("--json");
  });

  it("offers the values of a flag", () => {
    expect(values("verify", "-p", "")).toEqual(["default", "work"]);
    expect(values("--profile", "")).toEqual(["default", "work"]);
    expect(values("env", "--shell", "")).toEqual(["bash", "zsh", "fish", "powershell"]);
    expect(values("--region", "")).toEqual(["global", "eu", "us"]);
    expect(values("init", "--expires", "")).toContain("90d");
    expect(values("env", "--write", "")).toBe("files");
    expect(values("verify", "--model", "")).toEqual([]);
    expect(values("push", "--forget", "")).toEqual(["llm"]);
  });

  it("offers the value of a flag that can do without one, or what else may follow", () => {
    expect(values("status", "--ics", "")).toBe("files");
    expect(values("status", "--ics", "-")).toContain("--web");
    expect(values("status", "--ics", "-p", "")).toEqual(["default", "work"]);
    expect(values("status", "--ics", "keys.ics", "")).toContain("--json");
  });

  it("offers the commands that help is about", () => {
    expect(values("help", "")).toEqual(values(""));
  });

  it("offers the values of an argument, once", () => {
    expect(values("open", "")).toEqual(expect.arrayContaining(["keys", "billing"]));
    expect(values("open", "keys", "")).not.toContain("keys");
    expect(values("completion", "")).toEqual(["bash", "zsh", "fish", "powershell"]);
  });

  it("offers flags when a command takes nothing else", () => {
    expect(values("status", "")).toContain("--json");
    expect(values("status", "--", "")).toEqual([]);
  });

  it("offers files for the command after run", () => {
    expect(values("run", "")).toBe("files");
    expect(values("run", "--redact", "--as", "X", "--", "git", "sta")).toBe("files");
    expect(values("run", "git", "--")).toBe("files");
    expect(values("run", "--r")).toContain("--redact");
  });

  it("offers nothing after an unknown word", () => {
    expect(values("frobnicate", "")).toEqual([]);
  });
});
