import type { Style } from "../terminal/output/output.ts";
import type { Styled, StyleName } from "./messages.ts";

// Control characters, which `outside-text.ts` removes from all external text.
const open = "\x02";
const close = "\x03";

function mark(style: StyleName): (text: string) => string {
  return (text) => `${open}${style}:${text}${close}`;
}

/** Marks styled parts of a text for {@link readStyled}. */
export const marking: Style = {
  accent: mark("accent"),
  strong: mark("strong"),
  faint: mark("faint"),
  caution: mark("caution"),
  link: mark("link"),
  meter: (share) => mark("meter")(String(share)),
};

/** Parses a text styled by {@link marking}. */
export function readStyled(text: string): Styled {
  const stack: { readonly style: StyleName; readonly parts: Styled[number][] }[] = [
    { style: "strong", parts: [] },
  ];
  for (const [piece, style] of text.matchAll(/\x02([a-z]+):|\x03|[^\x02\x03]+/g)) {
    if (style !== undefined) stack.push({ style: style as StyleName, parts: [] });
    else {
      const said = piece !== close ? piece : stack.length > 1 ? stack.pop() : undefined;
      if (said !== undefined) stack.at(-1)?.parts.push(said);
    }
  }
  return stack.flatMap(({ parts }) => parts);
}

/** Applies another style to a text styled by {@link marking}. */
export function restyle(text: string, style: Style): string {
  return restyleParts(readStyled(text), style);
}

function restyleParts(parts: Styled, style: Style): string {
  return parts
    .map((part) => {
      if (typeof part === "string") return part;
      const inner = restyleParts(part.parts, style);
      return part.style === "meter" ? style.meter(Number(inner)) : style[part.style](inner);
    })
    .join("");
}
