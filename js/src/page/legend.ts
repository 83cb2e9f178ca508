// The colour bar of a map with its two ends.
import { colours, type ColormapName } from "../arithmetic/colormap";
import { element, setText } from "./dom";
import { decimal } from "../arithmetic/number_format";

export interface Legend {
  readonly node: HTMLElement;
  show(colormap: ColormapName, range: readonly [number, number], title?: string, note?: string): void;
  hide(): void;
}

const STOPS = 32;

/** CSS gradient of a colour map, from low to high. */
export function gradient(colormap: ColormapName): string {
  const all = colours(colormap);
  const stops = Array.from({ length: STOPS + 1 }, (_, i) => `rgb(${all[Math.round((i * 255) / STOPS)]!.join(" ")})`);
  return `linear-gradient(to right, ${stops.join(", ")})`;
}

export function legend(): Legend {
  const [title, low, high] = [element("span", { class: "dv-legend-title" }), element("span"), element("span")];
  const remark = element("span", { class: "dv-legend-note" });
  const bar = element("span", { class: "dv-legend-bar" });
  const node = element("div", { class: "dv-legend", hidden: true }, title, low, bar, high, remark);
  return {
    node,
    show(colormap, [lo, hi], text = "", note = "") {
      setText(title, text);
      setText(low, decimal(lo));
      setText(high, decimal(hi));
      setText(remark, note && "99 %");
      remark.title = note;
      bar.style.backgroundImage = gradient(colormap);
      node.hidden = false;
    },
    hide: () => (node.hidden = true),
  };
}
