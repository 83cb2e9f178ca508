// A map as a canvas: its colours alone, or over its picture as the stage draws them.
import { steps, toneTable } from "../arithmetic/colormap";
import { colourPlane } from "../arithmetic/pixels";
import { flush, pixels } from "../page/canvas";
import { Scene } from "../picture/scene";
import type { MapPart } from "./parts";
import type { Shown } from "./store";

export type Look = Pick<MapPart, "colormap" | "signed" | "fine" | "ends" | "opacity">;

/** Whole numbers between `lo` and `hi`, as uint16 (rows, cols). */
export interface Plane {
  readonly values: Uint16Array<ArrayBuffer>;
  readonly shape: readonly [rows: number, cols: number];
  readonly lo: number;
  readonly hi: number;
}
const MOST = 65535;

/** The value at a cell. */
export const valueAt = ({ values, shape, lo, hi }: Plane, row: number, col: number): number => lo + ((hi - lo) * (values[row * shape[1] + col] ?? 0)) / MOST;

/** Numbers as a plane of whole ones. */
export function planeOf(numbers: Float32Array, shape: readonly [number, number]): Plane {
  const [lo, hi] = numbers.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity] as [number, number]);
  const span = hi > lo ? hi - lo : 1;
  return { values: Uint16Array.from(numbers, (value) => Math.round(((value - lo) / span) * MOST)), shape, lo, hi };
}

/** The map in its colours, over the picture where there is one. */
export function coloured(plane: Plane, below: Shown | null, look: Look): HTMLCanvasElement | null {
  return below ? over(plane, below, look) : alone(plane, look);
}

function alone({ values, shape: [rows, cols], lo, hi }: Plane, { colormap, signed, ends }: Look): HTMLCanvasElement {
  const image = pixels(rows, cols);
  const [start, slope] = steps(lo, hi, MOST, ends, signed);
  colourPlane(image.words, 0, cols, values, rows, cols, toneTable({ colormap, gamma: 1, boost: 0, signed }), start, slope);
  flush(image);
  return image.canvas;
}

function over({ values, shape, lo, hi }: Plane, below: Shown, { colormap, signed, fine, ends, opacity }: Look): HTMLCanvasElement | null {
  const scene = new Scene();
  const { height, width, rgb } = below;
  scene.setPicture({ kind: "picture", seq: 0, meta: {}, arrays: { picture: { shape: [height, width, 3], values: rgb } } });
  scene.setOverlay({ kind: "overlay", seq: 0, meta: { lo, hi, signed, fine, ends: [...ends], title: "" }, arrays: { values: { shape: [...shape], values } } });
  scene.colour(colormap);
  return scene.compose(null, opacity);
}
