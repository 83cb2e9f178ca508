// Arithmetic of a scrolled grid of square tiles, in css px; `slot` is a place in display order, not a unit.
export interface Grid {
  readonly count: number;
  readonly tile: number;
  readonly gap: number;
  readonly columns: number;
  readonly rows: number;
  readonly left: number;
  readonly height: number;
}
export interface Rows {
  readonly first: number;
  readonly end: number;
}

/** Space between tiles. */
export const gapOf = (tile: number): number => (tile >= 96 ? 4 : 2);

/** The grid that fits this width; what is left over is shared by both sides. */
export function layout(count: number, width: number, tile: number): Grid {
  const gap = gapOf(tile);
  const columns = Math.max(1, Math.floor((width - gap) / (tile + gap)));
  const rows = Math.ceil(count / columns);
  const used = Math.min(columns, Math.max(count, 1)) * (tile + gap) + gap;
  const left = count >= columns ? Math.max(0, Math.floor((width - used) / 2)) : 0;
  return { count, tile, gap, columns, rows, left, height: rows === 0 ? 0 : rows * (tile + gap) + gap };
}

/** The largest tile, within these limits, with which all `count` fit into the window; the least where none does. */
export function fitting(count: number, height: number, width: number, least = 36, most = 110): number {
  for (let tile = most; tile > least; tile--) if (layout(count, width, tile).height <= height) return tile;
  return least;
}

const pitch = ({ tile, gap }: Grid): number => tile + gap;

/** Rows touched by a window of the scrolled area, widened by a margin of rows. */
export function rowsIn(grid: Grid, top: number, height: number, margin = 0): Rows {
  const first = Math.floor((top - grid.gap) / pitch(grid)) - margin;
  const end = Math.ceil((top + height) / pitch(grid)) + margin;
  return { first: Math.min(Math.max(0, first), grid.rows), end: Math.min(grid.rows, Math.max(0, end)) };
}

/** Slots of some rows, from first to before end. */
export function slotsOf(grid: Grid, { first, end }: Rows): Rows {
  return { first: Math.min(grid.count, first * grid.columns), end: Math.min(grid.count, end * grid.columns) };
}

/** Upper left corner of a slot in the scrolled area. */
export function corner(grid: Grid, slot: number): readonly [top: number, left: number] {
  const row = Math.floor(slot / grid.columns);
  return [grid.gap + row * pitch(grid), grid.left + grid.gap + (slot - row * grid.columns) * pitch(grid)];
}

/** Slot under a point of the scrolled area, or null between and beyond the tiles. */
export function slotAt(grid: Grid, top: number, left: number): number | null {
  const row = Math.floor((top - grid.gap) / pitch(grid));
  const col = Math.floor((left - grid.left - grid.gap) / pitch(grid));
  if (row < 0 || col < 0 || row >= grid.rows || col >= grid.columns) return null;
  const slot = row * grid.columns + col;
  const [y, x] = corner(grid, slot);
  return slot < grid.count && top < y + grid.tile && left < x + grid.tile ? slot : null;
}

/** Scroll position that shows a slot's row, moved as little as possible. */
export function scrollTo(grid: Grid, slot: number, top: number, height: number): number {
  const [y] = corner(grid, slot);
  if (y - grid.gap < top) return y - grid.gap;
  const bottom = y + grid.tile + grid.gap;
  return bottom > top + height ? bottom - height : top;
}

/** Slot reached from one by a key, or null when the key does not move. */
export function step(grid: Grid, slot: number, key: string, page: number): number | null {
  const moves: Record<string, number> = {
    ArrowLeft: slot - 1,
    ArrowRight: slot + 1,
    ArrowUp: slot - grid.columns,
    ArrowDown: slot + grid.columns,
    PageUp: slot - grid.columns * page,
    PageDown: slot + grid.columns * page,
    Home: 0,
    End: grid.count - 1,
  };
  const to = moves[key];
  if (to === undefined) return null;
  const vertical = key === "ArrowUp" || key === "ArrowDown";
  if (vertical && (to < 0 || to >= grid.count)) return slot;
  return Math.min(Math.max(to, 0), grid.count - 1);
}
