// The small pictures beside the rows of the sheet: maps and kernels as planes of bytes, and what units want to see.
import { span, steps, toneTable, type Tone } from "../../arithmetic/colormap";
import { colourPlane } from "../../arithmetic/pixels";
import { take, type Frame } from "../../link/protocol";

const [QMAX, BOTH] = [255, 2]; // planes of a row: its map, then its kernel

/** A plane (height, width) whose bytes 0 and 255 stand for `lo` and `hi`. */
export interface Plane {
  readonly values: Uint8Array;
  readonly height: number;
  readonly width: number;
  readonly lo: number;
  readonly hi: number;
}
export interface RowPlanes {
  readonly map: Plane;
  readonly kernel: Plane;
}
export interface Picture {
  readonly rgb: Uint8Array;
  readonly height: number;
  readonly width: number;
}

/** Map and kernel of each row of a "planes" frame. */
export function planesOf(frame: Frame | null): RowPlanes[] {
  const values = frame && take(frame, "values", "uint8", 1)?.values;
  const shapes = frame && take(frame, "shapes", "int32", 2)?.values;
  const ends = frame && take(frame, "ends", "float32", 2)?.values;
  if (!values || !shapes || !ends) return [];
  let next = 0;
  const planes = Array.from({ length: shapes.length / 2 }, (_, i): Plane => {
    const [height, width] = [shapes[2 * i]!, shapes[2 * i + 1]!];
    const own = values.subarray(next, (next += height * width));
    return { values: own, height, width, lo: ends[2 * i]!, hi: ends[2 * i + 1]! };
  });
  return Array.from({ length: Math.floor(planes.length / BOTH) }, (_, row) => ({ map: planes[BOTH * row]!, kernel: planes[BOTH * row + 1]! }));
}

/** What units want to see, by "layer:unit", of a "patterns" frame. */
export function patternsOf(frame: Frame | null): ReadonlyMap<string, Picture> {
  const found = frame && take(frame, "pictures", "uint8", 4);
  const units = frame?.meta["units"];
  if (!found || !Array.isArray(units)) return new Map();
  const [, height = 0, width = 0] = found.shape;
  const area = height * width * 3;
  return new Map(units.map(([layer, unit]: [string, number], i) => [keyOf(layer, unit), { rgb: found.values.subarray(i * area, (i + 1) * area), height, width }]));
}

export const keyOf = (layer: string, unit: number): string => `${layer}:${unit}`;

/** Red and blue round 0; as the grid shows maps; or grey, as a channel of a picture is seen. */
export type Look = "signed" | "lit" | "grey";
const TONES: Record<Look, Tone> = {
  signed: { colormap: "blue-red", gamma: 1, boost: 0, signed: true },
  lit: { colormap: "inferno", gamma: 0.5, boost: 0, signed: false },
  grey: { colormap: "gray", gamma: 1, boost: 0, signed: false },
};
const tables = new Map<Look, Uint32Array>();

function tableOf(look: Look): Uint32Array {
  const found = tables.get(look) ?? toneTable(TONES[look]);
  tables.set(look, found);
  return found;
}

/** How a map is coloured: that of a channel of the picture in grey, one with negative values round 0. */
export const lookOf = (map: Plane | undefined, channel: boolean): Look => (channel ? "grey" : map && map.lo < 0 ? "signed" : "lit");

/** Colours of a plane, a word for each cell. */
export function coloured({ values, height, width, lo, hi }: Plane, look: Look): Uint32Array {
  const words = new Uint32Array(height * width);
  const { signed } = TONES[look];
  const [start, slope] = steps(lo, hi, QMAX, span(lo, hi, signed), signed);
  colourPlane(words, 0, width, values, height, width, tableOf(look), start, slope);
  return words;
}
