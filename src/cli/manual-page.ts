import { commandTable, globalFlags } from "./command-table.ts";
import type { ArgumentEntry, CommandEntry, FlagEntry } from "./command-types.ts";

/** The manual page, in `man(7)` roff. */
export function manualPage(version: string): string {
  const lines = [
    `.TH MISTRAL\\-KEY 1 "" "mistral\\-key ${plain(version)}" "mistral\\-key"`,
    // Names and URLs must stay copyable: no hyphenation, no justification.
    ".nh",
    ".ad l",
    ".SH NAME",
    "mistral\\-key \\- a Mistral API key, safely in your keychain",
    ".SH SYNOPSIS",
    ".B mistral\\-key",
    "[\\fIglobal options\\fR] \\fIcommand\\fR [\\fIoptions\\fR] [\\fIarguments\\fR]",
    ".SH DESCRIPTION",
    ...paragraphs(description),
    ".SH COMMANDS",
    ...commandTable.flatMap(commandLines),
    ".SH GLOBAL OPTIONS",
    "Nearly every command takes these, before or after its name.",
    ...globalFlags.flatMap(flagLines),
    ...flagLines({ syntax: "-h, --help", description: "show help, also of one command" }),
    ...flagLines({ syntax: "-V, --version", description: "print the version" }),
    ".SH ENVIRONMENT",
    ...environment.flatMap(([name, text]) => tagged(bold(name), text)),
    ".SH EXIT STATUS",
    ...exitStatus.flatMap(([code, text]) => tagged(bold(code), text)),
    ".SH SEE ALSO",
    ".BR secret\\-tool (1),",
    ".BR age (1)",
  ];
  return `${lines.join("\n")}\n`;
}

function commandLines(entry: CommandEntry): string[] {
  const {
    name,
    alias,
    summary,
    description: text = capitalized(summary),
    args = [],
    flags,
    examples,
  } = entry;
  const synopsis = [
    bold(name),
    ...(flags.length > 0 ? ["[\\fIoptions\\fR]"] : []),
    ...args.map(({ syntax }) => (entry.passThrough === true ? `\\-\\- ${plain(syntax)}` : plain(syntax))),
  ];
  return [
    `.SS ${synopsis.join(" ")}`,
    ...paragraphs(text),
    ...(alias === undefined ? [] : [".PP", `${bold(alias)} is the same command.`]),
    ...args.flatMap((argument) => tagged(plain(argument.syntax), withChoices(argument))),
    ...flags.flatMap(flagLines),
    ".PP",
    "For example:",
    ".PP",
    ".RS 4",
    ".nf",
    ...examples.map(textLine),
    ".fi",
    ".RE",
  ];
}

function flagLines(flag: FlagEntry): string[] {
  const term = flag.syntax
    .split(/(<[^>]+>)/)
    .map((part) => (part.startsWith("<") ? `\\fI${plain(part.slice(1, -1))}\\fR` : bold(part)))
    .join("");
  return tagged(term, withChoices(flag));
}

function withChoices({ description, choices }: ArgumentEntry): string {
  return choices === undefined ? description : `${description} (${choices.join(", ")})`;
}

function tagged(term: string, text: string): string[] {
  return [".TP", term, textLine(text)];
}

function paragraphs(text: string): string[] {
  return text
    .split("\n\n")
    .flatMap((paragraph, index) => (index === 0 ? [textLine(paragraph)] : [".PP", textLine(paragraph)]));
}

function bold(text: string): string {
  const trimmed = text.trimEnd();
  return `\\fB${plain(trimmed)}\\fR${text.slice(trimmed.length)}`;
}

/** Escapes a line; a leading dot or quote would make it a request. */
function textLine(text: string): string {
  return plain(text).replace(/^(?=[.'])/, "\\&");
}

/** Escapes text for roff: hyphens stay copyable into a shell, and non-ASCII characters survive. */
function plain(text: string): string {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll("'", "\\(aq")
    .replaceAll("`", "\\(ga")
    .replaceAll("^", "\\(ha")
    .replaceAll("~", "\\(ti")
    .replace(/[^\x00-\x7f]/gu, (character) => {
      const code = character.codePointAt(0) ?? 0;
      return `\\[u${code.toString(16).toUpperCase().padStart(4, "0")}]`;
    });
}

function capitalized(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

const description = `Takes you from no account to a working Mistral API key in the keychain of your operating system, and looks after that key: checks it, hands it to programs without writing it down, and replaces it before it expires.

Without a command it says where you stand: how to get a key or, once there is one, what status says.

A key never comes from an argument. Questions, progress and notes go to standard error; standard output carries only the answer.`;

const environment = [
  ["MISTRAL_KEY_PROFILE", "the profile, as --profile"],
  ["MISTRAL_KEY_STORE", "where the key is kept, as --store"],
  ["MISTRAL_KEY_SERVER_URL", "the address of the API, as --server-url"],
  ["MISTRAL_KEY_HOME", "the folder of every file of the program (on Linux ~/.config/mistral-key)"],
  ["MISTRAL_KEY_PASSPHRASE", "opens the encrypted file; run does not pass it on"],
  ["MISTRAL_KEY_PASSPHRASE_FILE", "a file that holds the passphrase"],
  ["MISTRAL_KEY_NO_REMINDERS", "set to anything: no reminders that a key expires"],
  [
    "MISTRAL_API_KEY",
    "the key that Mistral's own libraries use; run and env set it, status says when it differs",
  ],
  ["HTTPS_PROXY, NO_PROXY, NODE_EXTRA_CA_CERTS", "proxies and certificates for the network"],
  ["NO_COLOR, FORCE_COLOR, CI", "no colour, colour always, never ask"],
] as const;

const exitStatus = [
  ["0", "done"],
  ["1", "unexpected failure: a bug; the message says how to report it"],
  ["2", "wrong usage or input"],
  ["3", "no key stored for this profile"],
  ["4", "Mistral rejected the key"],
  ["5", "Mistral could not be reached, or failed itself"],
  ["6", "the key is good but cannot be used now"],
  ["7", "no usable secret store"],
  ["8", "the key expires within --min-days"],
  ["9", "partly done: something is left to finish, and the message says how"],
  ["126, 127", "run could not start its command, or did not find it; otherwise run ends as its command does"],
  ["129", "the terminal went away"],
  ["130", "cancelled with Ctrl-C; other signals 128 + number"],
] as const;
