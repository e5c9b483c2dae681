import type { Picture, PictureRow } from "../../terminal/output/output.ts";

const size = { width: 540, row: 24, top: 34, bar: 150, character: 7.9 };

/** Draws a page with the thing to click marked. The words around it say the same. */
export function drawPicture({ title, corner, sideBar = [], rows }: Picture): SVGElement {
  const height = size.top + Math.max(sideBar.length, rows.length) * size.row + 14;
  const svg = draw("svg", { viewBox: `0 0 ${size.width} ${height}`, "aria-hidden": "true" });
  svg.append(
    draw("rect", { x: 0.5, y: 0.5, width: size.width - 1, height: height - 1, rx: 8 }),
    draw("line", { x1: 0, y1: size.top - 8, x2: size.width, y2: size.top - 8 }),
    write(title, 14, 18),
  );
  if (corner !== undefined) svg.append(write(corner, size.width - 14 - widthOf(corner), 18));
  const left = sideBar.length === 0 ? 20 : size.bar + 20;
  if (sideBar.length > 0) {
    svg.append(draw("line", { x1: size.bar, y1: size.top - 8, x2: size.bar, y2: height }));
  }
  const label = Math.max(0, ...rows.map((row) => widthOf(row.label ?? "")));
  for (const [index, row] of sideBar.entries())
    svg.append(...drawRow(row, 14, yOf(index), { noteFrom: size.bar + 14 }));
  for (const [index, row] of rows.entries()) {
    svg.append(...drawRow(row, left, yOf(index), { indent: row.label === undefined ? 0 : label + 16 }));
  }
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
  const words = label === "" ? [] : [write(label, x, y)];
  if (click === undefined) return text === "" ? words : [...words, write(text, at, y)];
  const end = at + widthOf(text);
  const note = Math.max(noteFrom, end + 32);
  return [
    ...words,
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
