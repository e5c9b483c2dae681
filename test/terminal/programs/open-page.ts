import { openPage } from "../../../src/terminal/browser.ts";
import { opensPages } from "../../../src/terminal/terminal-capabilities.ts";

/** Opens the page its argument names if one can be opened, as the program does, and prints the result and how long it took. */
const started = performance.now();
const { argv, env, platform } = process;
const opened = opensPages(env, platform) && (await openPage(argv[2] ?? "", env));
console.log(JSON.stringify({ opened, ms: Math.round(performance.now() - started) }));
