/**
 * Keeps back what NODE_DEBUG makes Node write: requests with their headers and pieces of streams,
 * and the key with them. Node has read the variable before any program can take it out.
 *
 * @param stream - standard error, where Node writes it, each message in one piece
 * @param pid - of this process; the messages begin with their section and it
 */
export function muteNodeDebug(stream: Pick<NodeJS.WriteStream, "write">, pid: number): void {
  const message = new RegExp(`^[A-Z0-9_]+ (?:\\x1b\\[\\d+m)?${pid}\\b`);
  const write = stream.write.bind(stream);
  stream.write = (...args: readonly unknown[]): boolean => {
    const [chunk] = args;
    return (typeof chunk === "string" && message.test(chunk)) || Reflect.apply(write, stream, args);
  };
}
