import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Keyring, type KeyringState, startKeyring } from "../support/keyring.ts";
import { describeWithKeyring } from "../support/keyring-suite.ts";
import { type LoopbackMistralApi, startMistralApi } from "../support/mistral-api.ts";
import { program, runProgram, soonMs } from "../support/program.ts";
import { openTerminal, type Terminal, type TerminalOptions } from "../support/terminal.ts";
import { filesHolding, tracesIn } from "./key-traces.ts";
import { choose, pasteKey, walk } from "./wizard.ts";

const key = "testKey0".repeat(4);
const passphrase = "correct horse battery staple";
const chooseStore = "Where should the key be kept?";

let api: LoopbackMistralApi;
let folder: string;
let terminals: Terminal[];

beforeEach(async () => {
  api = await startMistralApi({ keys: [key] });
  folder = mkdtempSync(join(tmpdir(), "headless-"));
  terminals = [];
});

afterEach(async () => {
  for (const terminal of terminals) await terminal.close();
  await api.stop();
  rmSync(folder, { recursive: true, force: true });
});

type Variables = Readonly<Record<string, string>>;

const environment = (more: Variables = {}): Variables => ({
  HOME: folder,
  MISTRAL_KEY_SERVER_URL: api.url,
  BROWSER: "true",
  SHELL: "/bin/sh",
  ...more,
});
const open = (command: readonly [string, ...string[]], options: TerminalOptions): Terminal => {
  const terminal = openTerminal(command[0], command.slice(1), options);
  terminals.push(terminal);
  return terminal;
};
const start = (args: readonly string[], more?: Variables, options: TerminalOptions = {}) =>
  open([process.execPath, program, ...args], { env: environment(more), ...options });
const files = () =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => entry.name);

function expectNoTraces(...shown: readonly Terminal[]): void {
  for (const terminal of shown) expect(tracesIn(terminal.everything(), [key, passphrase])).toEqual([]);
  expect(filesHolding(folder, [key, passphrase])).toEqual([]);
}

