import { spawn } from "node:child_process";
import { copyFileSync, existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { expect, it } from "vitest";
import { bundleProgram } from "./bundle.ts";
import { startKeyring } from "./keyring.ts";
import { describeWithKeyring } from "./keyring-suite.ts";

describeWithKeyring("a keyring for tests", () => {
  it("can be one of several, each with its own secrets", async () => {
    const [first, second] = await Promise.all([
      startKeyring({ state: "unlocked", secrets: { default: "one" } }),
      startKeyring({ state: "unlocked" }),
    ]);
    expect(await first.lookup("default")).toBe("one");
    expect(await second.lookup("default")).toBeUndefined();
    await Promise.all([first.stop(), second.stop()]);
  });

  it("can be locked and unlocked without losing a secret", async () => {
    const keyring = await startKeyring({ state: "unlocked", secrets: { default: "one" } });
    await keyring.lock();
    expect(await keyring.lookup("default")).toBeUndefined();
    await keyring.unlock();
    expect(await keyring.lookup("default")).toBe("one");
    await keyring.stop();
  });

  it("removes its files when it is stopped, also when it is frozen", async () => {
    const keyring = await startKeyring({ state: "frozen", secrets: { default: "one" } });
    await keyring.stop();
    await keyring.stop();
    expect(existsSync(dirname(keyring.env.HOME))).toBe(false);
  });

  it("ends with the process that started it, however that ends", async () => {
    const program = await bundleProgram(new URL("./keyring-holder.ts", import.meta.url));
    // The script is looked for beside the program.
    copyFileSync(
      new URL("./keyring-session.sh", import.meta.url),
      join(dirname(program.path), "keyring-session.sh"),
    );
    const child = spawn(process.execPath, [program.path], { stdio: ["ignore", "pipe", "inherit"] });
    const lines = createInterface({ input: child.stdout });
    const home = await new Promise<string>((resolve) => lines.once("line", resolve));
    expect(existsSync(home)).toBe(true);
    child.kill("SIGKILL");
    await expect.poll(() => existsSync(dirname(home)), { timeout: 5000 }).toBe(false);
    program.remove();
  });
});
