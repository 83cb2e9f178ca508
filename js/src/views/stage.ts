// The picture stage: the picture as the network sees it, the occluder, an overlay and marked boxes.
import { subscribe } from "../link/bus";
import { cursor, strongest, type Box, type Point, type Size } from "../arithmetic/box";
import { sharpen } from "../page/canvas";
import { element, setText } from "../page/dom";
import { acceptFiles } from "../page/files";
import { onResize, painter } from "../page/animation_frame";
import { isPlain } from "../link/key_shield";
import { mountLabel } from "../link/label";
import { legend } from "../page/legend";
import { Lasso } from "../picture/lasso";
import { frame, hand, mark, marked, outlined, type Marks } from "../picture/marks";
import { complain, save, watch } from "../link/model";
import { Occluder } from "../picture/occluder";
import { decimal, join, place, rgb } from "../arithmetic/number_format";
import { Scene } from "../picture/scene";
import { onTheme } from "../page/theme";
import type { Place, StageTraits } from "../link/traits";
import { widget, type Definition, type View } from "../link/widget";

/** From this many screen px per picture pixel on, pixels are shown as squares. */
const SQUARES_FROM = 3;
const IDLE = "Drag, or press p, to cover a part of it";
/** ms between two texts about a rectangle that is being moved: laying out text takes longer than drawing all of it */
const READABLE_MS = 100;
/** The key that places the rectangle, here and in the table of the Explorer's keys. */
const PLACE = "p";

