import { isSureToStart } from "./executable-format.ts";

/** `process.execve`, which Node has since 22.15 and 23.11, outside Windows. */
type Execve = (file: string, args: readonly string[], env: Readonly<Record<string, string>>) => never;

/** What replacing a process needs of it. */
export type ReplaceableProcess = Pick<
  NodeJS.Process,
  "platform" | "execPath" | "on" | "removeAllListeners"
> & { readonly execve?: Execve };

/** The way to replace this process by a program, or `undefined` where there is none that is sure to work. */
export function findExecve(own: ReplaceableProcess, file: string): Execve | undefined {
  const { execve } = own;
  if (execve === undefined || own.platform === "win32") return undefined;
  return isSureToStart(file, own.execPath) ? execve.bind(own) : undefined;
}

/**
 * Undoes what Node does to its process and the next program would inherit: output that does not
 * wait (a program that writes to such a pipe fails when it is full), and two ignored signals (a
 * program whose reader has left would go on writing).
 *
 * @param opened - the streams of this process that were used
 */
export function restoreInheritance(own: ReplaceableProcess, opened: readonly NodeJS.WriteStream[]): void {
  for (const stream of opened) {
    const handle: unknown = "_handle" in stream ? stream._handle : undefined;
    if (canBlock(handle)) handle.setBlocking(true);
  }
  giveDefaultMeaning(own, ["SIGPIPE", "SIGXFSZ"]);
}

/** Makes signals do what the system does with them. Node ignores some from the start. */
export function giveDefaultMeaning(
  own: Pick<NodeJS.Process, "on" | "removeAllListeners">,
  signals: readonly NodeJS.Signals[],
): void {
  for (const signal of signals) {
    // Node sets the default again when the last listener goes, and only then.
    own.on(signal, () => {});
    own.removeAllListeners(signal);
  }
}

function canBlock(handle: unknown): handle is { setBlocking(blocking: boolean): void } {
  return (
    typeof handle === "object" &&
    handle !== null &&
    "setBlocking" in handle &&
    typeof handle.setBlocking === "function"
  );
}
