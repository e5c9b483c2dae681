// Loaded before the program (--require): a machine of a fixed name on a fixed day, so that what the
// program shows is the same on every run.
require("node:os").hostname = () => "laptop";

const { now } = Date;
const ahead = Date.parse("2026-11-23T12:00:00Z") - now();
globalThis.Date = class extends Date {
  constructor(...values) {
    super(...(values.length === 0 ? [Date.now()] : values));
  }
  static now() {
    return now() + ahead;
  }
};
