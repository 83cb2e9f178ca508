// The ribbon: the whole network as a row of blocks, each with its strongest units, live; lines to the selected unit.
import { useEffect, useRef, useState } from "preact/hooks";
import { matches, shapeText } from "../arithmetic/layer_words";
import { toneTable, STEPS } from "../arithmetic/colormap";
import { context, flush, pixels } from "../page/canvas";
import { save } from "../link/model";
import { take, type Frame } from "../link/protocol";
import type { LayerRow } from "../link/traits";
import type { BlockRow } from "./parts";
import { useScreen } from "./screen_context";

const TONE = toneTable({ colormap: "inferno", gamma: 0.5, boost: 0, signed: false });
const TILES = 3;
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
  useEffect(() => line.current?.querySelector(".dv-x-block[aria-current=true]")?.scrollIntoView({ block: "nearest", inline: "nearest" }), [selected]);
  useEffect(() => {
    if (open === null) return undefined;
    const life = new AbortController();
    const elsewhere = (event: Event): void => ((event.target as Element).closest(".dv-x-layers, .dv-x-block") ? undefined : setOpen(null));
    document.addEventListener("pointerdown", elsewhere, { signal: life.signal, capture: true });
    return () => life.abort();
  }, [open]);
  const close = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || (open === null && words === "")) return;
    event.stopPropagation();
    setOpen(null);
    setWords("");
    screen.root.focus({ preventScroll: true });
  };
  return (
    <div class="dv-x-ribbon" role="group" aria-label="Blocks of the network" onKeyDown={close}>
      <div class="dv-x-blocks" ref={line}>
        {blocks.map((block, index) => (
          <BlockColumn key={block.shown} block={block} index={index} frame={frame} current={index === selected} onOpen={() => setOpen(open === index ? null : index)} />
        ))}
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
      {(open !== null || words !== "") && (
        <LayerChoice beside={words === "" ? line.current?.querySelector(`[data-index="${open}"]`) : null} rows={words === "" ? rowsOf(ribbon.layers.value, blocks[open!]) : ribbon.layers.value.filter((row) => matches(row, words))} done={() => (setOpen(null), setWords(""))} />
      )}
    </div>
  );
}

const rowsOf = (rows: readonly LayerRow[], block: BlockRow | undefined): LayerRow[] => rows.filter(({ name }) => block?.layers.includes(name));

interface Column {
  readonly block: BlockRow;
  readonly index: number;
  readonly frame: Frame | null;
  readonly current: boolean;
  readonly onOpen: () => void;
}

function BlockColumn({ block, index, frame, current, onOpen }: Column) {
  const { model, state, ribbon } = useScreen();
  const canvas = useRef<HTMLCanvasElement>(null);
  const units = frame && take(frame, "units", "int32", 2);
  const values = frame && take(frame, "values", "uint8", 4);
  const row = ribbon.layers.value.find(({ name }) => name === block.shown);
  const first = ribbon.layers.value[0];
  const side = tileSide(row, first);
  useEffect(() => {
    if (values && canvas.current) paint(canvas.current, values.values, values.shape, index);
  }, [values, index]);
  const choose = (layer: string): void => save(model, "layer", layer);
  const shown = current && state.layer.value !== block.shown ? state.layer.value.split(".").pop() : "";
  const own = [...(units?.values.subarray(index * TILES, (index + 1) * TILES) ?? [])];
  const pick = (event: MouseEvent): void => {
    const at = canvas.current!.getBoundingClientRect();
    const unit = own[Math.floor(((event.clientY - at.top) / at.height) * TILES)] ?? -1;
    if (unit < 0) return;
    model.set("layer", block.shown);
    model.set("unit", unit);
    model.save_changes();
  };
  return (
    <div class="dv-x-block" aria-current={current} data-layer={block.shown} data-index={index}>
      <button type="button" class="dv-x-block-name" title={`${block.shown}${row ? `: ${shapeText(row.shape)}` : ""}. A second click lists its ${block.layers.length} layers.`}
        onClick={() => (current ? onOpen() : choose(block.shown))}>
        {block.title}
        {shown && <small>{shown}</small>}
      </button>
      <canvas ref={canvas} class="dv-x-block-tiles" style={{ width: `${side}px`, height: `${TILES * side + (TILES - 1) * 2}px` }} title="The strongest units; a click selects one" onClick={pick} />
    </div>
  );
}

