// What the cells of a map stand for, where each of them is one thing that was tried: where, and what came of it.
import type { Box } from "../arithmetic/box";
import { lines, take, type Frame } from "../link/protocol";

/** Said of a cell that stands for nothing yet. */
const NOTHING = "not visited yet";

export class Records {
  readonly #record: Int32Array;
  readonly #boxes: Int32Array | null;
  readonly #notes: string[];

  private constructor(record: Int32Array, boxes: Int32Array | null, notes: string[]) {
    this.#record = record;
    this.#boxes = boxes;
    this.#notes = notes;
  }

  /** The records of a frame with a plane (height, width), or null when it has none. */
  static of(frame: Frame, height: number, width: number): Records | null {
    const record = take(frame, "record", "int32", 2);
    if (!record || record.shape[0] !== height || record.shape[1] !== width) return null;
    const boxes = take(frame, "boxes", "int32", 2);
    return new Records(record.values, boxes && boxes.shape[1] === 4 ? boxes.values : null, lines(frame.meta, "notes"));
  }

  /** Makes the cells that stand for nothing transparent. */
  clear(words: Uint32Array): void {
    this.#record.forEach((record, cell) => {
      if (record < 0) words[cell] = 0;
    });
  }

  /** What is said of a cell: its own value and the note of its record. */
  told(cell: number, value: string): string {
    const record = this.#record[cell] ?? -1;
    if (record < 0) return NOTHING;
    return [value, this.#notes[record]].filter(Boolean).join(" · ");
  }

  /** Where the record of a cell was taken. */
  box(cell: number): Box | null {
    const record = this.#record[cell] ?? -1;
    const [top, left, height, width] = this.#boxes?.subarray(4 * record, 4 * record + 4) ?? [];
    return record < 0 || width === undefined ? null : [top!, left!, height!, width];
  }
}
