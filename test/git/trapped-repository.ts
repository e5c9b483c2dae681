import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Every option of git's configuration that names a program, or makes git start one of its own.
 * Source: Documentation/config of git 2.55, August 2026. The names in angle brackets are free.
 */
export const options: readonly (readonly [option: string, value: string])[] = [
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

/** A repository whose owner wants to run programs on other machines. */
export interface TrappedRepository {
  /** Its folder. */
  readonly repository: string;
  /** The file that is there once one of the programs has run. */
  readonly ran: string;
}

/** Makes, in a folder, a repository in which everything is set to start a program that leaves a file behind. */
export function setTrap(folder: string): TrappedRepository {
  const repository = join(folder, "repository");
  const ran = join(folder, "ran");
  mkdirSync(repository);
  const git = (...args: readonly string[]) => runGit(repository, args);
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
  return { repository, ran };
}

/** Runs git itself, with an author. */
export function runGit(repository: string, args: readonly string[]): string {
  const identity = ["-c", "user.name=A Test", "-c", "user.email=test@example.test"];
  return execFileSync("git", [...identity, ...args], { cwd: repository, encoding: "utf8", stdio: "pipe" });
}
