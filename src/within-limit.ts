/** How long to wait. */
export interface Limit {
  readonly limitMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Something took longer than its limit. */
export class TimedOut extends Error {
  override readonly name = "TimedOut";

  constructor() {
    super("There was no answer in time.");
  }
}

/**
 * Waits for something that may take forever, up to a limit or until the signal is aborted. Does not stop it.
 *
 * @throws TimedOut, the signal's reason, or what `act` throws
 */
export async function withinLimit<Value>(
  { limitMs, signal }: Partial<Limit>,
  act: () => Promise<Value>,
): Promise<Value> {
  signal?.throwIfAborted();
  let timer: NodeJS.Timeout | undefined;
  let onAbort = () => {};
  const givenUp = new Promise<never>((_, reject) => {
    if (limitMs !== undefined) timer = setTimeout(() => reject(new TimedOut()), limitMs);
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
