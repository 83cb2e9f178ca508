// Arithmetic of boxes in picture pixels: (top, left, height, width), whole numbers, inside a picture of (height, width).
export type Box = readonly [top: number, left: number, height: number, width: number];
export type Size = readonly [height: number, width: number];
export type Point = readonly [row: number, col: number];
export type Handle = "n" | "ne" | "e" | "se" | "s" | "sw" | "w" | "nw";
export type Grip = Handle | "inside";

export const SMALLEST = 2;

const between = (x: number, low: number, high: number): number => Math.min(Math.max(x, low), Math.max(low, high));

/** The box as whole numbers, at least the smallest size, inside the picture. */
export function clamp([top, left, height, width]: Box, [rows, cols]: Size): Box {
  const h = between(Math.round(height), Math.min(SMALLEST, rows), rows);
  const w = between(Math.round(width), Math.min(SMALLEST, cols), cols);
  return [between(Math.round(top), 0, rows - h), between(Math.round(left), 0, cols - w), h, w];
}

/** The box moved by whole pixels, stopped at the picture's edges. */
export function move([top, left, height, width]: Box, rows: number, cols: number, size: Size): Box {
  return clamp([top + Math.round(rows), left + Math.round(cols), height, width], size);
}

/** The box larger by whole pixels at each edge, or smaller, about its middle; neither side gets less than the smallest size. */
export function grow([top, left, height, width]: Box, by: number, size: Size): Box {
  const edge = Math.max(Math.round(by), -Math.floor((Math.min(height, width) - SMALLEST) / 2));
  return clamp([top - edge, left - edge, height + 2 * edge, width + 2 * edge], size);
}

/** The square of this side whose part of a map (height × width values) has the largest sum; in the middle where none has more. */
export function strongest(map: ArrayLike<number> | null, side: number, size: Size): Box {
  const [rows, cols] = size;
  const middle = clamp([(rows - side) / 2, (cols - side) / 2, side, side], size);
  if (!map) return middle;
  const sum = boxSums(map, size);
  let [best, most] = [middle, sum(middle)];
  const least = 1e-9 * Math.abs(sum([0, 0, rows, cols]));
  for (let top = 0; top <= rows - middle[2]; top++) {
    for (let left = 0; left <= cols - middle[3]; left++) {
      const box: Box = [top, left, middle[2], middle[3]];
      const found = sum(box);
      if (found > most + least) [best, most] = [box, found];
    }
  }
  return best;
}

/** Sums of a map over boxes, each from four entries of its summed-area table. */
function boxSums(map: ArrayLike<number>, [rows, cols]: Size): (box: Box) => number {
  const table = new Float64Array((rows + 1) * (cols + 1));
  const at = (row: number, col: number): number => row * (cols + 1) + col;
  for (let row = 0; row < rows; row++) {
    let line = 0;
    for (let col = 0; col < cols; col++) {
      line += map[row * cols + col]!;
      table[at(row + 1, col + 1)] = table[at(row, col + 1)]! + line;
    }
  }
  return ([t, l, h, w]) => table[at(t + h, l + w)]! - table[at(t, l + w)]! - table[at(t + h, l)]! + table[at(t, l)]!;
}

/** The box with the handle's edges dragged by (rows, cols); the opposite edges stay. */
export function resize([top, left, height, width]: Box, handle: Handle, rows: number, cols: number, [H, W]: Size): Box {
  const bottom = top + height;
  const right = left + width;
  const t = handle.includes("n") ? between(Math.round(top + rows), 0, bottom - SMALLEST) : top;
  const b = handle.includes("s") ? between(Math.round(bottom + rows), top + SMALLEST, H) : bottom;
  const l = handle.includes("w") ? between(Math.round(left + cols), 0, right - SMALLEST) : left;
  const r = handle.includes("e") ? between(Math.round(right + cols), left + SMALLEST, W) : right;
  return clamp([t, l, b - t, r - l], [H, W]);
}

/** The box between two points of a drag, in either direction. */
export function span(from: Point, to: Point, size: Size): Box {
  const top = Math.floor(Math.min(from[0], to[0]));
  const left = Math.floor(Math.min(from[1], to[1]));
  const bottom = Math.ceil(Math.max(from[0], to[0]));
  const right = Math.ceil(Math.max(from[1], to[1]));
  const inside = (x: number, end: number): number => between(x, 0, end);
  const t = inside(top, size[0]);
  const l = inside(left, size[1]);
  return clamp([t, l, inside(bottom, size[0]) - t, inside(right, size[1]) - l], size);
}

/** The part of the box under a point: a handle within the tolerance, its inside, or null. */
export function grip([top, left, height, width]: Box, [row, col]: Point, tolerance: number): Grip | null {
  const bottom = top + height;
  const right = left + width;
  const near = (x: number, edge: number, other: number): boolean => Math.abs(x - edge) <= tolerance && Math.abs(x - edge) <= Math.abs(x - other);
  if (row < top - tolerance || row > bottom + tolerance || col < left - tolerance || col > right + tolerance) return null;
  // a handle takes no more than a quarter of a small box, so that there is always an inside to move it by
  const north = near(row, top, bottom) && row < top + Math.max(height / 4, 0);
  const south = near(row, bottom, top) && row > bottom - Math.max(height / 4, 0);
  const west = near(col, left, right) && col < left + Math.max(width / 4, 0);
  const east = near(col, right, left) && col > right - Math.max(width / 4, 0);
  const name = `${north ? "n" : south ? "s" : ""}${west ? "w" : east ? "e" : ""}`;
  return name === "" ? "inside" : (name as Handle);
}

/** Positions of the eight handles. */
export function handles([top, left, height, width]: Box): readonly (readonly [Handle, Point])[] {
  const [middle, centre, bottom, right] = [top + height / 2, left + width / 2, top + height, left + width];
  return [
    ["nw", [top, left]],
    ["n", [top, centre]],
    ["ne", [top, right]],
    ["e", [middle, right]],
    ["se", [bottom, right]],
    ["s", [bottom, centre]],
    ["sw", [bottom, left]],
    ["w", [middle, left]],
  ];
}

/** Mouse cursor over a grip. */
export function cursor(of: Grip | null): string {
  if (of === null) return "";
  return of === "inside" ? "move" : `${of}-resize`;
}

/** Whether two boxes, or none, are the same. */
export function same(a: Box | null, b: Box | null): boolean {
  return a === b || (a !== null && b !== null && a.every((x, i) => x === b[i]));
}
