import { describe, expect, it } from "vitest";
import { contour } from "../src/arithmetic/contour";
import { cellAt, placeOf, stepped } from "../src/arithmetic/shared_cursor";
import { greyed } from "../src/arithmetic/pixels";
import { MapPlane } from "../src/map/plane";

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

describe("contour", () => {
  it("of one pixel is its four sides", () => {
    const edges = contour([0, 0, 0, 0, 1, 0, 0, 0, 0], 3, 3);
    expect(edges).toHaveLength(4);
    expect(edges).toContainEqual([1, 1, 1, 2]);
    expect(edges).toContainEqual([2, 1, 2, 2]);
    expect(edges).toContainEqual([1, 1, 2, 1]);
    expect(edges).toContainEqual([1, 2, 2, 2]);
  });
  it("joins neighbours into long lines, and closes at the border", () => {
    expect(contour([1, 1, 1, 1, 1, 1], 2, 3).map(String).sort()).toEqual(["0,0,0,3", "0,0,2,0", "0,3,2,3", "2,0,2,3"]);
  });
  it("goes round a hole, and is empty where there is nothing", () => {
    expect(contour([1, 1, 1, 1, 0, 1, 1, 1, 1], 3, 3)).toHaveLength(8);
    expect(contour([0, 0, 0, 0], 2, 2)).toEqual([]);
  });
});

describe("greyed", () => {
  it("keeps greys and weighs colours", () => expect([...greyed(new Uint8Array([7, 7, 7, 255, 0, 0, 0, 255, 0]))]).toEqual([7, 7, 7, 76, 76, 76, 150, 150, 150]));
});

describe("limits of the colours", () => {
  const frame = { kind: "map", seq: 0, meta: { lo: -1, hi: 3 }, arrays: { values: { shape: [1, 2], values: new Uint16Array([0, 65535]) } } };
  const plane = new MapPlane(frame);
  it("are the map's own, or the given ones", () => {
    expect(plane.range(false, null)).toEqual([-1, 3]);
    expect(plane.range(false, [0, 10])).toEqual([0, 10]);
  });
  it("are symmetric for signed maps", () => {
    expect(plane.range(true, null)).toEqual([-3, 3]);
    expect(plane.range(true, [-2, 10])).toEqual([-10, 10]);
  });
});
