// The tiles that a model holds: one sheet per mode, always of one layer. Shared by all views of the model.
import { number, take, text, type Frame, type Plane } from "../link/protocol";
import { pairs } from "../link/receptive_field";
import type { Mode } from "../link/traits";

export interface Tile {
  /** quantised values (height * width), or RGB (height * width * 3) */
  readonly values: Uint8Array;
  readonly lo: number;
  readonly hi: number;
  readonly mean: number;
}
export interface Sheet {
  readonly layer: string;
  readonly height: number;
  readonly width: number;
  readonly mode: Mode;
  readonly picture: boolean;
  readonly tiles: Map<number, Tile>;
  readonly span: readonly [lo: number, hi: number];
  /** first and last input row (column) seen by each row (column) of a tile */
  readonly rows: Int32Array | null;
  readonly cols: Int32Array | null;
  /** size of the full-resolution maps */
  readonly full: readonly [height: number, width: number];
}
export interface Stats {
  readonly layer: string;
  readonly lo: Float32Array;
  readonly hi: Float32Array;
  readonly mean: Float32Array;
}

const FAINTEST = 0.22; // of a picture whose unit is silent
const MODES: Record<string, Mode> = { tiles: "activation", gradient: "gradient", pictures: "pictures", patches: "patches" };
const isPicture = (mode: Mode): boolean => mode === "pictures" || mode === "patches";

export class GridStore {
  stats: Stats | null = null;
  seq = 0;
  readonly #sheets = new Map<Mode, Sheet>();
  /** the largest maximum of the layer */
  #strongest = 0;

  /** Sheet of a mode and layer, or null while none has arrived. */
  sheet(mode: Mode, layer: string): Sheet | null {
    const sheet = this.#sheets.get(mode);
    return sheet?.layer === layer ? sheet : null;
  }

  /** How bright a unit's picture is, by its maximum among those of the layer; 1 while that is not known. */
  brightness(unit: number, layer: string): number {
    if (this.stats?.layer !== layer) return 1;
    if (this.#strongest <= 0) return 1;
    return FAINTEST + (1 - FAINTEST) * Math.sqrt(Math.max(0, this.stats.hi[unit] ?? 0) / this.#strongest);
  }

  /** Takes a frame of this layer; false for other kinds and other layers. */
  accept(frame: Frame, layer: string): boolean {
    if (text(frame.meta, "layer") !== layer) return false;
    const mode = MODES[frame.kind];
    return frame.kind === "stats" ? this.#takeStats(frame, layer) : mode !== undefined && this.#takeTiles(frame, mode, layer);
  }

  #takeStats(frame: Frame, layer: string): boolean {
    const [lo, hi, mean] = ["lo", "hi", "mean"].map((name) => take(frame, name, "float32", 1)?.values);
    if (!lo || !hi || !mean) return false;
    this.stats = { layer, lo, hi, mean };
    this.#strongest = most(hi, 1);
    return true;
  }

  #takeTiles(frame: Frame, mode: Mode, layer: string): boolean {
    const units = take(frame, "units", "int32", 1);
    const planes = isPicture(mode) ? take(frame, "pictures", "uint8", 4) : take(frame, "values", "uint8", 3);
    if (!units || !planes || planes.shape[0] !== units.values.length) return false;
    this.#sheets.set(mode, this.#merge(frame, mode, layer, units.values, planes));
    if (frame.kind === "tiles") this.seq = frame.seq;
    return true;
  }

  #merge(frame: Frame, mode: Mode, layer: string, units: Int32Array, planes: Plane<Uint8Array<ArrayBuffer>>): Sheet {
    const [, height = 0, width = 0] = planes.shape;
    const old = this.sheet(mode, layer);
    const tiles = old && old.height === height && old.width === width && frame.meta.all !== true ? old.tiles : new Map<number, Tile>();
    const [lo, hi, mean] = ["lo", "hi", "mean"].map((name) => take(frame, name, "float32", 1)?.values);
    const area = height * width * (isPicture(mode) ? 3 : 1);
    units.forEach((unit, i) => {
      const values = planes.values.subarray(i * area, (i + 1) * area);
      tiles.set(unit, { values, lo: lo?.[i] ?? 0, hi: hi?.[i] ?? 1, mean: mean?.[i] ?? 0 });
    });
    return {
      layer,
      height,
      width,
      mode,
      picture: isPicture(mode),
      tiles,
      span: [number(frame.meta, "lo", least(lo, 0)), number(frame.meta, "hi", most(hi, 1))],
      rows: pairs(frame, "rows", height),
      cols: pairs(frame, "cols", width),
      full: fullSize(frame, height, width),
    };
  }
}

const least = (xs: Float32Array | undefined, otherwise: number): number => (xs?.length ? xs.reduce((a, b) => Math.min(a, b)) : otherwise);
const most = (xs: Float32Array | undefined, otherwise: number): number => (xs?.length ? xs.reduce((a, b) => Math.max(a, b)) : otherwise);

function fullSize({ meta }: Frame, height: number, width: number): readonly [number, number] {
  const [h, w] = Array.isArray(meta.shape) ? (meta.shape as unknown[]).slice(-2) : [];
  return typeof h === "number" && typeof w === "number" ? [h, w] : [height, width];
}
