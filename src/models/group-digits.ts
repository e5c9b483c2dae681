/** Formats a whole number with commas: `1,234`. */
export function groupDigits(count: number): string {
  // Not Intl, which takes as long to load as a call takes.
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ",");
}
