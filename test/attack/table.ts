import { readFileSync, writeFileSync } from "node:fs";
import { cpus, release } from "node:os";
import { fileURLToPath } from "node:url";
import { counted, findings, type Report } from "./report.ts";

/** What the table is headed with. */
export interface TableHead {
  readonly command: string;
  readonly seconds: number;
  readonly says: readonly { readonly name: string; readonly says: string }[];
}

const root = new URL("../../", import.meta.url);
const page = fileURLToPath(new URL("docs/reliability.md", root));
const marks = ["<!-- attack:start -->", "<!-- attack:end -->"] as const;

/** Prints the table, and writes it to `docs/reliability.md` if requested. */
export function writeTable(reports: readonly Report[], head: TableHead, keep = false): void {
  const text = tableOf(reports, head);
  console.log(`\n${text}`);
  if (!keep) return;
  const [start, end] = marks;
  const old = readFileSync(page, "utf8");
  const [before = ""] = old.split(start);
  const [, after = ""] = old.split(end);
  writeFileSync(page, `${before}${start}\n\n${text}\n${end}${after}`);
}

/** One line of counts, as progress. */
export function summaryOf({ counts, found }: Report): string {
  const parts = counted.filter((name) => counts[name] > 0).map((name) => `${counts[name]} ${name}`);
  const bad = findings.filter((name) => found[name] > 0).map((name) => `${found[name]} × ${name}`);
  return `${parts.join(", ")}; ${bad.length === 0 ? "nothing found" : bad.join(", ")}`;
}

function tableOf(reports: readonly Report[], { command, seconds, says }: TableHead): string {
  const { version } = JSON.parse(readFileSync(new URL("package.json", root), "utf8"));
  const date = new Date().toISOString().slice(0, 10);
  const minutes = Math.max(1, Math.round(seconds / 60));
  const lines = [
    `Made by \`${command}\` on ${date}, in ${minutes} min: mistral-key ${version}, Node ${process.version}, ${process.platform} ${release().split(".", 2).join(".")}, ${cpus().length} processors.`,
    "",
    "| attack | what it does | runs | inputs | kills | faults | answers | crashes | leaks | losses | hangs | other exits |",
    `|---|---|${"---:|".repeat(10)}`,
  ];
  const row = (name: string, what: string, of: readonly Report[]) => {
    const sum = (pick: (report: Report) => number) => of.reduce((total, report) => total + pick(report), 0);
    const cells = [
      ...(["runs", "inputs", "kills", "faults", "answers"] as const).map((key) =>
        sum((report) => report.counts[key]),
      ),
      ...findings.map((key) => sum((report) => report.found[key])),
    ];
    lines.push(`| ${[name, what, ...cells].join(" | ")} |`);
  };
  for (const report of reports) {
    row(`\`${report.name}\``, says.find(({ name }) => name === report.name)?.says ?? "", [report]);
  }
  row("all", "", reports);
  const total = (name: (typeof counted)[number]) =>
    reports.reduce((sum, { counts }) => sum + counts[name], 0);
  const keyed = `${total("runs")} times stdout and stderr, arguments and environment of ${total("processes")} processes, ${total("files")} files, ${total("journals")} of them journals`;
  return `${[...lines, "", `Looked through for any part of a key: ${keyed}.`].join("\n")}\n`;
}
