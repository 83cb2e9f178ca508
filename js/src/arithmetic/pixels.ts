// Loops over pixels: quantised planes to RGBA words, RGB to RGBA, bilinear resampling.
import { STEPS } from "./colormap";

/** Writes a plane (height, width) of quantised values as colours into an image `stride` words wide, from word `at`. */
export function colourPlane(
  out: Uint32Array,
  at: number,
  stride: number,
  values: ArrayLike<number>,
  height: number,
  width: number,
  table: Uint32Array,
  start: number,
  slope: number,
): void {
  const last = STEPS - 1;
  for (let row = 0, i = 0; row < height; row++) {
    for (let col = 0, o = at + row * stride; col < width; col++, i++, o++) {
      const step = start + slope * values[i]! + 0.5;
      out[o] = table[step <= 0 ? 0 : step >= last ? last : step | 0]!;
    }
  }
}

/** Writes RGB (height, width, 3) into an image `stride` words wide, from word `at`. */
export function copyRgb(out: Uint32Array, at: number, stride: number, rgb: Uint8Array, height: number, width: number): void {
  for (let row = 0, i = 0; row < height; row++) {
    for (let col = 0, o = at + row * stride; col < width; col++, i += 3, o++) {
      out[o] = (0xff000000 | (rgb[i + 2]! << 16) | (rgb[i + 1]! << 8) | rgb[i]!) >>> 0;
    }
  }
}

/** RGB values without their colours, by how bright they look (Rec. 601). */
export function greyed(rgb: Uint8Array): Uint8Array {
  const out = new Uint8Array(rgb.length);
  for (let i = 0; i < rgb.length; i += 3) out.fill(Math.round(0.299 * rgb[i]! + 0.587 * rgb[i + 1]! + 0.114 * rgb[i + 2]!), i, i + 3);
  return out;
}

/** A plane (h, w) resampled bilinearly to (height, width), pixel centres aligned and edges repeated. */
export function bilinear(values: ArrayLike<number>, h: number, w: number, height: number, width: number): Float32Array {
  const out = new Float32Array(height * width);
  const cols = axis(w, width);
  axis(h, height).forEach(([top, bottom, down], row) => {
    for (let col = 0; col < width; col++) {
      const [left, right, across] = cols[col]!;
      const above = values[top * w + left]! * (1 - across) + values[top * w + right]! * across;
      const below = values[bottom * w + left]! * (1 - across) + values[bottom * w + right]! * across;
      out[row * width + col] = above * (1 - down) + below * down;
    }
  });
  return out;
}

function axis(from: number, to: number): [first: number, second: number, weight: number][] {
  return Array.from({ length: to }, (_, i) => {
    const x = Math.min(Math.max(((i + 0.5) * from) / to - 0.5, 0), from - 1);
    const first = Math.floor(x);
    return [first, Math.min(first + 1, from - 1), x - first];
  });
}
