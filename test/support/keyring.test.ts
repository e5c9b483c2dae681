import { spawn } from "node:child_process";
import { copyFileSync, existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { expect, it } from "vitest";
import { bundleProgram } from "./bundle.ts";
import { startKeyring } from "./keyring.ts";
import { describeWithKeyring } from "./keyring-suite.ts";

describeWithKeyring("a keyring for tests", () => {
  it("removes its files when it is stopped, also when it is frozen", async () => {
    const keyring = await startKeyring({ state: "frozen", secrets: { default: "one" } });
    await keyring.stop();
    await keyring.stop();
    expect(existsSync(dirname(keyring.env.HOME))).toBe(false);
  });

  it("ends with the process that started it, however that ends", async () => {
    const program = await bundleProgram(new URL("./keyring-holder.ts", import.meta.url));
    // The script must be beside the program.
    copyFileSync(
      new URL("./keyring-session.sh", import.meta.url),
      join(dirname(program.path), "keyring-session.sh"),
    );
    const child = spawn(process.execPath, [program.path], { stdio: ["ignore", "pipe", "inherit"] });
    const lines = createInterface({ input: child.stdout });
    const home = await new Promise<string>((resolve) => lines.once("line", resolve));
    expect(existsSync(home)).toBe(true);
    child.kill("SIGKILL");
    await expect.poll(() => existsSync(dirname(home))).toBe(false);
    program.remove();
  });
});
