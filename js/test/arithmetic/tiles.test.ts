import { describe, expect, it } from "vitest";
import { corner, fitting, layout, rowsIn, scrollTo, slotAt, slotsOf, step } from "../../src/arithmetic/tiles";

const grid = layout(25, 234, 56); // 4 columns of 58 px and a gap of 2

describe("layout", () => {
  it("fills the width and counts rows", () => expect([grid.columns, grid.rows, grid.height]).toEqual([4, 7, 408]));
  it("has one column when it is narrower than a tile", () => expect(layout(3, 10, 56).columns).toBe(1));
  it("has no height without units", () => expect(layout(0, 248, 56).height).toBe(0));
  it("places slots by row and column", () => expect([corner(grid, 0), corner(grid, 5)]).toEqual([[2, 2], [60, 60]]));
});

describe("visible rows", () => {
  it("are those the window touches", () => {
    expect(rowsIn(grid, 0, 100)).toEqual({ first: 0, end: 2 });
    expect(rowsIn(grid, 130, 100)).toEqual({ first: 2, end: 4 });
  });
  it("are widened by the margin within the grid", () => {
    expect(rowsIn(grid, 130, 100, 1)).toEqual({ first: 1, end: 5 });
    expect(rowsIn(grid, 0, 1000, 1)).toEqual({ first: 0, end: 7 });
  });
  it("end with the last unit", () => expect(slotsOf(grid, { first: 5, end: 7 })).toEqual({ first: 20, end: 25 }));
  it("are few in a long grid", () => {
    const long = layout(2048, 600, 56);
    const { first, end } = slotsOf(long, rowsIn(long, 9000, 416, 1));
    expect(end - first).toBeLessThanOrEqual(10 * long.columns);
  });
});

describe("slot under a point", () => {
  it("finds tiles, 0 included", () => expect([slotAt(grid, 4, 4), slotAt(grid, 57, 57), slotAt(grid, 64, 64)]).toEqual([0, 0, 5]));
  it("finds nothing in gaps and beyond the last", () => {
    expect([slotAt(grid, 59, 10), slotAt(grid, 1, 1), slotAt(grid, 370, 100), slotAt(grid, -5, 10), slotAt(grid, 10, 500)]).toEqual([null, null, null, null, null]);
  });
});

describe("scrolling to a slot", () => {
  it("moves as little as possible", () => {
    expect(scrollTo(grid, 0, 200, 100)).toBe(0);
    expect(scrollTo(grid, 8, 100, 200)).toBe(100);
    expect(scrollTo(grid, 24, 0, 200)).toBe(208);
  });
});

describe("keys", () => {
  it("move by tile, row and page, and stop at the ends", () => {
    expect(step(grid, 5, "ArrowLeft", 2)).toBe(4);
    expect(step(grid, 5, "ArrowDown", 2)).toBe(9);
    expect(step(grid, 5, "PageDown", 2)).toBe(13);
    expect([step(grid, 0, "ArrowLeft", 2), step(grid, 1, "ArrowUp", 2), step(grid, 24, "ArrowDown", 2)]).toEqual([0, 1, 24]);
    expect([step(grid, 5, "Home", 2), step(grid, 5, "End", 2)]).toEqual([0, 24]);
  });
  it("leave other keys alone", () => expect(step(grid, 5, "x", 2)).toBeNull());
});

describe("tiles that fit", () => {
  it("are the largest with which all are in the window", () => {
    for (const [count, height, width] of [[96, 500, 700], [200, 560, 700], [30, 300, 420]] as const) {
      const tile = fitting(count, height, width);
      expect([tile >= 36, tile <= 110]).toEqual([true, true]);
      expect(layout(count, width, tile).height).toBeLessThanOrEqual(height);
      if (tile < 110) expect(layout(count, width, tile + 1).height).toBeGreaterThan(height);
    }
  });
  it("stay within their limits: few units are no giants, many can be told apart", () => {
    expect([fitting(3, 500, 700), fitting(0, 500, 700), fitting(2048, 500, 700), fitting(9, 0, 0)]).toEqual([110, 110, 36, 36]);
    expect([fitting(3, 500, 700, 20, 60), fitting(2048, 500, 700, 20, 60)]).toEqual([60, 20]);
  });
});