/** Side of a block's tiles in css px: smaller where its maps are. */
function tileSide(row: LayerRow | undefined, first: LayerRow | undefined): number {
  const [side, most] = [row, first].map((one) => Math.max(1, ...(one?.shape.slice(1) ?? [1])));
  return Math.round(SMALLEST + ((LARGEST - SMALLEST) * Math.log2(1 + side!)) / Math.log2(1 + Math.max(most!, side!)));
}

function paint(canvas: HTMLCanvasElement, values: Uint8Array, [, , height = 1, width = 1]: readonly number[], index: number): void {
  const gap = 2;
  const made = pixels(TILES * height + (TILES - 1) * gap, width);
  for (let tile = 0; tile < TILES; tile++)
    for (let i = 0; i < height * width; i++) {
      const value = values[(index * TILES + tile) * height * width + i]!;
      made.words[tile * (height + gap) * width + i] = TONE[Math.round((value / 255) * (STEPS - 1))]!;
    }
  flush(made);
  canvas.height = made.canvas.height;
  canvas.width = width;
  context(canvas).drawImage(made.canvas, 0, 0);
}

/** From the strongest units of the block before to the selected block: as thick as what they give to the selected unit. */
function Lines({ selected }: { selected: number }) {
  const { ribbon, sizes } = useScreen();
  const [room, { layer, shares }] = [sizes.value, ribbon.inputs.value];
  const svg = useRef<SVGSVGElement>(null);
  const from = ribbon.blocks.value.findIndex(({ shown }) => shown === layer);
  useEffect(() => {
    const node = svg.current!;
    const ends = from === selected - 1 ? [from, selected].map((index) => node.parentElement?.querySelector(`[data-index="${index}"] canvas`)) : [];
    const [start, end] = ends.map((one) => one?.getBoundingClientRect());
    const at = node.getBoundingClientRect();
    if (!start || !end) return node.replaceChildren();
    const lines = shares.map((share, tile) => {
      const y = start.top - at.top + ((tile + 0.5) / TILES) * start.height;
      const line = document.createElementNS("http://www.w3.org/2000/svg", "line");
      const to = end.top - at.top + end.height / 2;
      for (const [name, value] of Object.entries({ x1: start.right - at.left, y1: y, x2: end.left - at.left, y2: to })) line.setAttribute(name, String(value));
      line.setAttribute("stroke-width", String(0.5 + 9 * share));
      line.append(title(`${(100 * share).toFixed(0)} % of what the unit gets`));
      return line;
    });
    node.replaceChildren(...lines);
  });
  return <svg ref={svg} class="dv-x-lines" aria-hidden="true" data-room={room.width} />;
}

function title(words: string): SVGTitleElement {
  const made = document.createElementNS("http://www.w3.org/2000/svg", "title");
  made.textContent = words;
  return made;
}

const CHOICE = 460; // css px, at most

function LayerChoice({ rows, done, beside }: { rows: readonly LayerRow[]; done: () => void; beside: Element | null | undefined }) {
  const { model, state, root, sizes } = useScreen();
  const offset = beside ? beside.getBoundingClientRect().left - root.getBoundingClientRect().left : Infinity;
  const left = Math.max(0, Math.min(offset, sizes.value.width - CHOICE - 24));
  const choose = (name: string) => (): void => {
    save(model, "layer", name);
    done();
    root.focus({ preventScroll: true });
  };
  return (
    <div class="dv-x-layers" role="listbox" aria-label="Layers of the network" style={{ left: `${left}px` }}>
      {rows.map(({ name, kind, shape, title: shown }) => (
        <button key={name} type="button" role="option" class="dv-x-layer" aria-selected={name === state.layer.value} data-layer={name} onClick={choose(name)}>
          <b>{shown}</b> <span>{kind}</span> <span>{shapeText(shape)}</span>
        </button>
      ))}
      {rows.length === 0 && <p class="dv-dim">No layer has this name.</p>}
    </div>
  );
}
