/**
 * Drops NODE_DEBUG output, which shows request headers and stream chunks, and the key with them. Node reads
 * the variable at startup, before any program can unset it.
 *
 * @param stream - standard error, to which Node writes each message in one call
 * @param pid - of this process; each message starts with its section name and this pid
 */
export function muteNodeDebug(stream: Pick<NodeJS.WriteStream, "write">, pid: number): void {
  const message = new RegExp(`^[A-Z0-9_]+ (?:\\x1b\\[\\d+m)?${pid}\\b`);
  const write = stream.write.bind(stream);
  stream.write = (...args: readonly unknown[]): boolean => {
    const [chunk] = args;
    return (typeof chunk === "string" && message.test(chunk)) || Reflect.apply(write, stream, args);
  };
}
