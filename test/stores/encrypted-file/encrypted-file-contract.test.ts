import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeSecretStore } from "../secret-store-contract.ts";
import { openUnlocked } from "./encrypted-file-setup.ts";

describeSecretStore("the encrypted file", () => {
  const home = mkdtempSync(join(tmpdir(), "mistral-key-contract-"));
  return {
    open: () => openUnlocked({ home }).store,
    close: () => rmSync(home, { recursive: true, force: true }),
  };
});
