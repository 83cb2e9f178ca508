// What part of the picture the rows and columns of a plane see, as its frame says.
import type { Box } from "../arithmetic/box";
import { take, type Frame } from "./protocol";

/** First and last input row (column) per row (column) of a plane, when the frame has them. */
export function pairs(frame: Frame, name: string, length: number): Int32Array | null {
  const found = take(frame, name, "int32", 2);
  return found && found.shape[0] === length && found.shape[1] === 2 ? found.values : null;
}

/** Box of the picture that a cell sees, from the pairs of the plane's rows and columns. */
export function seen(rows: Int32Array, cols: Int32Array, row: number, col: number): Box {
  const [top, bottom, left, right] = [rows[2 * row]!, rows[2 * row + 1]!, cols[2 * col]!, cols[2 * col + 1]!];
  return [top, left, bottom - top + 1, right - left + 1];
}
