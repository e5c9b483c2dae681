// Packages that must not find their way into the bundles, and why.
const unwanted = [
  [/^(?:iconv-lite|chardet|safer-buffer)$/, "text encodings of an external editor, half a megabyte"],
  [/^@inquirer\/external-editor$/, "starts a program that the environment names"],
  [/^@opentelemetry\//, "tracing has no place in a program that handles keys"],
];

/**
 * @param {Iterable<string>} modules paths relative to the project
 * @throws Error that names what came in
 */
export function refuseUnwanted(modules) {
  for (const module of modules) {
    const name = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(module)?.[1];
    const [, reason] = unwanted.find(([pattern]) => name !== undefined && pattern.test(name)) ?? [];
    if (reason !== undefined) throw new Error(`${name} must not be bundled (${reason}): ${module}`);
  }
}
