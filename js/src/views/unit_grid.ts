// Every unit of a layer as a tile: a virtual, scrolled canvas that draws what is on screen and asks for what is missing.
import { Arrangement, QUIET_MS, type Wanted } from "../grid/arrangement";
import { hoverPublisher, subscribe } from "../link/bus";
import { sharpen } from "../page/canvas";
import { divergent, isDiverging, type Tone } from "../arithmetic/colormap";
import { element, setText } from "../page/dom";
import { onResize, painter } from "../page/animation_frame";
import { Glide } from "../grid/glide";
import { gridBar } from "../grid/grid_bar";
import { dot, ring, square, tag, values, type Board } from "../grid/grid_marks";
import { contain, TilePainter } from "../grid/tile_painter";
import { GridStore, type Sheet } from "../grid/grid_store";
import type { Move } from "../arithmetic/keys";
import { mountLabel } from "../link/label";
import type { Channel } from "../link/link";
import { save, watch, type Model } from "../link/model";
import { seen } from "../link/receptive_field";
import { decimal, join, place } from "../arithmetic/number_format";
import { onTheme, token } from "../page/theme";
import { corner, fitting, layout, rowsIn, scrollTo, slotAt, slotsOf, step, type Grid, type Rows } from "../arithmetic/tiles";
import type { UnitGridTraits } from "../link/traits";
import { unitCard } from "../grid/unit_card";
import { widget, type Definition, type View } from "../link/widget";

const TILE = 56; // until it is known how many there are
const VALUE_FROM = 40;
const NUMBER_FROM = 72;
const TAG_FROM = 28;
const THEME_MS = 300; // until a page that changes its theme is in sight again

export interface Shared {
  readonly store: GridStore;
  /** what each view shows; the kernel is asked for all of it */
  readonly visible: Map<object, Int32Array>;
}

function share(link: Channel, model: Model<UnitGridTraits>): Shared {
  const store = new GridStore();
  link.listen((frame) => void store.accept(frame, model.get("layer")));
  return { store, visible: new Map() };
}

/** How a grid is mounted: with its own bar of controls, or under the controls of whoever has it. */
interface Look {
  readonly bar: boolean;
}