describe("init in a terminal, without a keychain", () => {
  it("keeps the key in an encrypted file, whose passphrase verify then asks for once", async () => {
    const init = start(["init"]);
    await choose(init, chooseStore, 0);
    for (const question of ["A new passphrase", "The same again"]) {
      await init.waitFor(question);
      init.type(passphrase);
      init.press("enter");
    }
    await choose(init, "Where are you now?", 0);
    await walk(init, 1);
    await choose(init, "Which expiration did you choose?", 0);
    await pasteKey(init, key);
    const closing = await init.waitFor("Replace it");
    expect(closing).toContain("an encrypted file, as profile default");
    expect((await init.exit()).code).toBe(0);

    const verify = start(["verify"]);
    await verify.waitFor("Passphrase of");
    verify.type(passphrase);
    verify.press("enter");
    expect((await verify.exit()).code).toBe(0);
    expect(verify.screen()).toContain("accepted by Mistral");
    expect(verify.screen().match(/passphrase/gi)).toHaveLength(1);
    expect(files().sort()).toEqual(["default.age", "default.json"]);
    expectNoTraces(init, verify);
  });

  it.each(["xterm-256color", "dumb"])(
    "shows nothing of a passphrase that comes too early: %s",
    async (TERM) => {
      const args = ["init", "--with-key", "--store", "file", "--no-input", "--no-verify"];
      const env = environment({ MISTRAL_KEY_PASSPHRASE: passphrase });
      expect((await runProgram(args, { env, input: key })).code).toBe(0);
      const get = start(["get", "--reveal"], { TERM });
      await get.waitFor("Passphrase of");
      get.type("not the right one");
      get.press("enter");
      await get.waitFor(TERM === "dumb" ? "entered" : "✓ Passphrase");
      const typing = setInterval(() => get.type("early"), 10);
      await get.waitFor("does not open it").finally(() => clearInterval(typing));
      get.press("ctrl-c");
      expect((await get.exit()).code).toBe(130);
      expect(get.everything()).not.toMatch(/early|right one/);
    },
  );

  it("keeps the key nowhere but in a shell, which forgets it when it is left", async () => {
    const init = start(["init"]);
    await choose(init, chooseStore, 1);
    await choose(init, "Where are you now?", 0);
    await walk(init, 1);
    await choose(init, "Which expiration did you choose?", 0);
    await pasteKey(init, key);
    await init.waitFor("Type exit to leave it");
    init.type('printf %s "$MISTRAL_API_KEY" | wc -c\r');
    await init.waitFor(/^(?:[$#] )?32$/m);
    init.type("exit 5\r");
    expect((await init.exit()).code).toBe(5);
    expect(files()).toEqual([]);
    expectNoTraces(init);
  });

  it("stops with 7 and the advice, and has asked nobody for a key", async () => {
    const init = start(["init"]);
    await choose(init, chooseStore, 3);
    expect((await init.exit()).code).toBe(7);
    const told = init.screen().slice(init.screen().indexOf("Stop here"));
    expect(told).toContain("There is no session bus here");
    expect(told).toMatch(/› .*install[\s\S]*--store file/i);
    expect(init.screen()).not.toContain("Where are you now?");
    expect(api.requests).toEqual([]);
    expect(files()).toEqual([]);
  });

  it.each(["80", "40"])(
    "keeps every line within %s columns, except for what is to be copied",
    async (cols) => {
      const init = start(["init"], {}, { cols: Number(cols) });
      await choose(init, chooseStore, 1);
      await choose(init, "Where are you now?", 2);
      await init.waitFor("paste it here; it stays hidden");
      // A line that is too long continues at the left edge, without the two spaces that every line begins
      // with.
      const broken = init
        .screen()
        .split("\n")
        .filter(
          (line) => /^\p{Ll}/u.test(line) && !/^\S*"|gnome-keyring|l?ibsecret|unlock\)|IMAGE$/.test(line),
        );
      expect(broken).toEqual([]);
      expect(init.screen().replaceAll("\n", "")).toContain(
        '(read -rsp Password: p; printf %s "$p" | gnome-keyring-daemon -r --unlock)',
      );
    },
  );
});

describeWithKeyring("init in a terminal, where the keychain comes up meanwhile", () => {
  let keyring: Keyring;
  afterEach(() => keyring?.stop());

  const ways: readonly (readonly [KeyringState, number, (keyring: Keyring) => unknown])[] = [
    ["locked", 0, (it) => it.unlock()],
    ["frozen", 0, (it) => it.thaw()],
    ["no-service", 2, (it) => it.startLocked().then(() => it.unlock())],
  ];

  it.each(ways)("continues with it after checking again: %s", async (state, down, mend) => {
    keyring = await startKeyring({ state, ...(state === "locked" ? { secrets: { other: key } } : {}) });
    const init = start(["init"], { ...keyring.env });
    await init.waitFor(chooseStore);
    await mend(keyring);
    await choose(init, chooseStore, down);
    await choose(init, "Where are you now?", 2);
    await pasteKey(init, key);
    await choose(init, "When does it expire?", 0);
    expect(await init.waitFor("Replace it")).toContain("GNOME Keyring, as profile default");
    expect((await init.exit()).code).toBe(0);
    expect(await keyring.lookup("default")).toBe(key);
    expectNoTraces(init);
  });
});

/** Whether this user may have namespaces of their own, as root in most containers may. */
function may(...command: readonly [string, ...string[]]): boolean {
  try {
    execFileSync(command[0], command.slice(1), { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Runs a command where libsecret is not there; the arguments are a folder for the layers, then the command. */
const withoutLibsecret = `
  library=$(/sbin/ldconfig -p | sed -n 's/.*libsecret-1\\.so\\.0 .*=> //p' | head -n 1)
  libraries=$(readlink -f "$(dirname "$library")") && mount -t tmpfs none "$1" && mkdir "$1/upper" "$1/work" &&
  mknod "$1/upper/libsecret-1.so.0" c 0 0 &&
  mount -t overlay none -o "lowerdir=$libraries,upperdir=$1/upper,workdir=$1/work" "$libraries" &&
  shift && exec "$@"`;

describe.runIf(process.platform === "linux")("init --with-key, where libsecret cannot be loaded", () => {
  const args = ["init", "--with-key", "--no-input", "--json"];
  const expectAdvice = (code: number | null, stdout: string, ms: number) => {
    expect(code).toBe(7);
    expect(ms).toBeLessThan(soonMs);
    const { error } = JSON.parse(stdout);
    expect(error).toMatchObject({ kind: "store-absent", message: expect.stringContaining("libsecret") });
    expect(error.hint).toMatch(/[Ii]nstall .*libsecret/);
    expect(api.requests).toEqual([]);
    expect(filesHolding(folder, [key])).toEqual([]);
  };

  it("ends with 7 in time and names the package: damaged", async () => {
    writeFileSync(join(folder, "libsecret-1.so.0"), "");
    const env = environment({ LD_LIBRARY_PATH: folder });
    const { code, stdout, ms } = await runProgram(args, { env, input: key });
    expectAdvice(code, stdout, ms);
  });

  const hide = ["unshare", "-m", "sh", "-c", withoutLibsecret, "sh"] as const;
  it.runIf(may(...hide, tmpdir(), "true"))("ends with 7 in time and names the package: absent", () => {
    const layers = join(folder, "layers");
    mkdirSync(layers);
    const [unshare, ...rest] = hide;
    const started = performance.now();
    const { status, stdout } = spawnSync(unshare, [...rest, layers, process.execPath, program, ...args], {
      env: { PATH: process.env.PATH, ...environment(), HOME: "/nowhere" },
      input: key,
      encoding: "utf8",
    });
    expectAdvice(status, stdout, performance.now() - started);
  });
});

describe("init --demo on a machine that has nothing", () => {
  it("reaches the closing card without bus, browser and network, and leaves nothing behind", async () => {
    const alone = ["unshare", "-n", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"] as const;
    const inside: readonly string[] = may(...alone, "true") ? alone : ["env"];
    const [first = "env", ...rest] = [...inside, process.execPath, program, "init", "--demo"];
    const init = open([first, ...rest], { env: { HOME: folder, TMPDIR: folder } });
    await choose(init, "Where are you now?", 0);
    await walk(init, 1, 4, "\r");
    await choose(init, "Which expiration did you choose?", 0);
    const madeUp = /\bdemo[A-Za-z0-9]{28}\b/;
    const offered = madeUp.exec(await init.waitFor(madeUp))?.[0];
    await pasteKey(init, offered ?? "");
    expect(await init.waitFor("Nothing was kept")).toContain("a model answered");
    expect((await init.exit()).code).toBe(0);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("MISTRAL_KEY_STORE=file without any keychain", () => {
  it("imports a key and hands it to a command, a shell and a program", async () => {
    const env = environment({ MISTRAL_KEY_STORE: "file", MISTRAL_KEY_PASSPHRASE: passphrase });
    const project = join(folder, "project");
    mkdirSync(project);
    writeFileSync(join(project, ".env"), `MISTRAL_API_KEY=${key}\n`);
    const run = async (...args: string[]) => {
      const { code, stdout, stderr } = await runProgram(args, { env, cwd: project });
      expect(tracesIn(stderr, [key, passphrase]), args.join(" ")).toEqual([]);
      return { code, stdout };
    };
    const found = ["--key", "test...Key0", "--expires", "90d", "--no-input", "--json"];
    const imported = await run("import", ...found, "--clean", "all");
    expect(JSON.parse(imported.stdout)).toMatchObject({ stored: true, store: "file", diagnosis: "valid" });
    expect(imported.code).toBe(0);
    expect(filesHolding(folder, [key])).toEqual([]);

    const status = await run("status", "--json");
    expect(JSON.parse(status.stdout).profiles).toMatchObject([{ profile: "default", store: "file" }]);
    const say = 'echo "$MISTRAL_API_KEY,$MISTRAL_KEY_PASSPHRASE"';
    expect(await run("run", "--", "sh", "-c", say)).toEqual({ code: 0, stdout: `${key},\n` });
    const { stdout } = await run("env", "--shell", "bash");
    expect(execFileSync("sh", ["-c", `${stdout}\n${say}`], { encoding: "utf8" })).toBe(`${key},\n`);

    const library = new URL("../../dist/index.js", import.meta.url);
    const script = `import(${JSON.stringify(library)}).then(async (it) => console.log(await it.getMistralKey()))`;
    const printed = execFileSync(process.execPath, ["-e", script], { env: { ...env }, encoding: "utf8" });
    expect(printed).toBe(`${key}\n`);
    expect(readFileSync(join(project, ".env"), "utf8")).not.toContain(key);
  });
});
