// The controls above the unit grid.
import { choice, element, labelled, setText } from "../page/dom";
import { save, watch, type Model } from "../link/model";
import type { UnitGridTraits } from "../link/traits";

export interface GridBar {
  readonly node: HTMLElement;
  show(total: string, rank: string, stale: boolean): void;
}
interface Asks {
  readonly find: (unit: number) => void;
  readonly sortAgain: () => void;
}

const TILE = { least: 24, most: 160, factor: 1.3 };

export function gridBar(model: Model<UnitGridTraits>, asks: Asks, signal: AbortSignal): GridBar {
  const total = element("span", { class: "dv-strong" });
  const rank = element("span", { class: "dv-dim" });
  const again = element("button", { type: "button", class: "dv-button", title: "The values have changed since the units were sorted" }, "Sort again");
  again.addEventListener("click", asks.sortAgain, { signal });
  const controls = [
    finder(model, asks.find, signal),
    selector(model, "sort", "Sort", { index: "number", max: "maximum", mean: "mean" }, "Order of the units", signal),
    again,
    selector(model, "scale", "Scale", { layer: "whole layer", unit: "each unit" }, "Brightness compared over the layer, or within each unit", signal),
    slider(model, "gamma", "Gamma", { min: 0.2, max: 2, step: 0.05 }, "Below 1 lifts weak values", signal),
    slider(model, "boost", "Boost", { min: 0, max: 1, step: 0.05 }, "Saturates strong values", signal),
    zoom(model, signal),
  ];
  const node = element("div", { class: "dv-bar" }, element("span", { class: "dv-title" }, total, rank), ...controls);
  return {
    node,
    show(count, unit, stale) {
      setText(total, count);
      setText(rank, unit);
      again.hidden = !stale;
    },
  };
}

function finder(model: Model<UnitGridTraits>, find: (unit: number) => void, signal: AbortSignal): HTMLElement {
  const input = element("input", { type: "number", min: 0, step: 1, "aria-label": "Find a unit by its number", class: "dv-number" });
  const limit = (): void => void (input.max = String(Math.max(0, model.get("count") - 1)));
  input.addEventListener(
    "change",
    () => {
      const unit = input.valueAsNumber;
      if (Number.isInteger(unit) && unit >= 0 && unit < model.get("count")) find(unit);
      input.value = "";
    },
    { signal },
  );
  watch(model, ["count"], limit, signal);
  limit();
  return labelled("Find", input, "Type a unit's number and press Enter");
}

function selector<K extends "sort" | "scale">(
  model: Model<UnitGridTraits>, name: K, caption: string, options: Record<UnitGridTraits[K], string>, title: string, signal: AbortSignal,
): HTMLElement {
  const select = choice(options, title);
  const show = (): void => void (select.value = model.get(name));
  select.addEventListener("change", () => save(model, name, select.value as UnitGridTraits[K]), { signal });
  watch(model, [name], show, signal);
  show();
  return labelled(caption, select, title);
}

function slider(
  model: Model<UnitGridTraits>, name: "gamma" | "boost", caption: string, range: { min: number; max: number; step: number }, title: string, signal: AbortSignal,
): HTMLElement {
  const input = element("input", { type: "range", ...range, "aria-label": `${caption}: ${title}` });
  const value = element("output", { class: "dv-value" });
  const show = (): void => {
    input.value = String(model.get(name));
    value.textContent = model.get(name).toFixed(2);
  };
  input.addEventListener("input", () => model.set(name, input.valueAsNumber), { signal });
  input.addEventListener("change", () => model.save_changes(), { signal });
  watch(model, [name], show, signal);
  show();
  const label = labelled(caption, input, title);
  label.append(value);
  return label;
}

function zoom(model: Model<UnitGridTraits>, signal: AbortSignal): HTMLElement {
  const button = (text: string, label: string, factor: number): HTMLElement => {
    const made = element("button", { type: "button", class: "dv-button dv-square", "aria-label": label, title: label }, text);
    const press = (): void => save(model, "tile", Math.round(Math.min(TILE.most, Math.max(TILE.least, model.get("tile") * factor))));
    made.addEventListener("click", press, { signal });
    return made;
  };
  return element("span", { class: "dv-pair" }, button("−", "Smaller tiles", 1 / TILE.factor), button("+", "Larger tiles", TILE.factor));
}
