import manifest from "../package.json" with { type: "json" };

/** The version of this package; the build copies it from `package.json`. */
export function packageVersion(): string {
  return manifest.version;
}
