// The ribbon: the whole network as a row of blocks, each with its strongest units, live; lines to the selected unit.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { matches, shapeText } from "../arithmetic/layer_words";
import { toneTable, STEPS } from "../arithmetic/colormap";
import { flush, resized, sharpen, type Pixels } from "../page/canvas";
import { save } from "../link/model";
import { take, type Frame } from "../link/protocol";
import type { LayerRow } from "../link/traits";
import type { BlockRow } from "./parts";
import { useScreen } from "./screen_context";

const TONE = toneTable({ colormap: "inferno", gamma: 0.5, boost: 0, signed: false });
const TILES = 3;
const GAP = 2; // css px between two of them
const columnHeight = (side: number): number => TILES * side + (TILES - 1) * GAP;
type Scratch = { current: Pixels | null };
const ROOMY = 72; // css px of the Explorer for each block, so that its whole name has room
const [LARGEST, SMALLEST] = [28, 18]; // css px of the first block's tiles and of those of the smallest maps

export function Ribbon() {
  const screen = useScreen();
  const { ribbon, state } = screen;
  const [open, setOpen] = useState<number | null>(null);
  const [words, setWords] = useState("");
  const frame = screen.frame("ribbon", "tiles").value;
  const blocks = ribbon.blocks.value;
  const selected = blocks.findIndex(({ layers }) => layers.includes(state.layer.value));
  const line = useRef<HTMLDivElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const scratch = useRef<Pixels | null>(null);
  const { width, ribbon: height } = screen.sizes.value;
  const narrow = width < ROOMY * blocks.length;
  const listed = open !== null || words !== "";
  const rows = words === "" ? rowsOf(ribbon.layers.value, blocks[open ?? -1]) : ribbon.layers.value.filter((row) => matches(row, words));
  useEffect(() => show(line.current, ".dv-x-block[aria-current=true]"), [selected, blocks]);
  useLayoutEffect(() => paint(canvas.current!, line.current!, scratch, frame), [frame, blocks, ribbon.layers.value, width, height]);
  const done = (): void => {
    setOpen(null);
    setWords("");
  };
  useEffect(() => {
    if (!listed) return undefined;
    const life = new AbortController();
    const elsewhere = (event: Event): void => (event.composedPath().includes(box.current!) ? undefined : done());
    document.addEventListener("pointerdown", elsewhere, { signal: life.signal, capture: true });
    return () => life.abort();
  }, [listed]);
  const choose = (name: string): void => {
    save(screen.model, "layer", name);
    done();
    screen.root.focus({ preventScroll: true });
  };
  const press = (index: number): void => {
    if (index === selected) return setOpen(open === index ? null : index);
    save(screen.model, "layer", blocks[index]!.shown);
    done();
  };
  const key = (event: KeyboardEvent): void => {
    if (!listed) return;
    if (event.key === "Enter" && words !== "" && event.target instanceof HTMLInputElement && rows[0]) return choose(rows[0].name);
    if (event.key !== "Escape") return;
    event.stopPropagation();
    done();
    screen.root.focus({ preventScroll: true });
  };
  return (
    <div ref={box} class="dv-x-ribbon" role="group" aria-label="Blocks of the network" onKeyDown={key}>
      <div class="dv-x-blocks" ref={line}>
        {blocks.map((block, index) => (
          <BlockColumn key={block.shown} block={block} index={index} frame={frame} narrow={narrow} current={index === selected} open={index === open} onPress={() => press(index)} />
        ))}
        <canvas ref={canvas} class="dv-x-ribbon-tiles" aria-hidden="true" />
        <Lines selected={selected} />
      </div>
      <input
        type="search"
        class="dv-x-filter"
        placeholder="layer (/)"
        aria-label="Find a layer by its name"
        value={words}
        onInput={(event) => setWords(event.currentTarget.value)}
      />
      {listed && <LayerChoice beside={words === "" ? line.current?.querySelector(`[data-index="${open}"]`) : null} rows={rows} choose={choose} />}
    </div>
  );
}

const rowsOf = (rows: readonly LayerRow[], block: BlockRow | undefined): LayerRow[] => rows.filter(({ name }) => block?.layers.includes(name));

/** Scrolls a row to what it holds, and nothing around it. */
function show(row: HTMLElement | null, what: string): void {
  const [inside, outside] = [row?.querySelector(what)?.getBoundingClientRect(), row?.getBoundingClientRect()];
  if (!row || !inside || !outside) return;
  row.scrollLeft += Math.min(0, inside.left - outside.left) + Math.max(0, inside.right - outside.right);
}

interface Column {
  readonly block: BlockRow;
  readonly index: number;
  readonly frame: Frame | null;
  readonly narrow: boolean;
  readonly current: boolean;
  readonly open: boolean;
  readonly onPress: () => void;
}

