import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * The layers, from the top: a module may import from its own layer and from those below, never from one
 * above. A new folder below src/ needs a layer here; a file named here is in a layer other than its folder's.
 */
const layers: readonly (readonly string[])[] = [
  // The program and the library.
  [
    "start.ts",
    "main.ts",
    "create-deps.ts",
    "signals.ts",
    "index.ts",
    "library",
    "cli/completion",
    "cli/manual-page.ts",
  ],
  // The command line.
  ["cli"],
  // Commands: parse, one call into a flow, print.
  ["commands"],
  // Flows.
  [
    "deps.ts",
    "settings.ts",
    "doctor",
    "leaks",
    "models",
    "onboarding",
    "plaintext",
    "status",
    "targets/offer-places.ts",
    "targets/push-key.ts",
    "web",
  ],
  ["rotation", "issuers"],
  ["capture", "targets"],
  // The meaning of Mistral's answers, in words, exit codes and documents.
  ["verification"],
  // Adapters, and the types that they export.
  ["clipboard", "git", "mistral", "profiles", "running", "shell", "stores", "terminal"],
  // What every module may use: these import none of the others.
  [
    "cli/command-types.ts",
    "cli/flags.ts",
    "errors.ts",
    "exit-codes.ts",
    "files",
    "hints.ts",
    "keys",
    "outside-text.ts",
    "within-limit.ts",
  ],
];

/** Describes the outside, or a command: other modules may import only its types. */
const typesForEverybody = ["src/deps.ts", "src/cli/command-types.ts"];

/** Modules that receive the whole outside as an argument, so that a test can replace it. */
const pureModules = ["keys", "capture", "models", "rotation", "onboarding", "status", "verification"];

/** The most files in a folder, so that a listing can be taken in at a glance. */
const filesPerFolder = 14;

/** Where a key may become text again: to be stored, compared, sent, or handed to a program. */
const revealing = [
  "src/commands/use/env.ts",
  "src/commands/use/get.ts",
  "src/clipboard/",
  "src/shell/dotenv/",
  "src/issuers/admin-api.ts",
  "src/keys/fingerprint.ts",
  "src/library/",
  "src/mistral/",
  // Prints the demonstration's made-up key, to be pasted.
  "src/onboarding/demo/",
  // Searches for it in other programs' files.
  "src/outside-text.ts",
  "src/running/",
  "src/stores/",
  "src/targets/",
  // Compares it with MISTRAL_API_KEY of the shell.
  "src/verification/verify-profile.ts",
];

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typesOnly: boolean;
  readonly whenReached: boolean;
}

const sources = filesBelow("src");
const imports = sources.flatMap(importsOf);

