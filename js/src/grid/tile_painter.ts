// Painting the visible tiles: colours go into one small off-screen atlas at the tiles' own resolution, which is kept
// until something changes; each tile is then one scaled copy.
import type { Arrangement } from "./arrangement";
import { flush, resized, type Pixels } from "../page/canvas";
import { span, steps, toneTable, type Tone } from "../arithmetic/colormap";
import type { Glide } from "./glide";
import type { Sheet, Tile } from "./grid_store";
import { colourPlane, copyRgb } from "../arithmetic/pixels";
import { corner, type Grid, type Rows } from "../arithmetic/tiles";

export interface Shown {
  readonly sheet: Sheet;
  readonly arrangement: Arrangement;
  readonly grid: Grid;
  /** first and end slot */
  readonly range: Rows;
  readonly tone: Tone;
  readonly perUnit: boolean;
  /** how bright a unit's picture is, from 0 to 1; null: all as they are */
  readonly light: ((unit: number) => number) | null;
  readonly glide: Glide;
  /** whether values below zero are as dark as zero */
  readonly fromZero: boolean;
}

export class TilePainter {
  #pixels: Pixels | null = null;
  #sheet: Sheet | null = null;
  #key = "";
  #table: { key: string; words: Uint32Array } = { key: "", words: new Uint32Array() };

  /** Draws the tiles that have arrived, top being the scroll position; slots without a tile are returned. */
  draw(drawing: CanvasRenderingContext2D, shown: Shown, top: number, ratio: number): number[] {
    const { sheet, grid, range, arrangement } = shown;
    this.#colour(shown);
    const [height, width] = contain(sheet.height, sheet.width, grid.tile);
    const [down, across] = [(grid.tile - height) / 2, (grid.tile - width) / 2];
    drawing.imageSmoothingEnabled = sheet.picture || Math.max(sheet.height, sheet.width) > grid.tile * ratio;
    const missing: number[] = [];
    for (let slot = range.first; slot < range.end; slot++) {
      if (!sheet.tiles.has(arrangement.units[slot]!)) {
        missing.push(slot);
        continue;
      }
      const [row, col] = place(slot - range.first, grid.columns);
      const [top0, left0] = corner(grid, slot);
      const [away, aside] = shown.glide.away(grid, arrangement.units[slot]!, slot);
      const [y, x] = [top0 + away - top + down, left0 + aside + across];
      if (shown.light) dim(drawing, [y, x, height, width], shown.light(arrangement.units[slot]!));
      drawing.drawImage(
        this.#pixels!.canvas, col * sheet.width, row * sheet.height, sheet.width, sheet.height,
        x, y, width, height,
      );
    }
    drawing.globalAlpha = 1;
    return missing;
  }

  #colour(shown: Shown): void {
    const { sheet, arrangement, grid, range, tone, perUnit } = shown;
    const table = this.#tableOf(tone);
    const key = [arrangement.version, grid.columns, range.first, range.end, perUnit, shown.fromZero, this.#table.key].join();
    if (key === this.#key && sheet === this.#sheet) return;
    [this.#key, this.#sheet] = [key, sheet];
    const rows = Math.max(1, Math.ceil((range.end - range.first) / grid.columns));
    const atlas = resized(this.#pixels, Math.max(1, rows * sheet.height), Math.max(1, grid.columns * sheet.width));
    this.#pixels = atlas;
    const stride = atlas.image.width;
    for (let slot = range.first; slot < range.end; slot++) {
      const tile = sheet.tiles.get(arrangement.units[slot]!);
      if (!tile) continue;
      const [row, col] = place(slot - range.first, grid.columns);
      const at = row * sheet.height * stride + col * sheet.width;
      if (sheet.picture) copyRgb(atlas.words, at, stride, tile.values, sheet.height, sheet.width);
      else {
        const [start, slope] = steps(tile.lo, tile.hi, 255, rangeOf(tile, sheet, tone.signed, perUnit, shown.fromZero), tone.signed);
        colourPlane(atlas.words, at, stride, tile.values, sheet.height, sheet.width, table, start, slope);
      }
    }
    flush(atlas);
  }

  #tableOf(tone: Tone): Uint32Array {
    const key = `${tone.colormap}/${tone.gamma}/${tone.boost}/${tone.signed}`;
    if (key !== this.#table.key) this.#table = { key, words: toneTable(tone) };
    return this.#table.words;
  }
}

/** Has what is drawn next into a rectangle as bright as `light` says, from 0 (black) to 1. */
function dim(drawing: CanvasRenderingContext2D, [top, left, height, width]: readonly [number, number, number, number], light: number): void {
  drawing.globalAlpha = 1;
  drawing.fillStyle = "#000";
  drawing.fillRect(left, top, width, height);
  drawing.globalAlpha = light;
}

const place = (n: number, columns: number): readonly [row: number, col: number] => [Math.floor(n / columns), n % columns];

/** Range of values over which a tile's colours run; `fromZero`: from 0 on, where there is anything above it. */
export function rangeOf(tile: Tile, sheet: Sheet, signed: boolean, perUnit: boolean, fromZero: boolean): readonly [number, number] {
  const [lo, hi] = perUnit ? [tile.lo, tile.hi] : sheet.span;
  return span(fromZero && !signed && hi > 0 ? Math.max(0, lo) : lo, hi, signed);
}

/** Size (height, width) of a picture that fits into a square. */
export function contain(height: number, width: number, side: number): readonly [number, number] {
  const scale = side / Math.max(height, width, 1);
  return [height * scale, width * scale];
}