function mount({ model, link, root, signal }: View<StageTraits, null>): void {
  const canvas = element("canvas", { class: "dv-stage-canvas", role: "img" });
  const empty = element("div", { class: "dv-empty" }, "No picture yet. Paste one or drop a file here.");
  const surface = element("div", { class: "dv-stage-surface" }, canvas, empty);
  const readout = element("div", { class: "dv-readout" });
  const said = element("div", { class: "dv-said", role: "status" });
  const bar = legend();
  root.tabIndex = 0;
  root.setAttribute("role", "group");
  root.setAttribute("aria-keyshortcuts", PLACE);
  root.append(surface, readout, said, bar.node);

  const scene = new Scene();
  let hover: Box | null = null;
  let ghost: Box | null = null;
  let pointer: PointerEvent | null = null;
  let described = -Infinity;
  const size = (): Size | null => scene.size;
  const paint = painter(draw, signal);
  const occluder = new Occluder({ surface, size, mayDraw: () => model.get("draw_occluder"), changed, say: (words) => setText(said, words) }, signal);

  const lasso = new Lasso({ surface, wanted: () => model.get("outlining") === true, point: (event) => occluder.point(event), drawn: paint, closed }, signal);

  function closed(outline: Point[]): void {
    save(model, "place", outline);
    model.set("outlining", false);
  }

  function changed(box: Box | null, final: boolean): void {
    link.request("occluder", { box: box && [...box], final });
    if (final) save(model, "occluder", box);
    if (!box && surface.contains(document.activeElement)) root.focus({ preventScroll: true });
    paint();
  }

  /** Covers what the map on the picture is strongest at, a quarter of the picture wide. */
  function cover(): void {
    const map = model.get("overlay") ? (scene.overlay?.values ?? null) : null;
    occluder.take((of) => strongest(map, Math.round(Math.min(...of) / 4), of));
  }

  function fit(): void {
    const [height, width] = scene.size ?? [1, 1];
    const scale = model.get("zoom") / Math.max(height, width);
    surface.style.width = `${Math.round(width * scale)}px`;
    surface.style.aspectRatio = `${width} / ${height}`;
    empty.hidden = scene.size !== null;
    paint();
  }

  function draw(): void {
    const { clientHeight: height, clientWidth: width } = surface;
    const drawing = sharpen(canvas, height, width);
    const composed = scene.compose(ghost ?? occluder.box, model.get("overlay") ? model.get("opacity") : 0);
    occluder.place();
    root.dataset.occluder = JSON.stringify(occluder.box);
    describe();
    if (!composed || !scene.size) return;
    const scale = width / scene.size[1];
    drawing.imageSmoothingEnabled = scale * window.devicePixelRatio < SQUARES_FROM;
    // "high" takes a page without a GPU longer than the rest of a drag's frame, and is seen where a picture is made smaller
    drawing.imageSmoothingQuality = occluder.dragging && scale >= 1 ? "low" : "high";
    drawing.drawImage(composed, 0, 0, width, height);
    const marks: Marks = { drawing, scale, height, width, font: getComputedStyle(root).fontFamily };
    marked(marks, model.get("boxes").filter(({ kind }) => kind !== "field" || model.get("fields")));
    if (ghost) hand(marks, ghost);
    else if (occluder.box) frame(marks, occluder.box);
    if (hover) mark(marks, hover, "hover");
    const place = lasso.outline.length > 1 ? lasso.outline : model.get("place");
    if (place) outlined(marks, corners(place));
  }

  function describe(): void {
    const now = performance.now();
    if (occluder.dragging && now - described < READABLE_MS) return;
    described = now;
    const box = occluder.box;
    const covered = box && `${model.get("box_says")} ${box[2]}×${box[3]} at row ${box[0]}, col ${box[1]}`;
    setText(readout, pointed() ?? covered ?? (scene.size && model.get("draw_occluder") ? IDLE : " "));
  }

  function pointed(): string | null {
    if (!pointer || !scene.size || !scene.rgb) return null;
    const [row, col] = occluder.point(pointer).map(Math.floor) as [number, number];
    if (row < 0 || col < 0 || row >= scene.size[0] || col >= scene.size[1]) return null;
    const value = model.get("overlay") ? scene.overlayAt(row, col) : null;
    const shown = value === null ? scene.labelAt(row, col) : `${scene.overlay?.title || "overlay"} ${decimal(value)}`;
    return join(place(row, col), rgb(scene.rgb, scene.size[1], row, col), shown);
  }

  function recolour(): void {
    const shown = model.get("overlay") ? scene.overlay : null;
    if (shown) {
      scene.colour(model.get("colormap"));
      bar.show(model.get("colormap"), shown.ends, shown.title, shown.fine ? "Colours end at the 99th percentile" : "");
    } else bar.hide();
    paint();
  }

  function load(kind: "picture" | "overlay" | "labels"): void {
    const frame = link.last(kind);
    if (!frame) return;
    if (kind === "picture") scene.setPicture(frame);
    else if (kind === "overlay") scene.setOverlay(frame);
    else scene.setLabels(frame);
    fit();
    recolour();
  }

  link.listen(({ kind, seq }) => {
    if (kind === "ack") root.dataset.seq = String(seq);
    if (kind === "picture" || kind === "overlay" || kind === "labels") load(kind);
  }, signal);
  const adopt = (): void => {
    occluder.adopt(model.get("occluder"));
    paint();
  };
  watch(model, ["occluder"], adopt, signal);
  watch(model, ["opacity", "boxes", "fields", "draw_occluder", "place"], paint, signal);
  watch(model, ["overlay", "colormap"], recolour, signal);
  watch(model, ["zoom"], fit, signal);
  for (const part of [canvas, root]) mountLabel(model, part, "The picture as the network sees it", signal);
  subscribe(model.get("group"), "hover-box", (box) => ((hover = box), paint()), signal);
  subscribe(model.get("group"), "ghost", (box) => ((ghost = box), paint()), signal);
  subscribe(model.get("group"), "occlude", cover, signal);
  onResize(surface, paint, signal);
  onTheme(paint, signal);

  const point = (event: PointerEvent | null) => ((pointer = event), paint());
  surface.addEventListener("pointermove", point, { signal });
  surface.addEventListener("pointerleave", () => point(null), { signal });
  surface.addEventListener("mousedown", (event) => event.preventDefault(), { signal }); // focus is set below, not by the browser
  surface.addEventListener("pointerdown", () => occluder.held || root.focus({ preventScroll: true }), { signal });
  root.addEventListener("keydown", (event) => onKey(event, occluder, cover), { signal });
  const deliver = (name: string, bytes: Uint8Array<ArrayBuffer>): void => {
    link.post("file", { name }, { bytes: { shape: [bytes.length], values: bytes } });
  };
  acceptFiles({ target: root, deliver, refuse: (sentence) => complain(model, sentence) }, signal);

  root.dataset.seq = "0";
  surface.style.cursor = cursor(null);
  adopt();
  load("picture");
  load("overlay");
  load("labels");
  fit();
}

/** The border of a place: itself, or the corners of a box. */
function corners(place: Place): readonly Point[] {
  const [top, left, height, width] = place as Box;
  if (typeof top !== "number") return place as readonly Point[];
  return [[top, left], [top, left + width], [top + height, left + width], [top + height, left]];
}

function onKey(event: KeyboardEvent, occluder: Occluder, cover: () => void): void {
  const places = event.key === PLACE && isPlain(event);
  if (places) cover();
  else if ((event.key !== "Delete" && event.key !== "Backspace") || !occluder.clear()) return;
  event.preventDefault();
  event.stopPropagation();
}

export const stage: Definition<StageTraits, null> = { className: "dv-stage", share: () => null, mount };

export default widget(stage);