describe("the modules", () => {
  it("import downwards only", () => {
    const upwards = imports.filter(
      ({ from, to, typesOnly }) =>
        layerOf(to) < layerOf(from) && !(typesOnly && typesForEverybody.includes(to)),
    );
    expect(upwards).toEqual([]);
  });

  it("take only types from what describes the outside", () => {
    expect(imports.filter(({ to, typesOnly }) => to === "src/deps.ts" && !typesOnly)).toEqual([]);
  });

  it("are loaded by the command table only when a command runs", () => {
    const atOnce = new Set(["src/cli/command-table.ts"]);
    for (const file of atOnce) {
      for (const { from, to, typesOnly, whenReached } of imports) {
        if (from === file && !typesOnly && !whenReached) atOnce.add(to);
      }
    }
    // It may import nothing but lists of names eagerly.
    const lists = [
      "src/errors.ts",
      "src/outside-text.ts",
      "src/keys/base64-text.ts",
      "src/mistral/console-pages.ts",
      "src/mistral/mistral-api.ts",
      "src/models/languages.ts",
      "src/profiles/target-reference.ts",
      "src/shell/shells.ts",
    ];
    const other = [...atOnce].filter((file) => !file.startsWith("src/cli/") && !lists.includes(file));
    expect(other).toEqual([]);
  });

  it("of flows touch no process, clock, network or file of their own", () => {
    const outside =
      /\bprocess\.(?!getBuiltinModule\("node:crypto"\))|\bDate\.now\(|\bnew Date\(\)|(?<![.\w])fetch\(|from "node:(?:fs|child_process|net|http|https|os|tty)/;
    const touching = sources.filter(
      (file) =>
        pureModules.some((module) => file.startsWith(`src/${module}/`)) &&
        outside.test(withoutComments(read(file))),
    );
    // A snippet is the text of another program; the demonstration's API is a real server, inside this process.
    expect(touching).toEqual(["src/models/snippets.ts", "src/onboarding/demo/demo-server.ts"]);
  });

  it("leave it to the terminal how a text is laid out", () => {
    const contracts = ["src/terminal/output/output.ts", "src/terminal/output/failure.ts"];
    const layingOut = imports.filter(
      ({ from, to }) =>
        to.startsWith("src/terminal/output/") &&
        !contracts.includes(to) &&
        !from.startsWith("src/terminal/") &&
        !["src/main.ts", "src/create-deps.ts"].includes(from),
    );
    expect(layingOut).toEqual([]);
  });

  it("say everything in ASCII, except where it is known what the terminal shows", () => {
    const chosen = [
      "src/terminal/output/",
      "src/terminal/prompts/prompt-theme.ts",
      "src/capture/pictures.ts",
    ];
    // What is read, not said; what another program or user wrote; and the page.
    const others = [
      "src/keys/pasted-key.ts",
      "src/plaintext/formats/",
      "src/outside-text.ts",
      "src/web/page/",
    ];
    const found = sources.filter((file) => /[^\x00-\x7f]/.test(withoutComments(read(file))));
    expect(found.filter((file) => ![...chosen, ...others].some((place) => file.startsWith(place)))).toEqual(
      [],
    );
  });

  it("reveal a key only where it is stored, sent or handed over", () => {
    const found = sources.filter((file) => withoutComments(read(file)).includes(".reveal()"));
    expect(found.filter((file) => !revealing.some((place) => file.startsWith(place)))).toEqual([]);
  });

  it("leave it to main.ts and its signals to end the process", () => {
    const found = sources.filter((file) =>
      /process\.exit\b|process\.exitCode/.test(withoutComments(read(file))),
    );
    expect(found).toEqual(["src/main.ts", "src/signals.ts"]);
  });
});

describe("the files", () => {
  const written = [
    ...sources,
    ...filesBelow("test"),
    ...filesBelow("scripts"),
    ...filesBelow("bench"),
  ].filter((file) => !file.startsWith("test/fuzz/corpus/"));

  it("are named after the thing, in kebab-case", () => {
    const wrong = written.filter(
      (file) =>
        !/^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.test)?\.(?:ts|mjs|cjs|sh|txt|py|css|html)$/.test(basename(file)),
    );
    expect(wrong).toEqual([]);
  });

  it("are in folders that say what is inside", () => {
    const vague = /^(?:utils?|helpers?|common|misc|shared|lib|stuff)$/;
    expect(written.filter((file) => file.split("/").some((part) => vague.test(part)))).toEqual([]);
    expect(written.filter((file) => vague.test(basename(file).replace(/\..*$/, "")))).toEqual([]);
  });

  it("are few enough per folder to be taken in at a glance", () => {
    const counts = new Map<string, number>();
    for (const file of sources) counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
    const crowded = [...counts].filter(([, count]) => count > filesPerFolder);
    expect(crowded).toEqual([]);
  });

  it("say of everything they export what it means", () => {
    const bare = /(?<!\*\/)\n(export (?:abstract |async )*(?:function|class|interface|type|const) \w+)/g;
    const undescribed = sources.flatMap((file) =>
      [...`\n${read(file)}`.matchAll(bare)].map(([, declared]) => `${file}: ${declared}`),
    );
    expect(undescribed).toEqual([]);
  });

  it("are short enough to be read at once", () => {
    const long = sources.filter((file) => read(file).split("\n").length > 300);
    expect(long).toEqual([]);
  });

  it("compare no text with a bare pattern in toMatchObject, which any text would match", () => {
    const bare = /toMatchObject\([^;]*?\b\w+: \/[^/*]/;
    expect(filesBelow("test").filter((file) => file.endsWith(".ts") && bare.test(read(file)))).toEqual([]);
  });
});

function layerOf(file: string): number {
  const [, folder = "", ...rest] = file.split("/");
  const own = layers.findIndex((modules) => modules.includes([folder, ...rest].join("/")));
  const layer = own === -1 ? layers.findIndex((modules) => modules.includes(folder)) : own;
  if (layer === -1) throw new Error(`${file} is in no module that this test knows; give it a layer.`);
  return layer;
}

function importsOf(file: string): Import[] {
  const text = withoutComments(read(file));
  const resolved = (specifier: string) =>
    relative(root, join(root, dirname(file), specifier))
      .split(sep)
      .join("/");
  const fixed = [...text.matchAll(/^(?:import|export)\s+([^;"]*?)\s*from\s+"(\.[^"]+)"/gm)].map(
    ([, names = "", specifier = ""]): Import => ({
      from: file,
      to: resolved(specifier),
      typesOnly: isTypesOnly(names),
      whenReached: false,
    }),
  );
  const reached = [...text.matchAll(/\bimport\("(\.[^"]+)"\)/g)].map(
    ([, specifier = ""]): Import => ({
      from: file,
      to: resolved(specifier),
      typesOnly: false,
      whenReached: true,
    }),
  );
  return [...fixed, ...reached].filter(({ to }) => to.startsWith("src/"));
}

/** Whether `type { A }` or `{ type A, type B }` is all that is imported. */
function isTypesOnly(names: string): boolean {
  if (names.startsWith("type ")) return true;
  const list = /^\{(.*)\}$/s
    .exec(names)?.[1]
    ?.split(",")
    .map((name) => name.trim());
  return list?.every((name) => name === "" || name.startsWith("type ")) ?? false;
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
}

function filesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join("/"));
}

function read(file: string): string {
  return readFileSync(join(root, file), "utf8");
}
