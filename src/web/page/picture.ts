import type { Picture, PictureRow } from "../../terminal/output/output.ts";

/** In pixels. The width holds the longest row of all pictures. */
const size = { width: 360, row: 24, top: 34, edge: 16, character: 7.9 };

/** Draws a page with the click target marked. The text around it says the same. */
export function drawPicture({ title, corner = "", sideBar = [], rows }: Picture): SVGElement {
  const { width, top, edge } = size;
  const height = top + Math.max(sideBar.length, rows.length) * size.row + 14;
  const bar = sideBar.length === 0 ? 0 : Math.max(...sideBar.map(({ text = "" }) => widthOf(text))) + 40;
  const label = Math.max(0, ...rows.map((row) => widthOf(row.label ?? "")));
  const line = top - 8;
  const svg = draw("svg", { viewBox: `0 0 ${width} ${height}`, width, height, "aria-hidden": "true" });
  svg.append(
    draw("rect", { x: 0.5, y: 0.5, width: width - 1, height: height - 1, rx: 8 }),
    draw("line", { x1: 0, y1: line, x2: width, y2: line }),
    write(title, edge, 18),
    write(corner, width - edge - widthOf(corner), 18),
    draw("line", { x1: bar, y1: line, x2: bar, y2: bar === 0 ? line : height }),
    ...sideBar.flatMap((row, index) => drawRow(row, edge, yOf(index), { noteFrom: bar + 14 })),
    ...rows.flatMap((row, index) =>
      drawRow(row, bar + 20, yOf(index), { indent: row.label === undefined ? 0 : label + 16 }),
    ),
  );
  return svg;
}

function yOf(index: number): number {
  return size.top + (index + 0.7) * size.row;
}

function drawRow(
  { label = "", text = "", click }: PictureRow,
  x: number,
  y: number,
  { indent = 0, noteFrom = 0 }: { readonly indent?: number; readonly noteFrom?: number },
): SVGElement[] {
  const at = x + indent;
  const end = at + widthOf(text);
  const labelled = write(label, x, y);
  if (click === undefined) return [labelled, write(text, at, y)];
  const note = Math.max(noteFrom, end + 32);
  return [
    labelled,
    draw("rect", { x: at - 8, y: y - 16, width: end - at + 16, height: 22, rx: 5, class: "target" }),
    write(text, at, y, "on-target"),
    draw("line", { x1: end + 10, y1: y - 5, x2: note, y2: y - 5, class: "arrow" }),
    write(click, note + 6, y, "beside"),
  ];
}

function widthOf(text: string): number {
  return text.length * size.character;
}

function write(text: string, x: number, y: number, className = ""): SVGElement {
  const element = draw("text", { x, y, class: className });
  element.textContent = text;
  return element;
}

function draw(name: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name) as SVGElement;
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return element;
}
