// Sums against plain loops over rows and columns.
import { describe, expect, it } from "vitest";
import { added, order, shares, type Terms } from "../../src/handout/sum_terms";

const [count, rows, cols] = [3, 2, 2];
const maps = [[[1, 2], [3, 4]], [[0, -8], [0, 0]], [[1, 1], [1, 1]]];
const weights = [[2, 1, -0.5], [-1, 3, 4]];
const terms: Terms = { maps: Float32Array.from(maps.flat(2)), weights: Float32Array.from(weights.flat()), biases: new Float32Array(2), count, cells: rows * cols };

describe("a sum of maps", () => {
  it.each([0, 1])("knows what each term adds to class %i", (chosen) => {
    const means = maps.map((map) => map.flat().reduce((a, b) => a + b) / 4);
    expect(shares(terms, chosen)).toEqual(means.map((mean, term) => mean * weights[chosen]![term]!));
  });
  it("has the terms that say most first, whatever their sign", () => {
    expect(order([1, -3, 2])).toEqual([1, 2, 0]);
    expect(order([1, -1, 1])).toEqual([0, 1, 2]);
  });
  it.each([[[0]], [[0, 2]], [[2, 1, 0]], [[]]])("adds the terms %j and no others", (chosen) => {
    const expected = Array.from({ length: 4 }, (_, cell) => chosen.reduce((sum, term) => sum + weights[1]![term]! * maps[term]!.flat()[cell]!, 0));
    expect(Array.from(added(terms, 1, chosen))).toEqual(expected);
  });
});
