import { execFileSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { defaultProfile } from "../../src/keys/profile-name.ts";
import { planOf } from "../../src/rotation/journal.ts";
import { storeKey } from "../rotation/stored-key.ts";
import { findProgram } from "../support/find-program.ts";
import { describeNeeding } from "../support/needs.ts";
import { key, openPushing, otherKey, type Pushing } from "./pushing.ts";

let on: Pushing;
let folder: string;
const at = (name: string) => join(folder, name);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mistral-key-programs-"));
  mkdirSync(at("bin"));
  mkdirSync(at("calls"));
  mkdirSync(at("kept"));
});
afterEach(() => {
  // Whatever was started: no program had a key but on its standard input.
  for (const call of readdirSync(at("calls"))) {
    const seen = readFileSync(at(`calls/${call}`), "latin1");
    expect(seen).not.toContain(key.reveal());
    expect(seen).not.toContain(otherKey.reveal());
  }
  on?.deps.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A program on PATH that notes its environment and arguments; `body` is what it does, in sh. */
function standIn(name: string, body: string): void {
  const script = `#!/bin/sh\n{ env; echo "$@"; } > "${at("calls")}/${name}.$$"\ncd "${at("kept")}"\n${body}\n`;
  writeFileSync(at(`bin/${name}`), script);
  chmodSync(at(`bin/${name}`), 0o755);
}

const start = async (more: Readonly<Record<string, string>> = {}, programLimitMs?: number) => {
  on = await openPushing({
    env: { PATH: `${at("bin")}:${process.env.PATH}`, MISTRAL_API_KEY: key.reveal(), ...more },
    ...(programLimitMs !== undefined && { programLimitMs }),
  });
};
const kept = (name: string) => readFileSync(at(`kept/${name}`), "utf8");

// Programs of services that cannot be reached from a test: stand-ins with the interface that their own
// documentation gives.
describe.skipIf(process.platform === "win32")("push to a service, through a stand-in for its program", () => {
  it("sets a secret of GitHub Actions, which is never read back, and deletes it", async () => {
    standIn(
      "gh",
      `case "$2" in
        set) cat > "$3"; echo "$4 $5 $6 $7" > where;;
        list) for f in MISTRAL_API_KEY; do [ -e $f ] && printf '%s\\t2026-11-23\\n' $f; done; exit 0;;
        delete) rm "$3";;
      esac`,
    );
    await start();
    const target = "github:ada/engine#production";
    expect(await on.push(target)).toMatchObject({
      code: 0,
      said: expect.stringContaining("cannot be read back"),
    });
    expect(kept("MISTRAL_API_KEY").trim()).toBe(key.reveal());
    expect(kept("where").trim()).toBe("--repo ada/engine --env production");
    expect((await on.push("--forget", target)).code).toBe(0);
    expect(readdirSync(at("kept"))).not.toContain("MISTRAL_API_KEY");
  });

  it("quotes the path of a pass entry in the command to edit it", async () => {
    standIn(
      "pass",
      `case "$1" in
        insert) cat > entry;;
        show) cat entry 2>/dev/null || { echo "it is not in the password store" >&2; exit 1; };;
      esac`,
    );
    await start();
    await on.push("pass:work/my key");
    writeFileSync(at("kept/entry"), `${kept("entry")}\nlogin: ada\n`);
    const { said } = await on.push("--forget", "pass:work/my key");
    expect(said).toContain("pass edit 'work/my key'");
  });

  it("says how to sign in to GitHub", async () => {
    standIn("gh", `echo "To get started with GitHub CLI, please run:  gh auth login" >&2; exit 4`);
    await start();
    await expect(on.push("github:ada/engine")).rejects.toMatchObject({
      hint: expect.stringContaining("gh auth login"),
    });
    expect(on.remembered()).toEqual([]);
  });

  it("sets one entry of a Kubernetes secret, reads it back, and removes it", async () => {
    standIn(
      "kubectl",
      `case "$1" in apply) cat > secret.json;; get) cat secret.json 2>/dev/null; exit 0;; esac`,
    );
    await start();
    const target = "kubernetes:prod/mistral#key";
    expect(await on.push(target)).toMatchObject({
      code: 0,
      said: expect.stringMatching(/read back\. A pod .* gets it only when it is restarted\./),
    });
    expect(JSON.parse(kept("secret.json"))).toEqual({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "mistral", namespace: "prod" },
      data: { key: Buffer.from(key.reveal()).toString("base64") },
    });
    expect((await on.push("--forget", target)).code).toBe(0);
    expect(JSON.parse(kept("secret.json")).data).toEqual({});
  });

  it.each([
    ["kubernetes:prod/mistral", "in kubectl's current cluster"],
    ["aws:prod/mistral", "in aws's current account and region"],
  ])("says of %s that it looks where its program leads to now", async (target, where) => {
    standIn("kubectl", `case "$1" in apply) cat > it;; get) cat it 2>/dev/null; exit 0;; esac`);
    standIn(
      "aws",
      `case "$2" in
        put-secret-value) sed 's/.*/{"SecretString": "&"}/' > it;;
        *) cat it 2>/dev/null || { echo "no value for staging label" >&2; exit 1; };;
      esac`,
    );
    await start();
    expect((await on.push(target)).said).toContain(where);
    // As after a switch to another cluster or account.
    rmSync(at("kept/it"));
    expect((await on.push("--forget", target)).said).toMatch(/There is no key in .* \(in .*current/);
  });

  it("says that a Kubernetes secret still has the key when something else has put it there too", async () => {
    standIn("kubectl", `case "$1" in apply) [ -e s ] || cat > s;; get) cat s 2>/dev/null; exit 0;; esac`);
    await start();
    await on.push("kubernetes:prod/mistral");
    const { said } = await on.push("--forget", "kubernetes:prod/mistral");
    expect(said).toContain("The key is still in the Kubernetes secret");
  });

  it.each([
    ["alone", "", (held: string) => held],
    [
      "as a member of what is there",
      `{"other": 12345678901234567890}`,
      (held: string) => JSON.parse(held).MISTRAL_API_KEY,
    ],
  ])("puts a key into AWS Secrets Manager, %s", async (_how, before, keyIn) => {
    writeFileSync(at("kept/secret"), before);
    standIn(
      "aws",
      `case "$2" in
        put-secret-value) cat > secret; echo '{}';;
        get-secret-value) node -e 'console.log(JSON.stringify({SecretString: require("fs").readFileSync("secret", "utf8")}))';;
      esac`,
    );
    await start();
    expect(await on.push("aws:prod/mistral")).toMatchObject({
      code: 0,
      said: expect.stringContaining("read back"),
    });
    expect(keyIn(kept("secret"))).toBe(key.reveal());
    expect(kept("secret")).toContain(before.slice(0, -1));
    expect((await on.push("--forget", "aws:prod/mistral")).code).toBe(0);
    if (before !== "") expect(kept("secret")).toBe(before);
  });

  it("offers another account or region before a new secret where AWS finds none", async () => {
    standIn("aws", `echo "Secrets Manager can't find the specified secret." >&2; exit 254`);
    await start();
    await expect(on.push("aws:prod/mistral")).rejects.toMatchObject({
      hint: expect.stringMatching(/another account or region.*\n.*create-secret/),
    });
  });

  it("leaves an AWS secret with binary data as it is", async () => {
    standIn("aws", `[ "$2" = get-secret-value ] && echo '{"SecretBinary": "AAECAw=="}' || touch written`);
    await start();
    await expect(on.push("aws:prod/mistral")).rejects.toMatchObject({
      message: expect.stringContaining("binary"),
    });
    expect(readdirSync(at("kept"))).toEqual([]);
  });

  it("sets a variable of the Vercel project that the folder is linked to", async () => {
    standIn(
      "vercel",
      // As vercel does, it asks for the branch of previews, and exits when nobody answers.
      `case "$2" in
        add) [ "$4:$5" = preview:--force ] && exit 0
          cat > "$3.$4"; echo Added Environment Variable "$3" >&2;;
        rm) [ ! -e silent ] && rm "$3.$4" && echo Removed Environment Variable >&2; exit 0;;
      esac`,
    );
    await start();
    await expect(on.push("vercel:production")).rejects.toMatchObject({
      hint: expect.stringContaining("vercel link"),
    });
    mkdirSync(join(on.deps.home, ".vercel"));
    expect(await on.push("vercel:production")).toMatchObject({
      code: 0,
      said: expect.stringContaining("gets it only with the next deployment."),
    });
    expect(kept("MISTRAL_API_KEY.production").trim()).toBe(key.reveal());
    const target = `vercel:production#${on.deps.home}`;
    expect((await on.push("--forget", target)).code).toBe(0);
    expect(readdirSync(at("kept"))).toEqual([]);

    expect((await on.push("vercel:production", "vercel:preview")).code).toBe(0);
    writeFileSync(at("kept/silent"), "");
    expect(await on.push("--forget", target)).toMatchObject({
      code: 9,
      said: expect.stringContaining("without saying that it has removed the variable"),
    });
  });

  it("sets it in that project, whichever one the environment names", async () => {
    const names = ["VERCEL_ORG_ID", "VERCEL_PROJECT_ID", "NOW_ORG_ID", "NOW_PROJECT_ID"];
    const project = names.map((name) => `$${name}`).join("");
    standIn("vercel", `[ "$2" = add ] && cat > "linked${project}"; echo Added Environment Variable`);
    await start(Object.fromEntries(names.map((name) => [name, "another"])));
    mkdirSync(join(on.deps.home, ".vercel"));
    expect((await on.push("vercel:production")).code).toBe(0);
    expect(readdirSync(at("kept"))).toEqual(["linked"]);
  });

  it("starts a command of the person's own with the project that the environment names", async () => {
    standIn("put", `cat > "$VERCEL_PROJECT_ID"`);
    await start({ VERCEL_PROJECT_ID: "another" });
    expect((await on.push("command:put")).code).toBe(0);
    expect(kept("another").trim()).toBe(key.reveal());
  });

  it("delivers a key to a command of the person's own, and reads it back with another", async () => {
    standIn("vault-put", `cat > "$1"`);
    standIn("vault-get", `cat "$1"`);
    await start();
    const target = "command:vault-put 'the key' --read-back vault-get 'the key'";
    expect(await on.push(target)).toMatchObject({ code: 0, said: expect.stringContaining("read back") });
    expect(kept("the key").trim()).toBe(key.reveal());
    await on.replaceKey(otherKey);
    expect((await on.push()).code).toBe(0);
    expect(kept("the key").trim()).toBe(otherKey.reveal());
    const forgotten = await on.push("--forget", target);
    expect(forgotten).toMatchObject({ code: 0, said: expect.stringMatching(/any more\. What the command/) });
  });

  it.each([
    ["still has another key", "echo another key"],
    ["did not keep the key", "true"],
  ])("is not finished with a target that %s", async (said, readBack) => {
    standIn("vault-put", "cat > /dev/null");
    standIn("vault-get", readBack);
    await start();
    const pushed = await on.push("command:vault-put --read-back vault-get");
    expect(pushed).toMatchObject({ code: 9, said: expect.stringContaining(said) });
    expect(on.remembered()).toEqual([]);
  });

  it("ends what a program said without a full stop, before it says what to do", async () => {
    standIn("gh", `[ "$2" = set ] && { echo "HTTP 403: no access" >&2; exit 1; }; true`);
    await start();
    const { said } = await on.push("github:ada/engine");
    expect(said).toContain("gh refused: HTTP 403: no access. If you are not signed in");
  });

  it.each([
    ["is given", `k=$(cat); echo "no room for $k" >&2; exit 1`, "true"],
    ["is asked for", "cat > held", `echo "cannot show $(cat held)" >&2; exit 1`],
  ])("shows no key of a program that repeats the one that it %s", async (_, put, get) => {
    standIn("vault-put", put);
    standIn("vault-get", get);
    await start();
    const { code, said } = await on.push("command:vault-put --read-back vault-get");
    expect(code).toBe(9);
    expect(said).toMatch(/(?:no room for|cannot show) test\.\.\.Key0/);
    expect(said).not.toContain(key.reveal());
  });

  it("shows no key that a program reads there and is to replace", async () => {
    const filler = "x ".repeat(90);
    standIn("vault-put", `read new\nset -x\n[ "$(cat old)" = "$new" ] || { echo ${filler}; exit 1; } >&2`);
    await start();
    writeFileSync(at("kept/old"), otherKey.reveal());
    const { code, said } = await on.push("command:vault-put");
    expect(code).toBe(9);
    expect(said).toContain("othe...rK99");
    for (const one of [key, otherKey]) expect(said).not.toContain(one.reveal().slice(0, 9));
  });

  it("says that the folder of a Vercel project is gone, not that vercel does not start", async () => {
    standIn("vercel", "cat > /dev/null; echo Added Environment Variable");
    await start();
    mkdirSync(at("project/.vercel"), { recursive: true });
    const target = `vercel:production#${at("project")}`;
    expect((await on.push(target)).code).toBe(0);
    rmSync(at("project"), { recursive: true });
    const { code, said } = await on.push();
    expect(code).toBe(9);
    expect(said.replaceAll(" ", "")).toContain(`${at("project")}isnotthere`);
    expect(said).not.toContain("could not be started");
    expect((await on.push("--forget", target)).said).toContain("is not there");
  });

  it("is not done when vercel does not say that it has set the variable", async () => {
    standIn("vercel", `[ "$2" = add ] && cat > /dev/null; echo Done.`);
    await start();
    mkdirSync(join(on.deps.home, ".vercel"));
    const pushed = await on.push("vercel:production");
    expect(pushed).toMatchObject({ code: 9, said: expect.stringContaining("without saying") });
  });

  it("ends when the person stops it, and delivers nowhere else", async () => {
    standIn("vault-put", `[ -e started ] && touch second; touch started; cat > /dev/null; sleep 60`);
    await start();
    const pushing = on.push("command:vault-put a", "command:vault-put b");
    await expect.poll(() => readdirSync(at("kept"))).toContain("started");
    on.deps.interrupt();
    await expect(pushing).rejects.toMatchObject({ kind: "cancelled" });
    expect(readdirSync(at("kept"))).toEqual(["started"]);
  });

  it("delivers to targets of one kind one after the other", async () => {
    standIn("vault-put", `echo in >> log; cat > "$1"; sleep 0.3; echo out >> log`);
    await start();
    expect((await on.push("command:vault-put a", "command:vault-put b")).code).toBe(0);
    expect(kept("log")).toBe("in\nout\nin\nout\n");
  });

  it("starts commands last, since one may restart an app that reads the key from another target", async () => {
    standIn("restart", `cat > /dev/null; echo restarted >> log`);
    standIn("gh", `[ "$2" = set ] && { cat > "$3"; sleep 0.3; echo delivered >> log; }; true`);
    await start();
    await on.push("command:restart", "github:ada/engine");
    expect(kept("log")).toBe("delivered\nrestarted\n");
  });

  it.each(["replaced", "about to be"] as const)(
    "notices during a delivery that the key is replaced: %s",
    async (how) => {
      await start();
      const known = await storeKey(on.deps, { key });
      const another = { ...(await storeKey(on.deps, { key: otherKey })), key: otherKey.mask };
      on.deps.journal.begin(planOf(key, known, another, { holds: "old", now: on.deps.now() }));
      const file = how === "replaced" ? "profiles/default.json" : "rotations/default.json";
      cpSync(join(on.deps.home, file), at("another"));
      on.deps.journal.end(defaultProfile);
      await storeKey(on.deps, { key });
      standIn("slow", `cat > kept; cp ../another "${join(on.deps.home, file)}"`);
      await expect(on.push("command:slow")).rejects.toMatchObject({ kind: "unfinished" });
      expect(kept("kept").trim()).toBe(key.reveal());
      expect(on.remembered()).toEqual([]);
    },
  );

  it("forgets a target of a profile that another run has changed meanwhile", async () => {
    standIn(
      "gh",
      `case "$2" in list) echo MISTRAL_API_KEY;; set) cat > "$3";; delete) cp ../another "$(cat ../place)";; esac`,
    );
    await start();
    const target = "github:ada/engine";
    await on.push(target);
    const place = join(on.deps.home, "profiles/default.json");
    writeFileSync(at("place"), place);
    writeFileSync(at("another"), readFileSync(place, "utf8").replace('"2027-02-21"', '"2027-03-01"'));
    expect((await on.push("--forget", target)).code).toBe(0);
    expect(on.deps.profiles.read(defaultProfile)).toMatchObject({ expiresAt: "2027-03-01", targets: [] });
  });

  it("says that a key may still be there, in a folder whose name would control the terminal", async () => {
    standIn("vercel", "exit 1");
    await start();
    const target = `vercel:production#${at("kept/\x1b[2J")}`;
    await storeKey(on.deps, { key, targets: [{ target, since: null }] });
    const { code, said } = await on.push("--forget", target);
    expect([code, said.includes("may still be there"), said.includes("\x1b")]).toEqual([9, true, false]);
  });

  it.each(["aws:x\x1b]0;PWN\x07y", "github:a/b#e\x1b[2J", "kubernetes:a/b#\x1b[2J", "vercel:\x1b[2J#FOLDER"])(
    "takes no new target %j, and shows and forgets an old one without controlling the terminal",
    async (name) => {
      const target = name.replace("FOLDER", folder);
      mkdirSync(at(".vercel"));
      standIn("vercel", "cat > /dev/null; echo Removed Environment Variable");
      standIn("aws", `[ "$2" = put-secret-value ] && cat > it || echo '{"SecretString": ""}'`);
      standIn("gh", "cat > /dev/null");
      standIn("kubectl", "cat > /dev/null");
      await start();
      await expect(on.push(target)).rejects.toMatchObject({ kind: "usage" });
      await storeKey(on.deps, { key, targets: [{ target, since: null }] });
      for (const { said } of [await on.push(), await on.push("--forget", target)]) {
        expect(said).toContain("\\x1b");
        expect(said).not.toContain("\x1b");
      }
      expect(on.remembered()).toEqual([]);
    },
  );

  it("says where to get a program that is missing", async () => {
    on = await openPushing({ env: { PATH: at("bin") } });
    for (const target of ["github:a/b", "kubernetes:a/b", "pass:a"]) {
      await expect(on.push(target)).rejects.toMatchObject({
        message: expect.stringContaining("is not installed"),
      });
    }
  });

  it("continues with the next target when a program hangs, and is not finished then", async () => {
    standIn("vault-put", `cat > hung; sleep 60`);
    await start({}, 700);
    const both = ["command:vault-put", `dotenv:${join(on.deps.home, ".env")}`] as const;
    expect(await on.push(...both)).toMatchObject({
      code: 9,
      said: expect.stringContaining("did not finish within"),
    });
    expect(readFileSync(join(on.deps.home, ".env"), "utf8")).toContain(key.reveal());
    expect(on.remembered()).toEqual([both[1]]);
  });
});

const missing = ["pass", "gpg"].filter((name) => findProgram(name) === undefined);

describeNeeding(
  "push to pass, with a real GPG key and a git store",
  { missing, packages: "pass gnupg" },
  () => {
    const env = () => ({
      HOME: at("home"),
      GNUPGHOME: at("gnupg"),
      PASSWORD_STORE_DIR: at("store"),
      PATH: process.env.PATH ?? "",
    });
    const run = (program: string, ...args: readonly string[]) =>
      execFileSync(program, args, { env: env(), stdio: ["ignore", "pipe", "pipe"], encoding: "utf8" });

    beforeEach(async () => {
      mkdirSync(at("home"));
      mkdirSync(at("gnupg"), { mode: 0o700 });
      run(
        "gpg",
        "--batch",
        "--quiet",
        "--passphrase",
        "",
        "--quick-generate-key",
        "test@example.com",
        "default",
        "default",
        "never",
      );
      run("pass", "init", "test@example.com");
      for (const [name, value] of [
        ["user.name", "Test"],
        ["user.email", "test@example.com"],
      ] as const) {
        run("git", "config", "--global", name, value);
      }
      run("pass", "git", "init");
      on = await openPushing({ env: env() });
    });
    afterEach(() => run("gpgconf", "--kill", "all"));

    const insert = (entry: string, content: string) =>
      execFileSync("pass", ["insert", "--multiline", entry], {
        env: env(),
        input: Buffer.from(content, "latin1"),
        stdio: ["pipe", "pipe", "pipe"],
      });
    const show = (entry: string) => execFileSync("pass", ["show", entry], { env: env(), encoding: "latin1" });

    it("keeps further lines in any encoding, and does not mistake a folder for an entry", async () => {
      insert("work/mistral", "before\nuser: Andr\xe9\n\xff\xfe\n");
      expect(await on.push("pass:work/mistral", "pass:work")).toMatchObject({ code: 0 });
      expect(show("work/mistral")).toBe(`${key.reveal()}\nuser: Andr\xe9\n\xff\xfe\n`);
      expect(show("work").trim()).toBe(key.reveal());

      const { said } = await on.push("--forget", "pass:work/mistral");
      expect(said).toContain("The key is still in the pass entry work/mistral");
      expect(show("work/mistral")).toContain("user: Andr\xe9");
    });

    it("delivers, reads back, and removes the entry", async () => {
      expect(await on.push("pass:work/mistral")).toMatchObject({
        code: 0,
        said: expect.stringContaining("read back"),
      });
      expect(run("pass", "show", "work/mistral").trim()).toBe(key.reveal());
      expect(run("pass", "git", "status", "--porcelain")).toBe("");
      await on.replaceKey(otherKey);
      expect((await on.push()).code).toBe(0);
      expect(run("pass", "show", "work/mistral").trim()).toBe(otherKey.reveal());
      const forgotten = await on.push("--forget", "pass:work/mistral");
      expect(forgotten).toMatchObject({ code: 0, said: expect.stringContaining("any more. The key was") });
      expect(() => run("pass", "show", "work/mistral")).toThrow(/not in the password store/);
    });
  },
);
