// Elements in one line.
type Attributes = Record<string, string | number | boolean>;

/** An element with attributes and children; a false attribute is left out, a true one is empty. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== false) made.setAttribute(name, value === true ? "" : String(value));
  made.append(...children);
  return made;
}

/** A captioned control: caption text and the control in one label. */
export function labelled(caption: string, control: HTMLElement, title = ""): HTMLLabelElement {
  return element("label", { class: "dv-control", title }, element("span", {}, caption), control);
}

/** A drop-down list of value -> text. */
export function choice(options: Record<string, string>, label: string): HTMLSelectElement {
  const items = Object.entries(options).map(([value, text]) => element("option", { value }, text));
  return element("select", { "aria-label": label }, ...items);
}

/** Sets text only when it is new, so that live regions speak once. */
export function setText(of: HTMLElement, text: string): void {
  if (of.textContent !== text) of.textContent = text;
}
