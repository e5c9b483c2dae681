import { openPage } from "../../../src/terminal/browser.ts";

/** Opens the page its argument names, and prints the result and how long it took. */
const started = performance.now();
const opened = await openPage(process.argv[2] ?? "", process.env);
console.log(JSON.stringify({ opened, ms: Math.round(performance.now() - started) }));
