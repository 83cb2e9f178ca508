// What is drawn over the tiles: rings, numbers, values, the chosen position.
import { stepOf, toneTable, type Tone } from "../arithmetic/colormap";
import { contain, rangeOf } from "./tile_painter";
import type { Sheet } from "./grid_store";
import { brief } from "../arithmetic/number_format";
import type { Position } from "../arithmetic/shared_cursor";
import { corner, type Grid, type Rows } from "../arithmetic/tiles";

/** Where to draw: the grid, scrolled to `top`, with the unit of every slot. */
export interface Board {
  readonly drawing: CanvasRenderingContext2D;
  readonly grid: Grid;
  readonly top: number;
  readonly units: Int32Array;
  /** what units are called, where they have names */
  readonly names: readonly string[];
  readonly fromZero: boolean;
}

/** Upper left corner of a slot in the window. */
function at({ grid, top }: Board, slot: number): readonly [y: number, x: number] {
  const [y, x] = corner(grid, slot);
  return [y - top, x];
}

/** A filled square in the current colour, for a tile that has not arrived. */
export function square(board: Board, slot: number): void {
  const [y, x] = at(board, slot);
  board.drawing.fillRect(x, y, board.grid.tile, board.grid.tile);
}

export function ring(board: Board, slot: number, colour: string, width: number): void {
  const [y, x] = at(board, slot);
  board.drawing.strokeStyle = colour;
  board.drawing.lineWidth = width;
  board.drawing.strokeRect(x - 0.5, y - 0.5, board.grid.tile + 1, board.grid.tile + 1);
}

/** The unit's name, or its number, in the corner of its tile. */
export function tag(board: Board, slot: number): void {
  const [y, x] = at(board, slot);
  const name = fitted(board, board.names[board.units[slot]!] ?? String(board.units[slot]));
  board.drawing.fillStyle = "rgba(0, 0, 0, 0.68)";
  board.drawing.fillRect(x, y, board.drawing.measureText(name).width + 8, 15);
  board.drawing.fillStyle = "#ffffff";
  board.drawing.fillText(name, x + 4, y + 8);
}

/** As much of a name as its tile has room for. */
function fitted({ drawing, grid }: Board, name: string): string {
  const room = grid.tile - 8;
  if (drawing.measureText(name).width <= room) return name;
  let length = name.length - 1;
  while (length > 1 && drawing.measureText(`${name.slice(0, length)}…`).width > room) length--;
  return `${name.slice(0, length)}…`;
}

/** Single numbers, as fully connected layers have, are written into their squares. */
export function values(board: Board, { first, end }: Rows, sheet: Sheet, tone: Tone, perUnit: boolean): void {
  const { drawing, grid, units } = board;
  const words = toneTable(tone);
  drawing.textAlign = "center";
  for (let slot = first; slot < end; slot++) {
    const tile = sheet.tiles.get(units[slot]!);
    if (!tile) continue;
    const [y, x] = at(board, slot);
    drawing.fillStyle = isLight(words[stepOf(tile.hi, rangeOf(tile, sheet, tone.signed, perUnit, board.fromZero), tone.signed)] ?? 0) ? "#111111" : "#ffffff";
    drawing.fillText(brief(tile.hi), x + grid.tile / 2, y + grid.tile / 2, grid.tile - 4);
  }
  drawing.textAlign = "start";
}

/** A dot at a position of the full-resolution map. */
export function dot(board: Board, slot: number, sheet: Sheet, [row, col]: Position): void {
  const { drawing, grid } = board;
  const [height, width] = contain(sheet.height, sheet.width, grid.tile);
  const [y, x] = at(board, slot);
  drawing.beginPath();
  const down = (grid.tile - height) / 2 + ((row + 0.5) / sheet.full[0]) * height;
  const across = (grid.tile - width) / 2 + ((col + 0.5) / sheet.full[1]) * width;
  drawing.arc(x + across, y + down, 3.5, 0, 2 * Math.PI);
  drawing.fillStyle = "#ffffff";
  drawing.fill();
  drawing.lineWidth = 2;
  drawing.strokeStyle = "#000000";
  drawing.stroke();
}

const isLight = (word: number): boolean => 0.3 * (word & 255) + 0.59 * ((word >> 8) & 255) + 0.11 * ((word >> 16) & 255) > 140;
