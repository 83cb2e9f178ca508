// Values to colours: scale, boost and gamma, then a table of 256 colours shared with Python.
import tables from "../../../deepvis_widgets/core/picture/colormaps.json";

export type ColormapName = keyof typeof tables;

export interface Tone {
  readonly colormap: ColormapName;
  readonly gamma: number;
  readonly boost: number;
  readonly signed: boolean;
}

/** Entries of a tone table; odd, so that a signed table has an entry for exactly 0. */
export const STEPS = 1025;

export const isDiverging = (name: string): boolean => name === "blue-red" || name === "green-red";

/** Colour map of signed values: the chosen one when it is diverging, else blue-red. */
export const divergent = (name: ColormapName): ColormapName => (isDiverging(name) ? name : "blue-red");

const known = (name: string): ColormapName => (Object.hasOwn(tables, name) ? (name as ColormapName) : "gray");

/** Colours of a map as [r, g, b] from 0 to 255. */
export const colours = (name: string): readonly (readonly number[])[] => tables[known(name)];

/** A colour as one little-endian RGBA word. */
export const word = (r: number, g: number, b: number): number => ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;

/** t in 0..1 after boost (saturates from above, 1: all but 0) and gamma. */
export function tone(t: number, gamma: number, boost: number): number {
  if (!(t > 0)) return 0;
  if (boost >= 1) return 1;
  return Math.min(1, t / (1 - Math.max(0, boost))) ** gamma;
}

/** Range that the colours span: as given, or symmetric around 0. */
export function span(lo: number, hi: number, signed: boolean): readonly [lo: number, hi: number] {
  if (!signed) return [lo, hi];
  const most = Math.max(Math.abs(lo), Math.abs(hi));
  return [-most, most];
}

/** RGBA word of every step: t from 0 to 1, or from -1 to 1 for signed maps. */
export function toneTable({ colormap, gamma, boost, signed }: Tone): Uint32Array {
  const rgb = colours(colormap);
  return Uint32Array.from({ length: STEPS }, (_, i) => {
    const t = i / (STEPS - 1);
    const shown = signed ? signedTone(2 * t - 1, gamma, boost) : tone(t, gamma, boost);
    const [r = 0, g = 0, b = 0] = rgb[Math.round(shown * 255)] ?? [];
    return word(r, g, b);
  });
}

const FAINT = 0.12;

/** The same table with opacity that grows with the value's distance from nothing (the middle of a signed table, else its start). */
export function translucent(table: Uint32Array, signed: boolean): Uint32Array {
  return table.map((colour, i) => {
    const t = i / (STEPS - 1);
    const strength = signed ? Math.abs(2 * t - 1) : t;
    const alpha = Math.round(255 * Math.min(1, FAINT + 1.3 * strength));
    return ((colour & 0x00ffffff) | (alpha << 24)) >>> 0;
  });
}

const signedTone = (t: number, gamma: number, boost: number): number => 0.5 + 0.5 * Math.sign(t) * tone(Math.abs(t), gamma, boost);

/** Value of a quantised one. */
export const dequantise = (q: number, qmax: number, lo: number, hi: number): number => lo + ((hi - lo) * q) / qmax;

/** First step and steps per q of quantised values (lo..hi over 0..qmax) shown over a range; a flat range shows its start. */
export function steps(lo: number, hi: number, qmax: number, range: readonly [number, number], signed: boolean): readonly [start: number, slope: number] {
  const width = range[1] - range[0];
  if (!(width > 0)) return [signed ? (STEPS - 1) / 2 : 0, 0];
  return [((lo - range[0]) / width) * (STEPS - 1), ((hi - lo) / qmax / width) * (STEPS - 1)];
}

/** Step of one value, for colouring a single square. */
export function stepOf(value: number, range: readonly [number, number], signed: boolean): number {
  const [start] = steps(value, value, 1, range, signed);
  return Math.round(Math.min(Math.max(start, 0), STEPS - 1));
}
