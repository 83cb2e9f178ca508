import { describe, expect, it } from "vitest";
import { contour } from "../../src/arithmetic/contour";

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