function BlockColumn({ block, index, frame, narrow, current, open, onPress }: Column) {
  const { model, state, ribbon } = useScreen();
  const tiles = useRef<HTMLDivElement>(null);
  const row = ribbon.layers.value.find(({ name }) => name === block.shown);
  const first = ribbon.layers.value[0];
  const side = tileSide(row, first);
  const shown = current && state.layer.value !== block.shown ? state.layer.value.split(".").pop() : "";
  const name = narrow ? block.title.replace(/^.*[ _]/, "") : block.title;
  const pick = (event: MouseEvent): void => {
    const units = frame && take(frame, "units", "int32", 2);
    const at = tiles.current!.getBoundingClientRect();
    const unit = units?.values.subarray(index * TILES, (index + 1) * TILES)[Math.floor(((event.clientY - at.top) / at.height) * TILES)] ?? -1;
    if (unit < 0) return;
    model.set("layer", block.shown);
    model.set("unit", unit);
    model.save_changes();
  };
  return (
    <div class="dv-x-block" aria-current={current} data-layer={block.shown} data-index={index}>
      <button type="button" class={/^[a-z]+$/i.test(name) ? "dv-x-block-name dv-x-word" : "dv-x-block-name"} title={`${block.shown}${row ? `: ${shapeText(row.shape)}` : ""}. A second click lists its ${block.layers.length} layers.`}
        aria-expanded={current ? open : undefined} onClick={onPress}>
        <bdi>
          {name}
          {shown && <small>{shown}</small>}
        </bdi>
      </button>
      <div ref={tiles} class="dv-x-block-tiles" style={{ width: `${side}px`, height: `${columnHeight(side)}px` }} title="The strongest units; a click selects one" onClick={pick} />
    </div>
  );
}

/** Side of a block's tiles in css px: smaller where its maps are. */
function tileSide(row: LayerRow | undefined, first: LayerRow | undefined): number {
  const [side, most] = [row, first].map((one) => Math.max(1, ...(one?.shape.slice(1) ?? [1])));
  return Math.round(SMALLEST + ((LARGEST - SMALLEST) * Math.log2(1 + side!)) / Math.log2(1 + Math.max(most!, side!)));
}

/** Draws the tiles of all blocks, each where its column has room for them: a page composes one canvas sooner than twenty. */
function paint(canvas: HTMLCanvasElement, row: HTMLElement, scratch: Scratch, frame: Frame | null): void {
  const found = frame && take(frame, "values", "uint8", 4);
  const places = [...row.querySelectorAll<HTMLElement>(".dv-x-block-tiles")];
  const last = places.at(-1)?.parentElement;
  if (!found || !last) return;
  const [, , height = 1, width = 1] = found.shape;
  const wide = last.offsetLeft + last.offsetWidth;
  canvas.style.width = `${wide}px`;
  const drawing = sharpen(canvas, row.clientHeight, wide);
  const made = (scratch.current = resized(scratch.current, places.length * TILES * height, width));
  for (const at of made.words.keys()) made.words[at] = TONE[Math.round(((found.values[at] ?? 0) / 255) * (STEPS - 1))]!;
  flush(made);
  places.forEach((place, index) => {
    const { offsetWidth: side, offsetHeight: high } = place;
    const scale = Math.min(1, high / columnHeight(side));
    const [left, size] = [place.parentElement!.offsetLeft + place.offsetLeft + (side - scale * side) / 2, scale * side];
    for (let tile = 0; tile < TILES; tile++)
      drawing.drawImage(made.canvas, 0, (index * TILES + tile) * height, width, height, left, place.offsetTop + tile * (size + GAP), size, size);
  });
}

/** From the strongest units of the block before to the selected block: as thick as what they give to the selected unit. */
function Lines({ selected }: { selected: number }) {
  const { ribbon, sizes } = useScreen();
  const svg = useRef<SVGSVGElement>(null);
  const { layer, shares } = ribbon.inputs.value;
  const { width, ribbon: height } = sizes.value;
  const from = ribbon.blocks.value.findIndex(({ shown }) => shown === layer);
  useEffect(() => {
    const node = svg.current!;
    const ends = from === selected - 1 ? [from, selected].map((index) => node.parentElement?.querySelector(`[data-index="${index}"] .dv-x-block-tiles`)) : [];
    const [start, end] = ends.map((one) => one?.getBoundingClientRect());
    const at = node.getBoundingClientRect();
    if (!start || !end) return node.replaceChildren();
    const lines = shares.map((share, tile) => {
      const y = start.top - at.top + ((tile + 0.5) / TILES) * start.height;
      const line = document.createElementNS("http://www.w3.org/2000/svg", "line");
      const to = end.top - at.top + end.height / 2;
      for (const [name, value] of Object.entries({ x1: start.right - at.left, y1: y, x2: end.left - at.left, y2: to })) line.setAttribute(name, String(value));
      line.setAttribute("stroke-width", String(0.5 + 9 * share));
      return line;
    });
    node.replaceChildren(...lines);
  }, [ribbon.inputs.value, ribbon.blocks.value, ribbon.layers.value, from, selected, width, height]);
  return <svg ref={svg} class="dv-x-lines" aria-hidden="true" />;
}

const CHOICE = 460; // css px, at most

function LayerChoice({ rows, choose, beside }: { rows: readonly LayerRow[]; choose: (name: string) => void; beside: Element | null | undefined }) {
  const { state, root, sizes } = useScreen();
  const offset = beside ? beside.getBoundingClientRect().left - root.getBoundingClientRect().left : Infinity;
  const left = Math.max(0, Math.min(offset, sizes.value.width - CHOICE - 24));
  return (
    <div class="dv-x-layers" role="listbox" aria-label="Layers of the network" style={{ left: `${left}px` }}>
      {rows.map(({ name, kind, shape, title: shown }) => (
        <button key={name} type="button" role="option" class="dv-x-layer" aria-selected={name === state.layer.value} data-layer={name} onClick={() => choose(name)}>
          <b>{shown}</b> <span>{kind}</span> <span>{shapeText(shape)}</span>
        </button>
      ))}
      {rows.length === 0 && <p class="dv-dim">No layer has this name.</p>}
    </div>
  );
}
