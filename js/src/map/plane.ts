// One large plane: the frame it came in, its colours, and what is under a position.
import type { Box } from "../arithmetic/box";
import { flush, resized, type Pixels } from "../page/canvas";
import { span, steps, toneTable, type Tone } from "../arithmetic/colormap";
import { colourPlane, copyRgb } from "../arithmetic/pixels";
import { lines, number, take, text, type Frame } from "../link/protocol";
import { pairs, seen } from "../link/receptive_field";
import { decimal, rgb } from "../arithmetic/number_format";
import { Records } from "./records";

const QMAX = 65535;

/** Values that the two ends of the colours stand for. */
export type Limits = readonly [lo: number, hi: number];

export class MapPlane {
  readonly height: number;
  readonly width: number;
  readonly lo: number;
  readonly hi: number;
  readonly unit: string;
  readonly lines: string[];
  readonly #values: Uint16Array | null;
  readonly #picture: Uint8Array | null;
  readonly #rows: Int32Array | null;
  readonly #cols: Int32Array | null;
  readonly #records: Records | null;

  constructor(frame: Frame) {
    const values = take(frame, "values", "uint16", 2);
    const picture = take(frame, "picture", "uint8", 3);
    const [height = 0, width = 0] = (values ?? picture)?.shape ?? [];
    this.height = height;
    this.width = width;
    this.#values = values?.values ?? null;
    this.#picture = values ? null : (picture?.values ?? null);
    this.#rows = pairs(frame, "rows", height);
    this.#cols = pairs(frame, "cols", width);
    this.#records = Records.of(frame, height, width);
    this.lo = number(frame.meta, "lo", 0);
    this.hi = number(frame.meta, "hi", 1);
    this.unit = text(frame.meta, "unit");
    this.lines = lines(frame.meta, "lines");
  }

  get empty(): boolean {
    return this.height * this.width === 0;
  }
  get scalar(): boolean {
    return this.#values !== null;
  }

  /** Values the colours run between: the given ones or its own extremes, symmetric around 0 for signed maps. */
  range(signed: boolean, limits: Limits | null): Limits {
    return span(...(limits ?? ([this.lo, this.hi] as const)), signed);
  }

  /** The plane in colours, at its own resolution. */
  colour(tone: Tone, old: Pixels | null, limits: Limits | null = null): Pixels {
    const image = resized(old, this.height, this.width);
    if (this.#picture) copyRgb(image.words, 0, this.width, this.#picture, this.height, this.width);
    else if (this.#values) {
      const [start, slope] = steps(this.lo, this.hi, QMAX, this.range(tone.signed, limits), tone.signed);
      colourPlane(image.words, 0, this.width, this.#values, this.height, this.width, toneTable(tone), start, slope);
    }
    this.#records?.clear(image.words);
    flush(image);
    return image;
  }

  /** Value or colour at a position, as text, and what is noted there. */
  told(row: number, col: number): string {
    const cell = row * this.width + col;
    if (this.#picture) return this.#records ? this.#records.told(cell, "") : rgb(this.#picture, this.width, row, col);
    const q = this.#values?.[cell];
    const value = q === undefined ? "" : decimal(this.lo + ((this.hi - this.lo) * q) / QMAX);
    return this.#records ? this.#records.told(cell, value) : value;
  }

  /** Box of the picture that a position sees, or null when the frame does not say. */
  seen(row: number, col: number): Box | null {
    if (this.#records) return this.#records.box(row * this.width + col);
    return this.#rows && this.#cols && seen(this.#rows, this.#cols, row, col);
  }
}
