/** Who this process runs as; `undefined` on Windows, which tells no owners. */
const self = process.geteuid?.();

/**
 * Whether what belongs to this user is somebody else's, also for root, who may read it all the same.
 *
 * @param owner - the user's number, as in `Stats`
 */
export function isForeign(owner: number): boolean {
  return self !== undefined && owner !== self;
}
