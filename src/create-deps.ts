import type { Writable } from "node:stream";
import { isatty } from "node:tty";
import type { CommandInput } from "./cli/command-types.ts";
import type { Flags } from "./cli/flags.ts";
import type { Deps } from "./deps.ts";
import { Cancelled } from "./errors.ts";
import { nameEveryProfile } from "./hints.ts";
import { defaultProfile } from "./keys/profile-name.ts";
import { addressOf, type Endpoint, uncheckedCertificates } from "./mistral/endpoint.ts";
import { chooseProfile, describeChoice } from "./profiles/choose-profile.ts";
import { ProfileFolder } from "./profiles/profile-folder.ts";
import { currentFolder, homeFolder, programFolder, refuseDeletedFolder } from "./profiles/program-folder.ts";
import { remindOfEnd } from "./profiles/remind-of-end.ts";
import { JournalFolder } from "./rotation/journal-folder.ts";
import type { WatchedSignals } from "./signals.ts";
import { openStore } from "./stores/open-store.ts";
import type { SecretStore, StoreKind } from "./stores/secret-store.ts";
import { findAbsence } from "./terminal/absence.ts";
import type { Output } from "./terminal/output/output.ts";
import { TerminalOutput, type TerminalStream } from "./terminal/output/terminal-output.ts";
import type { openPrompts } from "./terminal/prompts/open-prompts.ts";
import { opensPages, runsInCi } from "./terminal/terminal-capabilities.ts";

/** What is already open in this process. */
interface Outside {
  readonly stdout: Writable & TerminalStream;
  readonly stderr: NodeJS.WriteStream;
  readonly env: Deps["env"];
  readonly platform: NodeJS.Platform;
  readonly signals: WatchedSignals;
}

const now = () => new Date();

/** Builds the real {@link Deps} of this process. */
export async function createDeps({ flags }: CommandInput, outside: Outside): Promise<Deps> {
  const { stdout, stderr, env, platform, signals } = outside;
  const { signal } = signals;
  const output = new TerminalOutput(outside, { color: !flags.off("color") });
  const folder = await programFolder(env);
  const profiles = new ProfileFolder(folder);
  const stdinIsTerminal = isatty(0);
  const onTerminal = stderr.isTTY === true && stdinIsTerminal;
  const absence = findAbsence({ input: !flags.off("input"), onTerminal, env });
  const stores = new Map<StoreKind, Promise<SecretStore>>();
  let prompts: ReturnType<typeof openPrompts> | undefined;
  let isTlsOpen = env.NODE_TLS_REJECT_UNAUTHORIZED === "0";
  const warnOfOpenTls = (endpoint: Endpoint) => {
    if (!isTlsOpen || !addressOf(endpoint).startsWith("https:")) return;
    isTlsOpen = false;
    output.warn(uncheckedCertificates, 0);
  };
  const deps: Deps = {
    output,
    interactive: absence === undefined,
    absence,
    stdinIsTerminal,
    stdoutIsTerminal: stdout.isTTY === true,
    opensPages: !flags.off("browser") && opensPages(env, platform),
    env,
    signal,
    now,
    sleep: async (ms) => {
      const { setTimeout: delay } = await import("node:timers/promises");
      await delay(ms, undefined, { signal }).catch(() => {
        throw new Cancelled();
      });
    },
    readStdin: async () => (await import("./terminal/stdin.ts")).readStdin(process.stdin, signal),
    prompts: async (withdrawn) => {
      const { openPrompts } = await import("./terminal/prompts/open-prompts.ts");
      prompts ??= openPrompts({ input: process.stdin, output: stderr, env, theme: output.theme, signal });
      return prompts(withdrawn);
    },
    store: (kind, person = deps) => {
      const store = stores.get(kind) ?? openStore(kind, { folder, platform, env, signal, person });
      stores.set(kind, store);
      return store;
    },
    mistral: async (endpoint) => {
      warnOfOpenTls(endpoint);
      const { SdkMistralApi } = await import("./mistral/sdk-mistral-api.ts");
      return new SdkMistralApi({
        endpoint,
        env,
        now,
        ...traceOf(flags, output),
      });
    },
    issuer: async (endpoint, key) => {
      warnOfOpenTls(endpoint);
      const { AdminApi } = await import("./issuers/admin-api.ts");
      return new AdminApi({ endpoint, key, env, signal, ...traceOf(flags, output) });
    },
    profiles,
    chooseProfile: (asked) => {
      const choice = chooseProfile(asked, { env, cwd: currentFolder(), profiles });
      if (choice.rule !== "default" || choice.name !== defaultProfile) nameEveryProfile();
      if (flags.on("verbose")) output.paragraph(output.theme.faint(describeChoice(choice)));
      return choice;
    },
    remindOfEnd: (key, profile) => {
      if (!stderr.isTTY || runsInCi(env) || flags.on("json") || env.MISTRAL_KEY_NO_REMINDERS) return;
      remindOfEnd(key, profile, { folder, output, now: now() });
    },
    journal: new JournalFolder(folder),
    drafts: async () => (await import("./onboarding/drafts.ts")).openDrafts(folder),
    openTarget: async (target, profile) => {
      const { openTarget } = await import("./targets/open-target.ts");
      return openTarget(target, { profile, processContext: deps.processContext(), signal });
    },
    processContext: () => ({
      platform,
      home: homeFolder() ?? folder,
      get cwd() {
        return currentFolder() ?? refuseDeletedFolder();
      },
      env,
    }),
    ancestors: async () => (await import("./shell/guess-shell.ts")).ancestorNames(process.ppid),
    findProcessesWith: async (isWanted) =>
      (await import("./running/find-processes.ts")).findProcessesWith(isWanted),
    machineName: () => process.getBuiltinModule("node:os").hostname(),
    runCommand: async (command, start) => {
      const { runCommand } = await import("./running/run-command.ts");
      return runCommand(command, start, { platform, env, stdout, stderr, signal, handOver: signals.stop });
    },
    copyKey: async (key) =>
      (await import("./clipboard/copy-key.ts")).copyKey(key, {
        platform,
        env,
        writeTerminal: stderr.isTTY ? (text) => stderr.write(text) : undefined,
        self: [process.execPath, process.argv[1] ?? "", "__clear-clipboard"],
      }),
    keyOnPage: async (message) => (await import("./web/on-page.ts")).keyOnPage(deps, message),
    openPage: async (url) => deps.opensPages && (await import("./terminal/browser.ts")).openPage(url, env),
  };
  return deps;
}

function traceOf(flags: Flags, output: Output): { readonly trace?: (line: string) => void } {
  return flags.on("verbose") ? { trace: (line) => output.line(output.theme.faint(line)) } : {};
}
