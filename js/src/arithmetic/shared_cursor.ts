// Places that maps of different sizes share: shares of the height and width, and the cells they fall into.
/** A cell of a map. */
export type Position = readonly [row: number, col: number];

/** Share of the height and of the width, 0 to 1, from the top left corner. */
export type Place = readonly [down: number, across: number];

const within = (x: number, size: number): number => Math.min(Math.max(x, 0), size - 1);

/** Middle of a cell of a map (height, width). */
export const placeOf = ([row, col]: Position, height: number, width: number): Place => [(row + 0.5) / height, (col + 0.5) / width];

/** Cell of a map (height, width) at a place, or null outside. */
export function cellAt([down, across]: Place, height: number, width: number): Position | null {
  const [row, col] = [Math.floor(down * height), Math.floor(across * width)];
  return row >= 0 && col >= 0 && row < height && col < width ? [row, col] : null;
}

const MOVES: Record<string, Position> = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** Cell that an arrow key leads to, by `far` cells, from the middle when there is none yet; null for other keys. */
export function stepped(key: string, from: Position | null, height: number, width: number, far = 1): Position | null {
  const by = MOVES[key];
  if (!by) return null;
  if (!from) return [height >> 1, width >> 1];
  return [within(from[0] + far * by[0], height), within(from[1] + far * by[1], width)];
}
