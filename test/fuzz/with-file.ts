import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Runs `read` on a file in a temporary folder of its own. */
export function withFile(
  [subfolder, file]: readonly [subfolder: string, file: string],
  content: Uint8Array,
  use: (folder: string) => void,
): void {
  const folder = mkdtempSync(join(tmpdir(), "mistral-key-fuzz-"));
  try {
    mkdirSync(join(folder, subfolder));
    writeFileSync(join(folder, subfolder, file), content);
    use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
