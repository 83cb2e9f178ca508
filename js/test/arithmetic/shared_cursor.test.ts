import { describe, expect, it } from "vitest";
import { cellAt, placeOf, stepped } from "../../src/arithmetic/shared_cursor";

describe("places", () => {
  it("come back to their cell", () => {
    for (const cell of [[0, 0], [3, 6], [4, 9]] as const) expect(cellAt(placeOf(cell, 5, 10), 5, 10)).toEqual(cell);
  });
  it("mean the same part of a map of another size", () => {
    expect(cellAt(placeOf([2, 3], 4, 4), 8, 16)).toEqual([5, 14]);
    expect(cellAt(placeOf([5, 14], 8, 16), 4, 4)).toEqual([2, 3]);
  });
  it("outside belong to no cell", () => {
    expect([cellAt([-0.01, 0.5], 4, 4), cellAt([0.5, 1], 4, 4), cellAt([1.2, 0], 4, 4)]).toEqual([null, null, null]);
    expect(cellAt([0, 0], 4, 4)).toEqual([0, 0]);
  });
});

describe("arrow keys", () => {
  it("begin in the middle", () => expect(stepped("ArrowUp", null, 6, 9)).toEqual([3, 4]));
  it("move by one cell or by several, and stop at the edges", () => {
    expect(stepped("ArrowUp", [3, 4], 6, 9)).toEqual([2, 4]);
    expect(stepped("ArrowRight", [3, 4], 6, 9, 8)).toEqual([3, 8]);
    expect(stepped("ArrowLeft", [0, 0], 6, 9)).toEqual([0, 0]);
  });
  it("are the only ones", () => expect(stepped("a", [3, 4], 6, 9)).toBeNull());
});
