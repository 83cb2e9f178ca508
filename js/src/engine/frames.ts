// Frames as the kernel's panes push them: live_panes.py and frames.py hold the same.
import { pack, type Arrays, type Message, type Meta } from "../link/protocol";
import type { LayerFacts, Span } from "./facts";
import { endsOf, extremes, fitted, mapOf, quantise, reduced, strongest, strongestUnits, type Extremes, type Maps } from "./maps";

export type Packed = readonly [message: Message, buffers: ArrayBuffer[]];
const [RIBBON, SIDE] = [3, 24]; // units of a block in the ribbon, and px of their maps

/** One unit of a layer as it is shown. */
export interface UnitShown {
  readonly unit: number;
  /** (row, col), or null: the strongest */
  readonly position: readonly [row: number, col: number] | null;
}

export function statsFrame(layer: LayerFacts, all: Extremes, seq: number): Packed {
  return pack("grid/stats", seq, { layer: layer.name }, { lo: line(all.lo), hi: line(all.hi), mean: line(all.mean) });
}

/** Each tile between its own extremes; `units` null: all. */
export function tilesFrame(layer: LayerFacts, maps: Maps, all: Extremes, units: Int32Array | null, longest: number, seq: number): Packed {
  const small = reduced(maps, units, longest);
  const numbers = units ?? Int32Array.from({ length: maps.count }, (_, unit) => unit);
  const values = new Uint8Array(small.values.length);
  const { lo, hi } = extremes(small);
  const area = small.height * small.width;
  for (let i = 0; i < small.count; i++) quantise(mapOf(small, i), lo[i]!, hi[i]!, 255, values.subarray(i * area, (i + 1) * area));
  const meta = { layer: layer.name, all: units === null, lo: least(all.lo), hi: most(all.hi), shape: [maps.height, maps.width] };
  const arrays = {
    units: line(numbers),
    values: { shape: [small.count, small.height, small.width], values },
    lo: line(lo),
    hi: line(hi),
    mean: line(Float32Array.from(numbers, (unit) => all.mean[unit]!)),
  };
  return pack("grid/tiles", seq, meta, { ...arrays, ...spans(layer, small.height, small.width) });
}

export function mapFrame(layer: LayerFacts, maps: Maps, shown: UnitShown): Packed {
  const map = mapOf(maps, shown.unit);
  const { lo, hi } = endsOf(map);
  const low = lo === hi ? Math.min(lo, 0) : lo; // one value says something by its distance from 0 alone
  const values = new Uint16Array(map.length);
  quantise(map, low, hi, 65535, values);
  const arrays = { values: { shape: [maps.height, maps.width], values }, ...spans(layer, maps.height, maps.width) };
  return pack("unit/map", 0, { lo: low, hi, lines: statistics(maps, shown) }, arrays);
}

/** The position shown: the one asked for, or the strongest. */
export function positionOf(maps: Maps, { unit, position }: UnitShown): readonly [row: number, col: number] {
  if (position) return position;
  const at = strongest(mapOf(maps, unit));
  return [Math.floor(at / maps.width), at % maps.width];
}

/** The picture's part that a position sees, as a box to mark; none where that is all of it. */
export function fieldOf(layer: LayerFacts, maps: Maps, shown: UnitShown): Meta[] {
  if (layer.whole) return [];
  const [row, col] = positionOf(maps, shown);
  const [top, left] = [layer.rows[0][row]!, layer.cols[0][col]!];
  return [{ box: [top, left, layer.rows[1][row]! - top + 1, layer.cols[1][col]! - left + 1], kind: "field", label: `${layer.name}:${shown.unit}` }];
}

function statistics(maps: Maps, shown: UnitShown): string[] {
  const map = mapOf(maps, shown.unit);
  const { lo, hi, sum } = endsOf(map);
  const numbers = `max ${brief(hi)} · mean ${brief(sum / map.length)} · min ${brief(lo)}`;
  if (map.length === 1) return [numbers];
  const active = map.reduce((count, value) => count + Number(value > 0), 0) / map.length;
  return [numbers, `${Math.round(100 * active)}% of ${maps.height}×${maps.width} above 0 · shown at (${positionOf(maps, shown).join(", ")})`];
}

export function barsFrame(values: Float32Array, top: number, chosen: number, ranking: number, seq: number): Packed {
  return pack("bars/values", seq, { top, chosen, ranking }, { values: line(values.slice()) });
}

/** A class map over the picture; signed where something speaks against the class. */
export function overlayFrame(map: Maps, title: string, seq: number): Packed {
  const { lo, hi } = endsOf(map.values);
  const values = new Uint8Array(map.values.length);
  quantise(map.values, lo, hi, 255, values);
  const far = Math.max(Math.abs(lo), Math.abs(hi));
  const meta = { lo, hi, signed: lo < 0, title, ends: lo < 0 ? [-far, far] : [lo, hi], fine: false };
  return pack("stage/overlay", seq, meta, { values: { shape: [map.height, map.width], values } });
}

export const noOverlay = (seq: number): Packed => pack("stage/overlay", seq, { title: "" }, { values: { shape: [0, 0], values: new Uint8Array() } });

/** The strongest units of each block, each block between 0 and its maximum; those that lack are unit -1. */
export function ribbonFrame(blocks: readonly Maps[], seq: number): Packed {
  const units = new Int32Array(blocks.length * RIBBON).fill(-1);
  const values = new Uint8Array(blocks.length * RIBBON * SIDE * SIDE);
  blocks.forEach((maps, place) => {
    const chosen = strongestUnits(extremes(maps).hi, RIBBON);
    const small = fitted(maps, chosen, SIDE);
    units.set(chosen, place * RIBBON);
    const from = place * RIBBON * SIDE * SIDE;
    quantise(small.values, 0, endsOf(small.values).hi, 255, values.subarray(from, from + small.values.length));
  });
  return pack("ribbon/tiles", seq, {}, { units: { shape: [blocks.length, RIBBON], values: units }, values: { shape: [blocks.length, RIBBON, SIDE, SIDE], values } });
}

/** Several frames as one message, so that all is drawn at once. */
export function together(frames: readonly Packed[]): Packed {
  const heads = frames.map(([message]) => message);
  return [{ kind: "together", seq: 0, meta: { frames: heads }, arrays: [] }, frames.flatMap(([, buffers]) => buffers)];
}

function spans(layer: LayerFacts, height: number, width: number): Arrays {
  return { rows: grouped(layer.rows, height), cols: grouped(layer.cols, width) };
}

/** First and last row (column) of the picture that each row (column) of a map sees, which may have been reduced. */
function grouped([first, last]: Span, length: number): Arrays[string] {
  const factor = Math.ceil(first.length / length);
  const values = new Int32Array(2 * length);
  for (let i = 0; i < length; i++) {
    values[2 * i] = first[i * factor]!;
    values[2 * i + 1] = last[Math.min((i + 1) * factor, first.length) - 1]!;
  }
  return { shape: [length, 2], values };
}

/** Three significant digits, as Python's .3g. */
const brief = (x: number): string => String(Number(x.toPrecision(3)));
const line = (values: Float32Array | Int32Array): Arrays[string] => ({ shape: [values.length], values: values as Float32Array<ArrayBuffer> });
const least = (values: Float32Array): number => values.reduce((a, b) => Math.min(a, b));
const most = (values: Float32Array): number => values.reduce((a, b) => Math.max(a, b));
