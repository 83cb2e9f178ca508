// The layers of a network, one row each.
import { element, setText } from "../page/dom";
import { mountLabel } from "../link/label";
import { matches, shapeText, stepName } from "./layer_list";
import { save, watch } from "../link/model";
import type { LayerBarTraits, LayerRow } from "../link/traits";
import { widget, type View } from "../link/widget";

const SEARCH_FROM = 30;

function mount({ model, root, signal }: View<LayerBarTraits, null>): void {
  const search = element("input", { type: "search", class: "dv-search", placeholder: "Filter layers", "aria-label": "Filter layers by name or kind" });
  const list = element("div", { class: "dv-layer-list", role: "listbox", tabindex: 0 });
  const empty = element("div", { class: "dv-empty" });
  root.append(search, list, empty);

  const shown = (): LayerRow[] => model.get("layers").filter((row) => matches(row, search.value));
  const rowOf = (name: string): HTMLElement | null => list.querySelector<HTMLElement>(`[data-layer="${CSS.escape(name)}"]`);

  function fill(): void {
    const rows = shown();
    search.hidden = model.get("layers").length <= SEARCH_FROM;
    list.replaceChildren(...rows.map(rowElement));
    list.hidden = rows.length === 0;
    empty.hidden = rows.length > 0;
    setText(empty, model.get("layers").length ? "No layer matches." : "No network yet.");
    select();
  }

  function rowElement(row: LayerRow, index: number): HTMLElement {
    const parts = [
      element("span", { class: "dv-layer-name" }, row.title || row.name),
      element("span", { class: "dv-layer-kind" }, row.kind),
      element("span", { class: "dv-layer-shape" }, shapeText(row.shape)),
    ];
    const title = `${row.name}\n${row.kind}, ${shapeText(row.shape)}${row.field ? `\nsees ${row.field}` : ""}`;
    return element("div", { class: "dv-layer", role: "option", id: `${id}-${index}`, "data-layer": row.name, title }, ...parts);
  }

  function select(): void {
    const chosen = rowOf(model.get("layer"));
    for (const row of list.children) row.setAttribute("aria-selected", String(row === chosen));
    list.setAttribute("aria-activedescendant", chosen?.id ?? "");
    if (chosen) scrollInto(list, chosen);
  }

  function key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const to = stepName(shown().map(({ name }) => name), model.get("layer"), event.key);
    if (to === null) return;
    event.preventDefault();
    event.stopPropagation();
    save(model, "layer", to);
  }

  const id = `dv-layers-${++mounted}`;
  search.value = model.get("search");
  search.addEventListener("input", fill, { signal });
  list.addEventListener("keydown", key, { signal });
  list.addEventListener(
    "click",
    (event) => {
      const name = (event.target as Element).closest<HTMLElement>("[data-layer]")?.dataset.layer;
      if (name !== undefined) save(model, "layer", name);
    },
    { signal },
  );
  watch(model, ["layers"], fill, signal);
  watch(model, ["layer"], select, signal);
  watch(model, ["search"], () => ((search.value = model.get("search")), fill()), signal);
  mountLabel(model, list, "Layers of the network", signal);
  fill();
  requestAnimationFrame(select);
}

let mounted = 0;

/** Scrolls the list, and nothing around it, so that the row is in view. */
function scrollInto(list: HTMLElement, row: HTMLElement): void {
  const [outer, inner] = [list.getBoundingClientRect(), row.getBoundingClientRect()];
  if (inner.top < outer.top) list.scrollTop -= outer.top - inner.top;
  else if (inner.bottom > outer.bottom) list.scrollTop += inner.bottom - outer.bottom;
}

export default widget<LayerBarTraits>({ className: "dv-layers", share: () => null, mount });
