// Writes the manual page, made from the same table as help and completion.
import { writeFileSync } from "node:fs";
import { rolldown } from "rolldown";

/**
 * @param {string} file where to write it
 * @param {string} version the version it is the manual of
 */
export async function writeManual(file, version) {
  // Node 20 runs no TypeScript, so what makes the page is put into one module first; the table's
  // commands are never loaded for it.
  const bundler = await rolldown({
    input: "src/cli/manual-page.ts",
    platform: "node",
    external: /\/commands\//,
  });
  const { output } = await bundler.generate({ format: "es" });
  await bundler.close();
  const module = `data:text/javascript;base64,${Buffer.from(output[0].code).toString("base64")}`;
  const { manualPage } = await import(module);
  writeFileSync(file, manualPage(version));
}
