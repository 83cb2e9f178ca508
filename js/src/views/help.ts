// The table of keys, over the explorer.
import { element } from "../page/dom";
import { helpTable, type Binding, type HelpRow } from "../arithmetic/keys";

/** A dialog with the keys by group; `close` is called by its button and by a click beside it. */
export function helpPanel(bindings: readonly Binding[], close: () => void, signal: AbortSignal): HTMLElement {
  const button = element("button", { type: "button", class: "dv-button", "aria-label": "Close the help" }, "Close", element("kbd", {}, "Esc"));
  const groups = [...helpTable(bindings)].map(([name, rows]) => section(name, rows));
  const sheet = element(
    "div",
    { class: "dv-help-sheet", role: "dialog", "aria-label": "Keys", tabindex: -1 },
    element("div", { class: "dv-bar" }, element("span", { class: "dv-strong dv-title" }, "Keys"), button),
    element("div", { class: "dv-help-groups" }, ...groups),
  );
  const panel = element("div", { class: "dv dv-help" }, sheet);
  button.addEventListener("click", close, { signal });
  panel.addEventListener("pointerdown", (event) => (event.target === panel ? close() : undefined), { signal });
  return panel;
}

function section(name: string, rows: HelpRow[]): HTMLElement {
  const body = rows.map(({ keys, help }) => element("tr", {}, element("th", { scope: "row" }, ...keycaps(keys)), element("td", {}, help)));
  return element("table", {}, element("caption", {}, name), element("tbody", {}, ...body));
}

const keycaps = (keys: string[][]): Node[] =>
  keys.map((chord) => element("span", { class: "dv-chord" }, ...chord.map((cap) => element("kbd", {}, cap))));
