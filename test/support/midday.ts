/**
 * A time zone in which it is about noon, for programs that tell the date by the real clock: no day ends while
 * a test runs.
 */
export function middayZone(): string {
  const ahead = 12 - new Date().getUTCHours();
  // East of Greenwich has a minus there.
  return `Etc/GMT${ahead > 0 ? "-" : "+"}${Math.abs(ahead)}`;
}
