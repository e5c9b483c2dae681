import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Git } from "../../src/git/git.ts";
import { gitStates } from "../../src/git/git-state.ts";
import { type Question, questions } from "../../src/git/questions.ts";

/**
 * Every option of git's configuration that names a program, or makes git start one of its own.
 * Source: Documentation/config of git 2.55, August 2026. The names in angle brackets are free.
 */
const options: readonly (readonly [option: string, value: string])[] = [
  ["alias.ls-files", "!TRAP"],
  ["alias.cat-file.command", "!TRAP"],
  ["browser.trap.cmd", "TRAP"],
  ["browser.trap.path", "TRAP"],
  ["commit.gpgSign", "true"],
  ["core.alternateRefsCommand", "TRAP"],
  ["core.askPass", "TRAP"],
  ["core.editor", "TRAP"],
  ["core.fsmonitor", "TRAP"],
  ["core.gitProxy", "TRAP"],
  ["core.hooksPath", "HOOKS"],
  ["core.pager", "TRAP"],
  ["core.sshCommand", "TRAP"],
  ["credential.helper", "TRAP"],
  ["credential.https://example.test.helper", "TRAP"],
  ["diff.external", "TRAP"],
  ["diff.trap.command", "TRAP"],
  ["diff.trap.textconv", "TRAP"],
  ["diff.tool", "trap"],
  ["difftool.trap.cmd", "TRAP"],
  ["difftool.trap.path", "TRAP"],
  ["filter.trap.clean", "TRAP"],
  ["filter.trap.smudge", "TRAP"],
  ["filter.trap.process", "TRAP"],
  ["filter.trap.required", "true"],
  ["gc.recentObjectsHook", "TRAP"],
  ["gpg.program", "TRAP"],
  ["gpg.openpgp.program", "TRAP"],
  ["gpg.x509.program", "TRAP"],
  ["gpg.ssh.program", "TRAP"],
  ["gpg.ssh.defaultKeyCommand", "TRAP"],
  ["guitool.trap.cmd", "TRAP"],
  ["help.browser", "trap"],
  ["hook.trap.command", "TRAP"],
  ["hook.trap.event", "post-index-change"],
  ["imap.tunnel", "TRAP"],
  ["init.templateDir", "HOOKS"],
  ["instaweb.browser", "trap"],
  ["instaweb.httpd", "TRAP"],
  ["interactive.diffFilter", "TRAP"],
  ["log.showSignature", "true"],
  ["man.trap.cmd", "TRAP"],
  ["man.trap.path", "TRAP"],
  ["man.viewer", "trap"],
  ["merge.trap.driver", "TRAP"],
  ["merge.guitool", "trap"],
  ["merge.tool", "trap"],
  ["merge.verifySignatures", "true"],
  ["mergetool.trap.cmd", "TRAP"],
  ["mergetool.trap.path", "TRAP"],
  ["pager.cat-file", "TRAP"],
  ["pager.diff-index", "TRAP"],
  ["pager.ls-files", "TRAP"],
  ["pager.rev-list", "TRAP"],
  ["protocol.allow", "always"],
  ["protocol.ext.allow", "always"],
  ["remote.origin.receivepack", "TRAP"],
  ["remote.origin.uploadpack", "TRAP"],
  ["remote.vcs.vcs", "trap"],
  ["sendemail.ccCmd", "TRAP"],
  ["sendemail.headerCmd", "TRAP"],
  ["sendemail.smtpServer", "TRAP"],
  ["sendemail.toCmd", "TRAP"],
  ["sequence.editor", "TRAP"],
  ["submodule.module.update", "!TRAP"],
  ["tar.trap.command", "TRAP"],
  ["trailer.trap.cmd", "TRAP"],
  ["trailer.trap.command", "TRAP"],
  ["uploadpack.packObjectsHook", "TRAP"],
  ["web.browser", "trap"],
];

/** Options whose names sound like it, and which name a file, an address, a branch or nothing. */
const noPrograms =
  /^(?:advice|blame|branch|color|column|commit|core\.(?:attributesFile|excludesFile|fsmonitorHookVersion|quotePath)|credential\.useHttpPath|diff\.(?:<driver>\.cachetextconv|guitool|orderFile)|format|fsck|gc\.repackFilter|gitcvs|gpg\.ssh\.(?:allowedSigners|revocation)File|gui|guitool\.<name>\.needsFile|help\.htmlPath|http|include(?:If\.<condition>)?|instaweb\.modulePath|mailmap|mergetool\.meld|rebase|receive|remote\.<name>\.(?:partialclonefilter|proxy|skipDefaultUpdate)|rerere|sendemail\.(?:alias|smtpssl)|uploadpack\.allowFilter)/i;
const soundsLikeProgram =
  /(?:cmd|command|program|helper|pager|editor|hook\w*|driver|process|clean|smudge|textconv|external|askpass|proxy|fsmonitor\w*|browser|httpd|tunnel|pack|vcs|filter|viewer|smtpserver|path|tool|update|template\w*|alias\w*|exec\w*|shell|script|handler)$/i;

