/**
 * What a `retry-after` header asks for, in milliseconds: seconds or a date.
 * Answers `undefined` for no header, or one that is neither.
 */
export function retryAfterMs(header: string | undefined, now: Date): number | undefined {
  const text = header?.trim() ?? "";
  if (/^\d{1,9}(?:\.\d+)?$/.test(text)) return Number(text) * 1000;
  const moment = /[a-z]/i.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(moment) ? undefined : Math.max(moment - now.getTime(), 0);
}
