// The arithmetic of a sum of feature maps: page/computed.py does the same for the picture of it.
export interface Terms {
  readonly maps: Float32Array; // (count, rows, cols)
  readonly weights: Float32Array; // (classes, count)
  readonly biases: Float32Array;
  readonly count: number;
  readonly cells: number;
}

/** What each term adds to the score of a class: its weight times the mean of its map. */
export function shares({ maps, weights, count, cells }: Terms, chosen: number): number[] {
  return Array.from({ length: count }, (_, term) => {
    let total = 0;
    for (let cell = 0; cell < cells; cell++) total += maps[term * cells + cell]!;
    return (weights[chosen * count + term]! * total) / cells;
  });
}

/** The numbers of the terms, the one that adds most, or takes most, first. */
export function order(of: readonly number[]): number[] {
  return of.map((_, term) => term).sort((a, b) => Math.abs(of[b]!) - Math.abs(of[a]!) || a - b);
}

/** The sum of these terms, weight times map, cell by cell. */
export function added({ maps, weights, count, cells }: Terms, chosen: number, terms: readonly number[]): Float32Array {
  const sum = new Float32Array(cells);
  for (const term of terms) {
    const weight = weights[chosen * count + term]!;
    for (let cell = 0; cell < cells; cell++) sum[cell]! += weight * maps[term * cells + cell]!;
  }
  return sum;
}
