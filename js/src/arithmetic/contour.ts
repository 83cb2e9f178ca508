// The outline of a mask: the edges between its pixels and the others, joined into long lines.
/** Line from one corner of a pixel to another, along rows or columns. */
export type Edge = readonly [top: number, left: number, bottom: number, right: number];

/** Edges of a mask (height, width); what is outside counts as not marked. */
export function contour(mask: ArrayLike<number>, height: number, width: number): Edge[] {
  const at = (row: number, col: number): boolean => row >= 0 && col >= 0 && row < height && col < width && mask[row * width + col]! > 0;
  const level = runs(height + 1, width, (row, col) => at(row - 1, col) !== at(row, col));
  const upright = runs(width + 1, height, (col, row) => at(row, col - 1) !== at(row, col));
  return [
    ...level.map(([row, first, end]): Edge => [row, first, row, end]),
    ...upright.map(([col, first, end]): Edge => [first, col, end, col]),
  ];
}

/** Unbroken runs [line, first, end) of places where `on`, line by line. */
function runs(lines: number, length: number, on: (line: number, place: number) => boolean): [line: number, first: number, end: number][] {
  const found: [number, number, number][] = [];
  for (let line = 0; line < lines; line++) {
    let first = -1;
    for (let place = 0; place <= length; place++) {
      const here = place < length && on(line, place);
      if (here && first < 0) first = place;
      if (!here && first >= 0) {
        found.push([line, first, place]);
        first = -1;
      }
    }
  }
  return found;
}
