/** The effective user ID; `undefined` on Windows, which has none. */
const self = process.geteuid?.();

/**
 * Whether this owner is another user; true for root as well, who may read the file anyway.
 *
 * @param owner - the user ID, as in `Stats`
 */
export function isForeign(owner: number): boolean {
  return self !== undefined && owner !== self;
}
