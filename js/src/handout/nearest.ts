// The answers of the measured position that is nearest to where an occluder is.
/** Row and column of the measured position nearest to a corner (top, left). */
export function nearest(corner: readonly [number, number], stride: readonly [number, number], counts: readonly [number, number]): [row: number, col: number] {
  return [0, 1].map((axis) => Math.min(Math.floor(corner[axis]! / stride[axis]! + 0.5), counts[axis]! - 1)) as [number, number];
}

/** The answers there, of values (rows, cols, n). */
export function answersAt(values: Float32Array, [, cols, n]: readonly number[], [row, col]: readonly [number, number]): number[] {
  const first = (row * cols! + col) * n!;
  return Array.from(values.subarray(first, first + n!));
}
