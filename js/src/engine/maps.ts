// Arithmetic of maps, as the kernel does it: answers.py and frames.py hold the same.

/** Maps (count, height, width). */
export interface Maps {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly values: Float32Array;
}
export interface Extremes {
  readonly lo: Float32Array;
  readonly hi: Float32Array;
  readonly mean: Float32Array;
}

export const mapOf = ({ values, height, width }: Maps, unit: number): Float32Array => values.subarray(unit * height * width, (unit + 1) * height * width);

/** Extremes and mean of each map. */
export function extremes(maps: Maps): Extremes {
  const found = { lo: new Float32Array(maps.count), hi: new Float32Array(maps.count), mean: new Float32Array(maps.count) };
  for (let unit = 0; unit < maps.count; unit++) {
    const { lo, hi, sum } = endsOf(mapOf(maps, unit));
    found.lo[unit] = lo;
    found.hi[unit] = hi;
    found.mean[unit] = sum / (maps.height * maps.width);
  }
  return found;
}

export function endsOf(values: Float32Array): { lo: number; hi: number; sum: number } {
  let [lo, hi, sum] = [Infinity, -Infinity, 0];
  for (const value of values) {
    if (value < lo) lo = value;
    if (value > hi) hi = value;
    sum += value;
  }
  return { lo, hi, sum };
}

/** Index of the largest value, the first of equal ones. */
export function strongest(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}

/** The maps of `units` (null: all), reduced by averaging until no side is longer than `longest`. */
export function reduced(maps: Maps, units: ArrayLike<number> | null, longest: number): Maps {
  const chosen = units ? Array.from(units) : Array.from({ length: maps.count }, (_, unit) => unit);
  const factor = Math.ceil(Math.max(maps.height, maps.width) / longest);
  const [height, width] = [Math.ceil(maps.height / factor), Math.ceil(maps.width / factor)];
  const steps = (from: number, length: number): readonly [number, number] => [from * factor, Math.min((from + 1) * factor, length)];
  return pooled(maps, chosen, height, width, steps);
}

/** One map averaged into side × side cells, as adaptive pooling does. */
export function fitted(maps: Maps, units: readonly number[], side: number): Maps {
  const steps = (from: number, length: number): readonly [number, number] => [Math.floor((from * length) / side), Math.ceil(((from + 1) * length) / side)];
  return pooled(maps, units, side, side, steps);
}

function pooled(maps: Maps, units: readonly number[], height: number, width: number, steps: (from: number, length: number) => readonly [number, number]): Maps {
  const values = new Float32Array(units.length * height * width);
  units.forEach((unit, place) => {
    const map = mapOf(maps, unit);
    for (let row = 0; row < height; row++) {
      const [top, bottom] = steps(row, maps.height);
      for (let col = 0; col < width; col++) {
        const [left, right] = steps(col, maps.width);
        let sum = 0;
        for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) sum += map[y * maps.width + x]!;
        values[(place * height + row) * width + col] = sum / ((bottom - top) * (right - left));
      }
    }
  });
  return { count: units.length, height, width, values };
}

/** Values as whole numbers from 0 (lo) to `levels` (hi), into `steps`; a flat map becomes 0. */
export function quantise(values: Float32Array, lo: number, hi: number, levels: number, steps: Uint8Array | Uint16Array): void {
  const span = Math.max(hi - lo, 1e-30);
  for (let i = 0; i < values.length; i++) steps[i] = Math.min(levels, Math.max(0, Math.round(((values[i]! - lo) / span) * levels))) || 0;
}

/** The numbers of the units with the largest maxima, the largest first. */
export function strongestUnits(hi: Float32Array, count: number): number[] {
  const all = Array.from(hi.keys());
  return all.sort((a, b) => hi[b]! - hi[a]! || a - b).slice(0, count);
}
