import type { Environment } from "../running/environment.ts";

/** A program and its arguments. */
export type CommandLine = readonly [program: string, ...args: string[]];

/** The programs for one clipboard. `copy` gets the text on standard input, never as an argument. */
export interface ClipboardPrograms {
  readonly copy: CommandLine;
  readonly read: CommandLine;
  /** Clears the clipboard; gets an empty standard input. */
  readonly clear: CommandLine;
  /** Whether `copy` asks clipboard histories not to store the text. */
  readonly conceals: boolean;
}

/**
 * The programs that reach a desktop's clipboard, best first. Called directly, since no clipboard library asks
 * histories not to store a secret.
 */
export function clipboardPrograms(platform: NodeJS.Platform, env: Environment): readonly ClipboardPrograms[] {
  if (platform === "darwin") return mac;
  if (platform === "win32") return windows;
  return [
    ...(env.WAYLAND_DISPLAY ? wayland : []),
    ...(env.DISPLAY ? x11 : []),
    ...(env.WSL_DISTRO_NAME ? windows : []),
  ];
}

const waylandOthers = { read: ["wl-paste", "--no-newline"], clear: ["wl-copy", "--clear"] } as const;
const wayland: readonly ClipboardPrograms[] = [
  // Since wl-clipboard 2.3; older versions reject the option.
  { copy: ["wl-copy", "--sensitive"], ...waylandOthers, conceals: true },
  { copy: ["wl-copy"], ...waylandOthers, conceals: false },
];

const xclip: CommandLine = ["xclip", "-selection", "clipboard"];
const xsel: CommandLine = ["xsel", "--clipboard"];

/** Neither can mark a secret: they offer a single target, and histories look for a second one. */
const x11: readonly ClipboardPrograms[] = [
  { copy: [...xclip, "-in"], read: [...xclip, "-out"], clear: [...xclip, "-in"], conceals: false },
  { copy: [...xsel, "--input"], read: [...xsel, "--output"], clear: [...xsel, "--clear"], conceals: false },
];

/**
 * Copies for this Mac only: the option 1, NSPasteboardContentsCurrentHostOnly, keeps the text from the user's
 * other devices (Universal Clipboard). It comes after its mark, so that no history finds it unmarked. Sources:
 * Apple's page NSPasteboard.ContentsOptions, November 2026; http://nspasteboard.org, August 2026.
 */
const concealOnMac = `ObjC.import("AppKit");
const input = $.NSFileHandle.fileHandleWithStandardInput.readDataToEndOfFile;
const text = $.NSString.alloc.initWithDataEncoding(input, $.NSUTF8StringEncoding);
const board = $.NSPasteboard.generalPasteboard;
board.prepareForNewContentsWithOptions(1);
board.setStringForType("", "org.nspasteboard.ConcealedType");
board.setStringForType(text, "public.utf8-plain-text");`;

const mac: readonly ClipboardPrograms[] = [
  {
    copy: ["osascript", "-l", "JavaScript", "-e", concealOnMac],
    read: ["pbpaste"],
    clear: ["pbcopy"],
    conceals: true,
  },
];

/** The marks are those of Microsoft's page "Clipboard Formats", on the cloud clipboard and history, August 2026. */
const concealOnWindows = [
  "Add-Type -AssemblyName System.Windows.Forms",
  "$data = New-Object System.Windows.Forms.DataObject",
  "$data.SetText([Console]::In.ReadToEnd())",
  "$no = New-Object System.IO.MemoryStream (,[byte[]](0, 0, 0, 0))",
  "$data.SetData('ExcludeClipboardContentFromMonitorProcessing', $no)",
  "$data.SetData('CanIncludeInClipboardHistory', $no)",
  "$data.SetData('CanUploadToCloudClipboard', $no)",
  "[System.Windows.Forms.Clipboard]::SetDataObject($data, $true)",
].join("; ");

const powershell = (script: string): CommandLine => [
  "powershell.exe",
  "-NoProfile",
  "-NonInteractive",
  "-STA",
  "-Command",
  script,
];

/** Past PowerShell's transcripts and logs of what a command outputs (PowerShell-Docs#8283, November 2026). */
const readOnWindows = "[Console]::Out.Write([string](Get-Clipboard -Raw))";

const windows: readonly ClipboardPrograms[] = [
  {
    copy: powershell(concealOnWindows),
    read: powershell(readOnWindows),
    clear: powershell("Set-Clipboard -Value $null"),
    conceals: true,
  },
];
