import { describe, expect, it } from "vitest";
import { pairs, seen } from "../../src/link/receptive_field";

const frame = { kind: "map", seq: 0, meta: {}, arrays: { rows: { shape: [2, 2], values: new Int32Array([0, 4, 3, 9]) } } };

describe("the part of the picture that a cell sees", () => {
  it("is read from the frame, a pair for each row", () => expect([...pairs(frame, "rows", 2)!]).toEqual([0, 4, 3, 9]));
  it("is unknown when the frame has none, or none for each row", () => {
    expect([pairs(frame, "cols", 2), pairs(frame, "rows", 3)]).toEqual([null, null]);
  });
  it("is a box from the first to the last row and column, both included", () => {
    const [rows, cols] = [new Int32Array([0, 4, 3, 9]), new Int32Array([1, 1, 2, 5, 6, 7])];
    expect([seen(rows, cols, 0, 0), seen(rows, cols, 1, 2)]).toEqual([[0, 1, 5, 1], [3, 6, 7, 2]]);
  });
});
