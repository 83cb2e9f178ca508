// One scalar or RGB plane, large: values under the pointer, a chosen position, statistics.
import { hoverPublisher } from "./bus";
import { outline, sharpen, type Pixels } from "./canvas";
import { span, type Tone } from "./colormap";
import { element, setText } from "./dom";
import { onResize, painter } from "./frames";
import { divergent } from "./grid_paint";
import { mountLabel } from "./label";
import { legend } from "./legend";
import { save, watch } from "./model";
import { MapPlane } from "./plane";
import type { Frame } from "./protocol";
import { join, place } from "./readout";
import { onTheme } from "./theme";
import type { MapViewTraits, Position } from "./traits";
import { widget, type View } from "./widget";

const MOVES: Record<string, Position> = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** The frame that arrived last, of either kind; shared by the views of a model. */
interface Shared {
  frame: Frame | null;
}

function mount({ model, link, state, root, signal }: View<MapViewTraits, Shared>): void {
  const title = element("span", { class: "dv-strong" });
  const unit = element("span", { class: "dv-dim" });
  const canvas = element("canvas", { class: "dv-map-canvas", role: "img" });
  const empty = element("div", { class: "dv-empty" }, "Nothing to show yet.");
  const surface = element("div", { class: "dv-map-surface" }, canvas, empty);
  const readout = element("div", { class: "dv-readout" });
  const bar = legend();
  const facts = element("div", { class: "dv-facts" });
  root.setAttribute("role", "group");
  root.append(element("div", { class: "dv-title" }, title, unit), surface, readout, bar.node, facts);

  let plane: MapPlane | null = null;
  let image: Pixels | null = null;
  let pointer: PointerEvent | null = null;
  const paint = painter(draw, signal);
  const hover = hoverPublisher(() => model.get("group"), signal);

  function tone(): Tone {
    const signed = model.get("signed");
    const colormap = signed ? divergent(model.get("colormap")) : model.get("colormap");
    return { colormap, signed, gamma: model.get("gamma"), boost: model.get("boost") };
  }

  function load(): void {
    const next = state.frame && new MapPlane(state.frame);
    plane = next && !next.empty ? next : null;
    setText(unit, plane?.unit ?? "");
    facts.replaceChildren(...(plane?.lines ?? []).map((line) => element("div", {}, line)));
    recolour();
  }

  function recolour(): void {
    const now = tone();
    if (plane) image = plane.colour(now, image);
    if (plane?.scalar) bar.show(now.colormap, span(plane.lo, plane.hi, now.signed));
    else bar.hide();
    fit();
  }

  function fit(): void {
    const [height, width] = plane ? [plane.height, plane.width] : [1, 1];
    surface.style.width = `${Math.round((model.get("size") * width) / Math.max(height, width))}px`;
    surface.style.aspectRatio = `${width} / ${height}`;
    surface.classList.toggle("dv-live", plane !== null && model.get("interactive"));
    surface.tabIndex = plane && model.get("interactive") ? 0 : -1;
    empty.hidden = plane !== null;
    title.textContent = model.get("title");
    paint();
  }

  function draw(): void {
    const { clientHeight: height, clientWidth: width } = surface;
    const drawing = sharpen(canvas, height, width);
    setText(readout, told() || " ");
    if (!plane || !image) return;
    drawing.imageSmoothingEnabled = model.get("smooth");
    drawing.imageSmoothingQuality = "high";
    drawing.drawImage(image.canvas, 0, 0, width, height);
    const chosen = model.get("position");
    const hovered = model.get("interactive") ? cell() : null;
    if (hovered) cellOutline(drawing, hovered, "#ffffff", [3, 3]);
    if (chosen) cellOutline(drawing, chosen, "#ff9f1c", []);
  }

  function cellOutline(drawing: CanvasRenderingContext2D, [row, col]: Position, colour: string, dash: number[]): void {
    if (!plane || row < 0 || col < 0 || row >= plane.height || col >= plane.width) return;
    const [h, w] = [surface.clientHeight / plane.height, surface.clientWidth / plane.width];
    const [height, width] = [Math.max(h, 5), Math.max(w, 5)];
    outline(drawing, [(row + 0.5) * h - height / 2, (col + 0.5) * w - width / 2, height, width], colour, dash);
  }

  /** Position under the pointer. */
  function cell(): Position | null {
    if (!plane || !pointer) return null;
    const at = surface.getBoundingClientRect();
    const row = Math.floor(((pointer.clientY - at.top) / at.height) * plane.height);
    const col = Math.floor(((pointer.clientX - at.left) / at.width) * plane.width);
    return row >= 0 && col >= 0 && row < plane.height && col < plane.width ? [row, col] : null;
  }

  function told(): string {
    const [at, chosen] = [cell(), model.get("position")];
    const shown = at ?? chosen;
    if (!plane || !shown || shown[0] >= plane.height || shown[1] >= plane.width) return "";
    return join(!at && "chosen", place(...shown), plane.told(...shown));
  }

  function point(event: PointerEvent | null): void {
    pointer = event;
    const at = cell();
    hover(at && plane ? plane.seen(...at) : null);
    paint();
  }

  function choose(at: Position): void {
    const old = model.get("position");
    const again = old !== null && old[0] === at[0] && old[1] === at[1];
    save(model, "position", again ? null : [...at]);
  }

  function key(event: KeyboardEvent): void {
    const by = MOVES[event.key];
    const old = model.get("position");
    if (!plane || !model.get("interactive") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (by && old) save(model, "position", [within(old[0] + by[0], plane.height), within(old[1] + by[1], plane.width)]);
    else if (by) save(model, "position", [plane.height >> 1, plane.width >> 1]);
    else if (old && (event.key === "Delete" || event.key === "Backspace")) save(model, "position", null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  link.listen(({ kind }) => (kind === "map" || kind === "rgb" ? load() : undefined), signal);
  watch(model, ["colormap", "gamma", "boost", "signed"], recolour, signal);
  watch(model, ["title", "size", "interactive"], fit, signal);
  watch(model, ["position", "smooth"], paint, signal);
  mountLabel(model, canvas, "Map of one unit", signal);
  onResize(surface, paint, signal);
  onTheme(paint, signal);
  surface.addEventListener("pointermove", point, { signal });
  surface.addEventListener("pointerleave", () => point(null), { signal });
  surface.addEventListener("keydown", key, { signal });
  surface.addEventListener(
    "click",
    (event) => {
      pointer = event as PointerEvent;
      const at = cell();
      if (at && model.get("interactive")) choose(at);
    },
    { signal },
  );
  load();
}

const within = (x: number, size: number): number => Math.min(Math.max(x, 0), size - 1);

export default widget<MapViewTraits, Shared>({
  className: "dv-map",
  share(link) {
    const shared: Shared = { frame: null };
    link.listen((frame) => void (frame.kind === "map" || frame.kind === "rgb" ? (shared.frame = frame) : null));
    return shared;
  },
  mount,
});