let folder: string;
let repository: string;
let ran: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "programs-"));
  repository = join(folder, "repository");
  ran = join(folder, "ran");
  mkdirSync(repository);
  setTrap();
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A repository in which everything is set to start a program that leaves a file behind. */
function setTrap(): void {
  const trap = join(folder, "trap");
  const hooks = join(folder, "hooks");
  mkdirSync(hooks);
  const script = `#!/bin/sh\ntouch "${ran}"\n`;
  git("init", "-q", "-b", "main");
  for (const hook of [
    "post-index-change",
    "reference-transaction",
    "pre-auto-gc",
    "fsmonitor-watchman",
    "post-checkout",
  ]) {
    for (const place of [hooks, join(repository, ".git/hooks")])
      writeFileSync(join(place, hook), script, { mode: 0o755 });
  }
  writeFileSync(trap, script);
  chmodSync(trap, 0o755);
  writeFileSync(join(repository, ".gitattributes"), "* filter=trap diff=trap merge=trap\n");
  writeFileSync(join(repository, "a.txt"), "one\n");
  git("-c", "core.hooksPath=/dev/null", "add", ".gitattributes", "a.txt");
  git("-c", "core.hooksPath=/dev/null", "commit", "-q", "-m", "first");
  const signed = git("cat-file", "commit", "HEAD").replace(
    /\n\n/,
    "\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n aGk=\n -----END PGP SIGNATURE-----\n\n",
  );
  const id = execFileSync("git", ["hash-object", "-t", "commit", "-w", "--stdin"], {
    cwd: repository,
    input: signed,
  });
  git("-c", "core.hooksPath=/dev/null", "update-ref", "refs/heads/main", id.toString().trim());
  writeFileSync(join(repository, "b.txt"), "two\n");
  git("-c", "core.hooksPath=/dev/null", "add", "b.txt");
  for (const [option, value] of options) {
    git("config", option, value.replace("TRAP", trap).replace("HOOKS", hooks));
  }
  // A clone that holds only part of its objects, and fetches the others through the trap.
  git("config", "core.repositoryFormatVersion", "1");
  git("config", "extensions.partialClone", "origin");
  git("config", "remote.origin.promisor", "true");
  git("config", "remote.origin.url", `ext::${trap}`);
  const blob = git("rev-parse", "HEAD:a.txt").trim();
  rmSync(join(repository, ".git/objects", blob.slice(0, 2), blob.slice(2)));
  rmSync(ran, { force: true });
}

function git(...args: string[]): string {
  const identity = ["-c", "user.name=A Test", "-c", "user.email=test@example.test"];
  return execFileSync("git", [...identity, ...args], { cwd: repository, encoding: "utf8", stdio: "pipe" });
}

test("the trap works: git of its own starts it", () => {
  for (const args of [["log", "-1"], ["diff"], ["status"], ["show", "HEAD:a.txt"]]) {
    rmSync(ran, { force: true });
    try {
      git(...args);
    } catch {
      // It may well fail, with a program that does nothing.
    }
    expect(existsSync(ran), args.join(" ")).toBe(true);
  }
});

describe("nothing that a repository says makes git start a program", () => {
  const at = { env: process.env, platform: process.platform };
  const commit = () => `${git("rev-parse", "HEAD").trim()}\n`;
  const inputs: Partial<Record<keyof typeof questions, () => string>> = {
    ignored: () => "a.txt",
    changes: commit,
    objects: () => `${git("rev-parse", "HEAD:a.txt").trim()}\n${commit()}`,
  };

  test.each(Object.entries<Question>(questions))("asked for %s", async (name, question) => {
    const input = inputs[name as keyof typeof questions]?.();
    rmSync(ran, { force: true });
    await new Git(at).ask(question, { folder: repository, ...(input === undefined ? {} : { input }) });
    expect(existsSync(ran)).toBe(false);
  });

  test("asked whether it would commit a file", async () => {
    await gitStates([join(repository, "a.txt"), join(repository, "c.txt")], new Git(at));
    expect(existsSync(ran)).toBe(false);
  });

  test("and it locks, writes and fetches nothing", async () => {
    const before = listing();
    for (const question of Object.values<Question>(questions)) {
      await new Git(at).ask(question, { folder: repository, input: commit() });
    }
    expect(listing()).toEqual(before);
  });

  function listing(): readonly string[] {
    return readdirSync(join(repository, ".git"), { recursive: true }).map(String).sort();
  }
});

test("every option that this git knows and that sounds like a program is known here", () => {
  const known = options.map(([option]) => option.toLowerCase());
  const unknown = execFileSync("git", ["help", "--config"], { encoding: "utf8" })
    .split("\n")
    .filter((option) => soundsLikeProgram.test(option) && !noPrograms.test(option))
    .filter((option) => {
      const pattern = option
        .toLowerCase()
        .replace(/[.*]/g, "\\$&")
        .replace(/<[^>]+>/g, ".+");
      return !known.some((name) => new RegExp(`^${pattern}$`).test(name));
    });
  expect(unknown).toEqual([]);
});

test("what the environment says of other programs and repositories does not reach git", async () => {
  const env = {
    ...process.env,
    GIT_EXTERNAL_DIFF: join(folder, "trap"),
    GIT_SSH_COMMAND: join(folder, "trap"),
    GIT_TRACE: join(folder, "trace"),
    GIT_DIR: "/nowhere",
  };
  const git = new Git({ env, platform: process.platform });

  expect(await git.ask(questions.repository, { folder: repository })).toMatchObject({ state: "answered" });
  expect(existsSync(join(folder, "trace"))).toBe(false);
  // A hook is told its repository this way.
  expect(await git.ask(questions.repository, { folder: repository, named: true })).toEqual({
    state: "failed",
    reason: "git says: not a git repository: '/nowhere'",
    notInstalled: false,
  });
});
