import type { Picture, PictureRow } from "../../terminal/output/output.ts";

/** In pixels; the width follows the content. */
const size = { row: 24, top: 34, edge: 16, character: 7.9, least: 280 };

/** Draws a page with the click target marked. The text around it says the same. */
export function drawPicture({ title, corner = "", sideBar = [], rows }: Picture): SVGElement {
  const height = size.top + Math.max(sideBar.length, rows.length) * size.row + 14;
  const bar = sideBar.length === 0 ? 0 : Math.max(...sideBar.map(({ text = "" }) => widthOf(text))) + 40;
  const left = bar + 20;
  const label = Math.max(0, ...rows.map((row) => widthOf(row.label ?? "")));
  const parts = [
    ...sideBar.map((row, index) => drawRow(row, size.edge, yOf(index), { noteFrom: bar + 14 })),
    ...rows.map((row, index) =>
      drawRow(row, left, yOf(index), { indent: row.label === undefined ? 0 : label + 16 }),
    ),
  ];
  const width = Math.max(
    size.least,
    widthOf(`${title}    ${corner}`) + 2 * size.edge,
    ...parts.map(({ end }) => end + size.edge),
  );
  const svg = draw("svg", { viewBox: `0 0 ${width} ${height}`, width, height, "aria-hidden": "true" });
  const line = size.top - 8;
  svg.append(
    draw("rect", { x: 0.5, y: 0.5, width: width - 1, height: height - 1, rx: 8 }),
    draw("line", { x1: 0, y1: line, x2: width, y2: line }),
    write(title, size.edge, 18),
    write(corner, width - size.edge - widthOf(corner), 18),
    draw("line", { x1: bar, y1: line, x2: bar, y2: bar === 0 ? line : height }),
    ...parts.flatMap(({ elements }) => elements),
  );
  return svg;
}

function yOf(index: number): number {
  return size.top + (index + 0.7) * size.row;
}

/** A row and its right edge, in pixels. */
interface DrawnRow {
  readonly elements: readonly SVGElement[];
  readonly end: number;
}

function drawRow(
  { label = "", text = "", click }: PictureRow,
  x: number,
  y: number,
  { indent = 0, noteFrom = 0 }: { readonly indent?: number; readonly noteFrom?: number },
): DrawnRow {
  const at = x + indent;
  const end = at + widthOf(text);
  const labelled = write(label, x, y);
  if (click === undefined) return { elements: [labelled, write(text, at, y)], end };
  const note = Math.max(noteFrom, end + 32);
  return {
    elements: [
      labelled,
      draw("rect", { x: at - 8, y: y - 16, width: end - at + 16, height: 22, rx: 5, class: "target" }),
      write(text, at, y, "on-target"),
      draw("line", { x1: end + 10, y1: y - 5, x2: note, y2: y - 5, class: "arrow" }),
      write(click, note + 6, y, "beside"),
    ],
    end: note + 6 + widthOf(click),
  };
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
