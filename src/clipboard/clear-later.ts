import { setTimeout as delay } from "node:timers/promises";
import { clearDesktop } from "./desktop-clipboard.ts";

/**
 * What the process does that `get --copy` leaves behind: waits, and takes the key off the clipboard
 * if it is still there. It is told on standard input how long and by which fingerprint, never the key.
 */
export async function clearLater({
  stdin,
  env,
  platform,
}: Pick<NodeJS.Process, "stdin" | "env" | "platform">): Promise<void> {
  let text = "";
  for await (const chunk of stdin.setEncoding("utf8")) text += chunk;
  const { seconds, fingerprint } = JSON.parse(text);
  await delay(seconds * 1000);
  await clearDesktop({ env, platform }, fingerprint);
}
