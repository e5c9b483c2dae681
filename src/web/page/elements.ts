import type { Styled } from "../messages.ts";

interface Parts {
  readonly className?: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

/** Creates an element; its children are text or elements, never markup. */
export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  { className, attributes = {} }: Parts = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  if (className) element.className = className;
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/** Finds an element by id; throws if there is none. */
export function byId(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`There is no #${id}.`);
  return element;
}

/** A styled text as elements. */
export function styled(parts: Styled): (Node | string)[] {
  return parts.map((part) => {
    if (typeof part === "string") return part;
    const { style } = part;
    if (style === "link") return link(plain(part.parts));
    if (style === "meter") {
      const share = plain(part.parts);
      const attributes = { value: share, "aria-label": `${Math.round(Number(share) * 100)} %` };
      return make("meter", { attributes });
    }
    return make(style === "strong" ? "b" : "span", { className: style }, ...styled(part.parts));
  });
}

/** A styled text without its style. */
export function plain(parts: Styled): string {
  return parts.map((part) => (typeof part === "string" ? part : plain(part.parts))).join("");
}

/** Whether a text is an https URL. */
export function isAddress(text: string): boolean {
  return /^https:\/\/\S+$/.test(text);
}

/** A text, and a button that copies it. */
export function withCopyButton(parts: Styled): Node[] {
  const button = make("button", { className: "copy", attributes: { type: "button" } }, "Copy");
  button.setAttribute("aria-label", `Copy: ${plain(parts)}`);
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(plain(parts).trim());
      button.textContent = "Copied";
    } catch {
      button.textContent = "Not copied";
    }
  });
  return [make("code", {}, ...styled(parts)), button];
}

function link(address: string): Node | string {
  if (!isAddress(address)) return address;
  const attributes = { href: address, target: "_blank", rel: "noopener noreferrer" };
  return make(
    "a",
    { attributes },
    address,
    make("span", { className: "faint" }, " (opens beside this page)"),
  );
}
