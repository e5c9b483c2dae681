import { type Frame, type Run, screenSize } from "./record-wizard.ts";

/** In pixels: what a character takes, the margin, the bar with the buttons of the window. */
const [width, height, margin, bar] = [8.4, 18, 18, 30];

/**
 * Draws frames as one moving SVG, without a script: each frame is shown for its time, in light and
 * dark as the reader has it, and only the last one where motion is not wanted.
 */
export function drawFrames(frames: readonly Frame[]): string {
  const total = frames.reduce((sum, { seconds }) => sum + seconds, 0);
  const size = {
    x: Math.ceil(screenSize.columns * width + 2 * margin),
    y: screenSize.rows * height + margin + bar,
  };
  let start = 0;
  const shown = frames.map(({ lines, seconds }, index) => {
    const [from, to] = [start, start + seconds].map((second) => `${round((100 * second) / total)}%`);
    start += seconds;
    const last = index === frames.length - 1 ? " last" : "";
    return {
      times: `@keyframes f${index} { ${from} { visibility: visible } ${to} { visibility: hidden } }`,
      drawing: `<g class="frame${last}" style="animation-name: f${index}">\n${lines.flatMap(drawLine).join("\n")}\n</g>`,
    };
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.x} ${size.y}" width="${size.x}" height="${size.y}" role="img" aria-labelledby="title">
<title id="title">mistral-key init in a terminal: five steps, a hidden paste, a key that Mistral accepts, kept in the keychain</title>
<style>
svg { --back: #fff; --bar: #eceef1; --text: #1f2328; --dim: #6a737d; --accent: #d9480f; --good: #1a7f37; --warn: #9a6700; --bad: #cf222e; --link: #0969da }
@media (prefers-color-scheme: dark) {
svg { --back: #14171c; --bar: #23272e; --text: #d8dee4; --dim: #8b949e; --accent: #ff7a3d; --good: #4ac26b; --warn: #d4a72c; --bad: #ff7b72; --link: #79b8ff }
}
text { font: 14px ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: var(--text); white-space: pre }
.bold { font-weight: 700 } .dim { fill: var(--dim) }
.c1, .c9 { fill: var(--bad) } .c2, .c10 { fill: var(--good) } .c3, .c11 { fill: var(--warn) } .c4, .c6, .c12, .c14 { fill: var(--link) }
.accent { fill: var(--accent) }
.frame { visibility: hidden }
@media (prefers-reduced-motion: no-preference) { .frame { animation: ${total}s step-end infinite } }
@media (prefers-reduced-motion: reduce) { .last { visibility: visible } }
${shown.map(({ times }) => times).join("\n")}
</style>
<rect width="100%" height="100%" rx="10" fill="var(--back)" stroke="var(--bar)"/>
<path d="M0 10a10 10 0 0 1 10-10h${size.x - 20}a10 10 0 0 1 10 10v${bar - 14}H0z" fill="var(--bar)"/>
${["var(--bad)", "var(--warn)", "var(--good)"].map((color, index) => `<circle cx="${18 + 18 * index}" cy="13" r="5" fill="${color}" opacity=".55"/>`).join("\n")}
${shown.map(({ drawing }) => drawing).join("\n")}
</svg>
`;
}

function drawLine(runs: readonly Run[], row: number): readonly string[] {
  const y = bar + (row + 1) * height - 5;
  return runs.map(({ column, text, style }) => {
    const visible = text.trimStart();
    const x = round(margin + (column + text.length - visible.length) * width);
    const length = round([...visible].length * width);
    const classes = style.length === 0 ? "" : ` class="${style.map(classOf).join(" ")}"`;
    return `<text x="${x}" y="${y}" textLength="${length}"${classes}>${escapeText(visible)}</text>`;
  });
}

/** The program has one color of its own; all others are those of the palette. */
function classOf(style: string): string {
  if (style.startsWith("#")) return "accent";
  return /^\d+$/.test(style) ? `c${style}` : style;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
