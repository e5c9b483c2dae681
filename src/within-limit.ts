/** How long to wait for something. */
export interface Limit {
  readonly limitMs: number;
  /** Aborted when the person has stopped the program. */
  readonly signal?: AbortSignal | undefined;
}

/** Something took longer than anybody waits. */
export class TimedOut extends Error {
  override readonly name = "TimedOut";

  constructor() {
    super("There was no answer in time.");
  }
}

/**
 * Does something that may take forever, and waits for it up to a limit. It is not ended by that.
 *
 * @throws TimedOut, the reason of the signal, or what `act` throws
 */
export async function withinLimit<Value>(
  { limitMs, signal }: Limit,
  act: () => Promise<Value>,
): Promise<Value> {
  signal?.throwIfAborted();
  let timer: NodeJS.Timeout | undefined;
  let onAbort = () => {};
  const givenUp = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TimedOut()), limitMs);
    onAbort = () => reject(signal?.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([act(), givenUp]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}