function mount(view: View<UnitGridTraits, Shared>, look: Look): void {
  const { model, link, root, signal } = view;
  const { store, visible } = view.state;
  const canvas = element("canvas", { class: "dv-grid-canvas" });
  const content = element("div", { class: "dv-grid-content" }, canvas);
  const viewport = element("div", { class: "dv-grid-viewport", tabindex: 0, role: "listbox" }, content);
  const empty = element("div", { class: "dv-empty" });
  const readout = element("div", { class: "dv-readout" });
  const bar = gridBar(model, { find: reveal, sortAgain }, signal);
  root.append(...(look.bar ? [bar.node] : []), viewport, empty, readout);

  const tilePainter = new TilePainter();
  const arrangement = new Arrangement();
  const glide = new Glide(() => paint());
  let grid: Grid = layout(0, 1, TILE);
  let pointer: PointerEvent | null = null;
  let quiet: ReturnType<typeof setTimeout> | undefined;
  let asked = "";
  const paint = painter(draw, signal);
  const card = unitCard(model, link, root, signal);
  const hover = hoverPublisher(() => model.get("group"), signal);
  const wanted = (): Wanted => ({ layer: model.get("layer"), count: model.get("count"), sort: model.get("sort") });
  const fromZero = (): boolean => model.get("lit"); // what is lit shows activity; scores keep their whole range
  const nameOf = (unit: number): string => model.get("names")[unit] ?? `unit ${unit}`;
  const sheet = (): Sheet | null => store.sheet(model.get("mode"), model.get("layer"));

  function draw(): void {
    if (!viewport.hidden && viewport.clientWidth === 0) return; // out of sight, as for a moment when the theme changes
    arrange();
    const { clientHeight: height, clientWidth: width, scrollTop: top } = viewport;
    const range = slotsOf(grid, rowsIn(grid, top, height));
    const drawing = sharpen(canvas, height, width);
    Object.assign(canvas.style, { height: `${height}px`, width: `${width}px` });
    const style = getComputedStyle(root);
    drawing.font = `600 11px ${style.fontFamily}`;
    const missing = drawTiles(drawing, range, top);
    drawing.fillStyle = token(root, "--dv-placeholder");
    const board: Board = { drawing, grid, top, units: arrangement.units, names: model.get("names"), fromZero: fromZero() };
    for (const slot of missing) square(board, slot);
    decorate(board, range);
    describe();
    ask();
  }

  function arrange(): void {
    arrangement.update(wanted(), store.stats);
    const [count, height, width] = [model.get("count"), viewport.clientHeight, viewport.clientWidth];
    grid = layout(count, width, model.get("tile") || fitting(count, height, width));
    content.style.height = `${grid.height}px`;
    viewport.hidden = grid.count === 0;
    empty.hidden = grid.count !== 0;
    setText(empty, model.get("layer") ? "This layer has no units to show." : "Choose a layer to see its units.");
  }

  function tone(): Tone {
    const signed = model.get("mode") === "gradient" || isDiverging(model.get("colormap"));
    const colormap = signed ? divergent(model.get("colormap")) : model.get("colormap");
    return { colormap, gamma: model.get("gamma"), boost: model.get("boost"), signed };
  }

  function drawTiles(drawing: CanvasRenderingContext2D, range: Rows, top: number): number[] {
    const shown = sheet();
    if (!shown) return Array.from({ length: range.end - range.first }, (_, i) => range.first + i);
    const light = shown.picture && model.get("lit") ? (unit: number) => store.brightness(unit, model.get("layer")) : null;
    const all = { sheet: shown, arrangement, grid, range, tone: tone(), perUnit: model.get("scale") === "unit", light, glide, fromZero: fromZero() };
    return tilePainter.draw(drawing, all, top, window.devicePixelRatio);
  }

  function decorate(board: Board, range: Rows): void {
    const shown = sheet();
    const single = shown && !shown.picture && shown.height * shown.width === 1;
    board.drawing.textBaseline = "middle";
    if (single && grid.tile >= VALUE_FROM) values(board, range, shown, tone(), model.get("scale") === "unit");
    if (grid.tile >= NUMBER_FROM) for (let slot = range.first; slot < range.end; slot++) tag(board, slot);
    const hovered = slotOfPointer();
    const selected = arrangement.slots[model.get("unit")] ?? null;
    if (hovered !== null) ring(board, hovered, token(root, "--dv-hover"), 2);
    if (selected !== null) ring(board, selected, token(root, "--dv-brand"), 3);
    const position = model.get("position");
    if (selected !== null && Array.isArray(position) && shown && !shown.picture) dot(board, selected, shown, position);
    if (grid.tile >= TAG_FROM) for (const slot of [selected, hovered]) if (slot !== null) tag(board, slot);
  }

  function slotOfPointer(): number | null {
    if (!pointer) return null;
    const at = viewport.getBoundingClientRect();
    return slotAt(grid, pointer.clientY - at.top + viewport.scrollTop, pointer.clientX - at.left);
  }

  /** Where a tile is on the page. */
  function placeOf(slot: number): DOMRect {
    const at = viewport.getBoundingClientRect();
    const [top, left] = corner(grid, slot);
    return new DOMRect(at.left + left, at.top + top - viewport.scrollTop, grid.tile, grid.tile);
  }

  /** Row and column of a tile under the pointer. */
  function cellOfPointer(slot: number, shown: Sheet): readonly [number, number] | null {
    const at = viewport.getBoundingClientRect();
    const [y, x] = corner(grid, slot);
    const [height, width] = contain(shown.height, shown.width, grid.tile);
    const row = Math.floor(((pointer!.clientY - at.top + viewport.scrollTop - y - (grid.tile - height) / 2) / height) * shown.height);
    const col = Math.floor(((pointer!.clientX - at.left - x - (grid.tile - width) / 2) / width) * shown.width);
    return row >= 0 && col >= 0 && row < shown.height && col < shown.width ? [row, col] : null;
  }

  function describe(): void {
    const [unit, count] = [model.get("unit"), model.get("count")];
    const slot = arrangement.slots[unit];
    const rank = slot === undefined ? "" : model.get("sort") === "index" ? `unit ${unit}` : `unit ${unit}, rank ${slot + 1}`;
    bar.show(`${count} ${count === 1 ? "unit" : "units"}`, rank, arrangement.stale);
    root.dataset.layer = model.get("layer");
    root.dataset.unit = String(unit);
    root.dataset.seq = String(store.seq);
    const hovered = slotOfPointer();
    setText(readout, hovered === null ? "" : told(hovered));
  }

  function told(slot: number): string {
    const unit = arrangement.units[slot]!;
    const shown = sheet();
    const tile = shown?.tiles.get(unit);
    if (!shown || !tile) return join(nameOf(unit), "not here yet");
    if (shown.picture) return nameOf(unit);
    if (shown.height * shown.width === 1) return join(nameOf(unit), decimal(tile.hi));
    const cell = cellOfPointer(slot, shown);
    const q = cell ? tile.values[cell[0] * shown.width + cell[1]] : undefined;
    const value = cell && q !== undefined ? `${place(cell[0], cell[1])}: ${decimal(tile.lo + ((tile.hi - tile.lo) * q) / 255)}` : null;
    return join(nameOf(unit), `max ${decimal(tile.hi)}`, `mean ${decimal(tile.mean)}`, value);
  }

  function point(event: PointerEvent | null): void {
    pointer = event;
    const slot = slotOfPointer();
    const shown = sheet();
    const cell = slot !== null && shown ? cellOfPointer(slot, shown) : null;
    hover(cell && shown?.rows && shown.cols ? seen(shown.rows, shown.cols, ...cell) : null);
    const unit = slot === null || event?.buttons ? null : (arrangement.units[slot] ?? null);
    card(unit, unit === null ? null : placeOf(slot!));
    viewport.style.cursor = slot === null ? "" : "pointer";
    paint();
  }

  /** Asks for the units on screen and a row on either side, once per change. */
  function ask(): void {
    if (grid.count === 0 || viewport.clientHeight === 0) return;
    const { first, end } = slotsOf(grid, rowsIn(grid, viewport.scrollTop, viewport.clientHeight, 1));
    visible.set(root, arrangement.units.slice(first, end));
    const [layer, mode] = [model.get("layer"), model.get("mode")];
    // in order of their numbers: other slots for the same units are no news
    const units = Int32Array.from(new Set([...visible.values()].flatMap((some) => [...some]))).sort();
    const key = `${layer}/${mode}/${units.join()}`;
    if (key === asked) return;
    asked = key;
    link.request("visible", { layer, mode }, { units: { shape: [units.length], values: units } });
  }

  function select(slot: number): void {
    const unit = arrangement.units[slot];
    if (unit !== undefined) save(model, "unit", unit);
  }

  function reveal(unit: number): void {
    save(model, "unit", unit);
    show();
  }

  function show(): void {
    const slot = arrangement.slots[model.get("unit")];
    if (slot !== undefined) viewport.scrollTop = scrollTo(grid, slot, viewport.scrollTop, viewport.clientHeight);
    paint();
  }

  function sortAgain(): void {
    const before = arrangement.slots;
    arrangement.sort(wanted(), store.stats);
    glide.start(before, arrangement.slots);
    paint();
  }

  function sortWhenQuiet(): void {
    clearTimeout(quiet);
    if (!arrangement.stale) return;
    quiet = setTimeout(() => (pointer ? undefined : sortAgain()), QUIET_MS);
  }

  function key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || grid.count === 0) return;
    const page = Math.max(1, Math.floor(viewport.clientHeight / (grid.tile + grid.gap)));
    const to = step(grid, arrangement.slots[model.get("unit")] ?? 0, event.key, page);
    if (to === null) return;
    event.preventDefault();
    event.stopPropagation();
    select(to);
    show();
  }

  function move({ key, times }: Move): void {
    let slot = arrangement.slots[model.get("unit")] ?? 0;
    for (let i = 0; i < times; i++) slot = step(grid, slot, key, 1) ?? slot;
    if (grid.count > 0) select(slot);
    show();
  }

  link.listen(({ kind, meta }) => {
    if (kind === "ack") return;
    if (kind === "stats" || meta.order_stale === true) arrangement.age();
    sortWhenQuiet();
    paint();
  }, signal);
  watch(model, ["gamma", "boost", "scale", "colormap", "count", "position", "names"], paint, signal);
  watch(model, ["layer"], () => ((viewport.scrollTop = 0), paint()), signal);
  watch(model, ["mode"], () => ((asked = ""), paint()), signal);
  watch(model, ["unit", "tile", "sort"], () => (paint(), requestAnimationFrame(show)), signal);
  mountLabel(model, viewport, "Units of the layer; arrow keys choose one", signal);
  subscribe(model.get("group"), "move", move, signal);
  onResize(viewport, paint, signal);
  onTheme(() => (paint(), setTimeout(paint, THEME_MS)), signal);
  viewport.addEventListener("scroll", () => (card(null, null), paint()), { signal, passive: true });
  viewport.addEventListener("pointermove", point, { signal });
  viewport.addEventListener("pointerleave", () => (point(null), sortWhenQuiet()), { signal });
  viewport.addEventListener("keydown", key, { signal });
  viewport.addEventListener(
    "click",
    (event) => {
      pointer = event as PointerEvent;
      const slot = slotOfPointer();
      if (slot !== null) select(slot);
    },
    { signal },
  );
  signal.addEventListener("abort", () => (clearTimeout(quiet), glide.stop(), visible.delete(root)));
  paint();
}

/** A grid without controls of its own. */
export const bareGrid: Definition<UnitGridTraits, Shared> = { className: "dv-grid", share, mount: (view) => mount(view, { bar: false }) };

export default widget<UnitGridTraits, Shared>({ className: "dv-grid", share, mount: (view) => mount(view, { bar: true }) });
