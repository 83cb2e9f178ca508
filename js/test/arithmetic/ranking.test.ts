import { describe, expect, it } from "vitest";
import { chosenRows, largest, percent } from "../../src/arithmetic/ranking";

const values = [0.1, 0.5, 0.05, 0.3, 0.05];
const wanted = { count: 3, chosen: -1, top: 1, rank: true };

describe("the largest", () => {
  it("come first, of equal ones the first", () => expect(largest(values, 4)).toEqual([1, 3, 0, 2]));
  it("are all where more are asked for", () => expect(largest([2, 3], 9)).toEqual([1, 0]));
});

describe("the classes with a row", () => {
  it("are the strongest", () => expect(chosenRows([], values, wanted)).toEqual([1, 3, 0]));
  it("keep their places during a drag, and are ranked anew after it", () => {
    expect(chosenRows([0, 3, 1], values, { ...wanted, rank: false })).toEqual([0, 3, 1]);
    expect(chosenRows([0, 3, 1], values, wanted)).toEqual([1, 3, 0]);
  });
  it("have the explained one, in place of the last that need not be there", () => {
    expect(chosenRows([], values, { ...wanted, chosen: 4 })).toEqual([1, 3, 4]);
    expect(chosenRows([0, 3, 1], values, { ...wanted, chosen: 4, rank: false })).toEqual([0, 4, 1]);
  });
  it("have the one on top, though it was not there when the drag began", () => {
    expect(chosenRows([0, 3, 2], values, { ...wanted, rank: false })).toEqual([0, 3, 1]);
  });
  it("have the one on top and the explained one when there are two rows, and not more than there are", () => {
    expect(chosenRows([], values, { ...wanted, count: 2, chosen: 2 })).toEqual([1, 2]);
    expect(chosenRows([], values, { ...wanted, count: 1, chosen: 2 })).toEqual([1]);
    expect(chosenRows([], [0.5, 0.5], { ...wanted, count: 5, top: 0 })).toEqual([0, 1]);
  });
  it("become more or fewer with the room, in the places they have", () => {
    expect(chosenRows([3, 1], values, { ...wanted, rank: false })).toEqual([3, 1, 0]);
    expect(chosenRows([0, 1, 3], values, { ...wanted, count: 2, rank: false })).toEqual([0, 1]);
  });
  it("leave out what another network does not have", () => {
    expect(chosenRows([7, 1], [0.2, 0.8], { ...wanted, chosen: 9, rank: false })).toEqual([1, 0]);
  });
});

describe("a share in words", () => {
  it.each([
    [1, "100 %"],
    [0.97, "97 %"],
    [0.0996, "10 %"],
    [0.0994, "9.9 %"],
    [0.004, "0.4 %"],
    [0.0009, "< 0.1 %"],
    [0.00001, "< 0.1 %"],
    [0.000001, "0 %"],
    [0, "0 %"],
  ])("%f is %s", (share, words) => expect(percent(share)).toBe(words));
});
