// Writes the manual page, made from the same table as help and completion.
import { writeFileSync } from "node:fs";
import { rolldown } from "rolldown";

/**
 * @param {string} file where to write it
 * @param {string} version
 */
export async function writeManual(file, version) {
  const { manualPage, commandTable, globalFlags } = await load(`
    export { manualPage } from "./src/shell/manual-page.ts";
    export { commandTable, globalFlags } from "./src/command-table.ts";`);
  writeFileSync(file, manualPage({ version, commands: commandTable, globalFlags }));
}

/** Node 20 runs no TypeScript, so what is needed is put into one module first, without the commands themselves. */
async function load(source) {
  const bundler = await rolldown({
    input: "manual",
    platform: "node",
    external: /\/commands\//,
    plugins: [
      {
        name: "manual",
        resolveId: (id, importer) => {
          if (id === "manual") return "\0manual";
          return importer === "\0manual" ? new URL(id.replace("./", "../"), import.meta.url).pathname : undefined;
        },
        load: (id) => (id === "\0manual" ? source : undefined),
      },
    ],
  });
  const { output } = await bundler.generate({ format: "es" });
  await bundler.close();
  return import(`data:text/javascript;base64,${Buffer.from(output[0].code).toString("base64")}`);
}
