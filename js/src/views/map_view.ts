// One scalar or RGB plane, large: values under the pointer, a chosen position, statistics; over a picture where it has one.
import { hoverPublisher } from "../link/bus";
import { outline, sharpen } from "../page/canvas";
import { divergent, type Tone } from "../arithmetic/colormap";
import { element, setText } from "../page/dom";
import { onResize, painter } from "../page/animation_frame";
import { mountLabel } from "../link/label";
import { legend } from "../page/legend";
import { MapCursor } from "../map/map_cursor";
import { MapLayers } from "../map/map_layers";
import { watch, type Model } from "../link/model";
import type { MapPlane } from "../map/plane";
import type { Frame } from "../link/protocol";
import { join, place } from "../arithmetic/number_format";
import type { Position } from "../arithmetic/shared_cursor";
import { onTheme } from "../page/theme";
import type { MapViewTraits } from "../link/traits";
import { widget, type Definition, type View } from "../link/widget";

/** The frame that arrived last, of either kind; shared by the views of a model. */
interface Shared {
  frame: Frame | null;
}

function mount({ model, link, state, root, signal }: View<MapViewTraits, Shared>): void {
  const parts = build(root);
  const { canvas, surface } = parts;
  const layers = new MapLayers();
  const paint = painter(draw, signal);
  const hover = hoverPublisher(() => model.get("group"), signal);
  const size = (): readonly [number, number] | null => layers.plane && [layers.plane.height, layers.plane.width];
  const cursor = new MapCursor({ model, surface, size, moved }, signal);

  function load(): void {
    layers.load(state.frame);
    layers.loadBelow(link.last("below"));
    setText(parts.unit, layers.plane?.unit ?? "");
    parts.facts.replaceChildren(...(layers.plane?.lines ?? []).map((line) => element("div", {}, line)));
    cursor.adopt();
    recolour();
  }

  function recolour(): void {
    const [tone, limits, plane] = [toneOf(model), model.get("limits"), layers.plane];
    layers.colour(tone, limits);
    if (plane?.scalar) parts.bar.show(tone.colormap, plane.range(tone.signed, limits));
    else parts.bar.hide();
    fit();
  }

  function fit(): void {
    const [height, width] = layers.size;
    const live = layers.plane !== null && model.get("interactive");
    surface.style.width = `${Math.round((model.get("size") * width) / Math.max(height, width))}px`;
    surface.style.aspectRatio = `${width} / ${height}`;
    surface.classList.toggle("dv-live", live);
    surface.tabIndex = live ? 0 : -1;
    parts.empty.hidden = !layers.empty;
    parts.title.textContent = model.get("title");
    paint();
  }

  function draw(): void {
    const { clientHeight: height, clientWidth: width } = surface;
    const drawing = sharpen(canvas, height, width);
    const said = told(layers.plane, cursor);
    setText(parts.readout, said || " ");
    parts.readout.classList.toggle("dv-told", said !== "");
    layers.draw(drawing, height, width, { smooth: model.get("smooth"), opacity: model.get("opacity"), outline: model.get("outline") });
    mark(drawing, height, width);
  }

  function mark(drawing: CanvasRenderingContext2D, height: number, width: number): void {
    if (!layers.plane) return;
    const cell = { drawing, height: height / layers.plane.height, width: width / layers.plane.width };
    const [hovered, chosen] = [model.get("interactive") ? cursor.shared : null, cursor.chosen];
    if (model.get("linked")) {
      root.dataset.cursor = JSON.stringify(hovered ?? chosen);
      if (hovered ?? chosen) crossHair(drawing, cell, (hovered ?? chosen)!, height, width);
    }
    if (hovered) cellOutline(cell, hovered, "#ffffff", [3, 3]);
    if (chosen) cellOutline(cell, chosen, "#ff9f1c", []);
  }

  function moved(own: boolean): void {
    const at = own ? cursor.hovered : null;
    if (own) hover(at && layers.plane ? layers.plane.seen(...at) : null);
    paint();
  }

  link.listen(({ kind }) => (kind === "map" || kind === "rgb" || kind === "below" ? load() : undefined), signal);
  watch(model, ["colormap", "gamma", "boost", "signed", "limits"], recolour, signal);
  watch(model, ["title", "size", "interactive"], fit, signal);
  watch(model, ["smooth", "opacity", "outline"], paint, signal);
  for (const part of [canvas, surface]) mountLabel(model, part, "Map of one unit", signal);
  onResize(surface, paint, signal);
  onTheme(paint, signal);
  load();
}

/** The elements of one view. */
function build(root: HTMLElement) {
  const title = element("span", { class: "dv-strong" });
  const unit = element("span", { class: "dv-dim" });
  const canvas = element("canvas", { class: "dv-map-canvas", role: "img" });
  const empty = element("div", { class: "dv-empty" }, "Nothing to show yet.");
  const surface = element("div", { class: "dv-map-surface", role: "group" }, canvas, empty);
  const readout = element("div", { class: "dv-readout" });
  const bar = legend();
  const facts = element("div", { class: "dv-facts" });
  root.append(element("div", { class: "dv-title" }, title, unit), surface, readout, bar.node, facts);
  return { title, unit, canvas, empty, surface, readout, bar, facts };
}

function toneOf(model: Model<MapViewTraits>): Tone {
  const signed = model.get("signed");
  const colormap = signed ? divergent(model.get("colormap")) : model.get("colormap");
  return { colormap, signed, gamma: model.get("gamma"), boost: model.get("boost") };
}

/** What the readout says: of the cell pointed at, here or on a linked map, else of the chosen one. */
function told(plane: MapPlane | null, cursor: MapCursor): string {
  const [at, chosen] = [cursor.shared, cursor.chosen];
  const shown = at ?? chosen;
  if (!plane || !shown) return "";
  return join(!at && "chosen", place(...shown), plane.told(...shown));
}

interface Cell {
  readonly drawing: CanvasRenderingContext2D;
  /** css px of one cell */
  readonly height: number;
  readonly width: number;
}

function cellOutline({ drawing, height: h, width: w }: Cell, [row, col]: Position, colour: string, dash: number[]): void {
  const [height, width] = [Math.max(h, 5), Math.max(w, 5)];
  outline(drawing, [(row + 0.5) * h - height / 2, (col + 0.5) * w - width / 2, height, width], colour, dash);
}

/** Lines through a cell, dark and light side by side, with a gap that leaves the cell to be seen. */
function crossHair(drawing: CanvasRenderingContext2D, cell: Cell, [row, col]: Position, height: number, width: number): void {
  const [top, left, gap] = [(row + 0.5) * cell.height, (col + 0.5) * cell.width, 6];
  for (const [colour, off] of [["rgba(0, 0, 0, 0.6)", 0.5], ["rgba(255, 255, 255, 0.9)", -0.5]] as const) {
    drawing.fillStyle = colour;
    drawing.fillRect(0, top + off - 0.5, left - gap, 1);
    drawing.fillRect(left + gap, top + off - 0.5, width, 1);
    drawing.fillRect(left + off - 0.5, 0, 1, top - gap);
    drawing.fillRect(left + off - 0.5, top + gap, 1, height);
  }
}

export const mapView: Definition<MapViewTraits, Shared> = {
  className: "dv-map",
  share(link) {
    const shared: Shared = { frame: null };
    link.listen((frame) => void (frame.kind === "map" || frame.kind === "rgb" ? (shared.frame = frame) : null));
    return shared;
  },
  mount,
};

export default widget(mapView);
