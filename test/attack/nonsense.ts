import type { Random } from "./random.ts";

const odd = [
  ..."\u0000\u0007\u0008\t\n\r\u001b\u007f\u009b\u200b\u202e\u2028\ufeff\ufffd",
  ..."äß€中文字🦊👩‍👩‍👧",
  "\u001b[2J",
  "\u001b]52;c;aGk=\u0007",
  "\u001b]0;title\u0007",
];

/** Words for a command line that make little or no sense there. */
const words = [
  "",
  " ",
  ...`- -- --- -p --json= default nobody a/next .. ../../etc/passwd . 0 -1 1e9 NaN 90d never unknown
  2026-12-31 2026-13-45 9999-12-31 1s 30d keychain file memory eu bash fish python curl console vision all
  %s%n $(id) dotenv:.env dotenv:/proc/self/environ dotenv: vibe llm aider github:a/b github: pass:x
  command:true command: kubernetes:a/b#c aws:x vercel:production nothing:at/all /dev/null /dev/full
  /dev/stdin /proc/self/mem no/such/folder/.env .env ~ C:\\x file:/// http://127.0.0.1:1
  http://example.invalid https://[::1]:1/ ftp://x HQSx...Ug6Y mistral-small-latest ' " \\ ; | & * ? # ! =
  a=b __proto__ constructor null {} []`.split(/\s+/),
];

/** A text that nobody would write, at most so long. */
export function oddText(random: Random, longest = 40): string {
  const letters = [..."abcdefghijklmnopqrstuvwxyz0123456789.,:;-_/=+ "];
  const parts = Array.from({ length: random.whole(0, longest) }, () =>
    random.chance(0.2) ? random.pick(odd) : random.pick(letters),
  );
  return parts.join("");
}

/** One argument. */
export function oddWord(random: Random): string {
  if (random.chance(0.7)) return random.pick(words);
  if (random.chance(0.1)) return "x".repeat(random.whole(1, 20_000));
  // The system accepts no NUL in an argument.
  return oddText(random).replaceAll("\u0000", "");
}

/** What could be piped in where a key is expected; `key` is in some of it. */
export function oddInput(random: Random, key: string): Buffer {
  switch (random.whole(0, 9)) {
    case 0:
      return Buffer.alloc(0);
    case 1:
      return random.bytes(random.whole(1, 3000));
    case 2:
      return Buffer.from(`${key}\n`);
    case 3:
      return Buffer.from(`${oddText(random)}${key}${oddText(random)}`);
    case 4:
      return Buffer.from(`MISTRAL_API_KEY="${key}"\nB=${oddText(random)}\n`);
    case 5:
      return Buffer.from(JSON.stringify({ [oddText(random)]: key, a: [null, oddText(random)] }));
    case 6:
      return Buffer.from(`${key}\n${random.key()}\n`);
    case 7:
      return Buffer.from(key.repeat(random.whole(2, 5000)));
    case 8:
      return Buffer.from(`\u001b[200~${key}\u001b[201~\r\n`);
    default:
      return Buffer.from(oddText(random, 2000));
  }
}
