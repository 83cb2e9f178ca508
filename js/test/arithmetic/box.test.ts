import { describe, expect, it } from "vitest";
import { clamp, cursor, grip, grow, handles, move, resize, same, span, strongest, type Box, type Handle, type Size } from "../../src/arithmetic/box";

const size = [100, 200] as const; // height, width
const box: Box = [10, 20, 30, 40];

describe("clamp", () => {
  it("keeps a box that fits", () => expect(clamp(box, size)).toEqual(box));
  it("rounds and moves into the picture", () => expect(clamp([-5.4, 190.2, 30.4, 40], size)).toEqual([0, 160, 30, 40]));
  it("makes a box as large as the picture at most, and 2 px at least", () => {
    expect(clamp([0, 0, 500, 500], size)).toEqual([0, 0, 100, 200]);
    expect(clamp([50, 50, 0, 1], size)).toEqual([50, 50, 2, 2]);
  });
});

describe("move", () => {
  it("moves by rows and columns", () => expect(move(box, 5, -7, size)).toEqual([15, 13, 30, 40]));
  it("stops at the edges without changing the size", () => expect(move(box, 1000, 1000, size)).toEqual([70, 160, 30, 40]));
});

describe("resize", () => {
  const cases: [Handle, Box][] = [
    ["n", [13, 20, 27, 40]],
    ["ne", [13, 20, 27, 44]],
    ["e", [10, 20, 30, 44]],
    ["se", [10, 20, 33, 44]],
    ["s", [10, 20, 33, 40]],
    ["sw", [10, 24, 33, 36]],
    ["w", [10, 24, 30, 36]],
    ["nw", [13, 24, 27, 36]],
  ];
  it.each(cases)("%s moves its own edges only", (handle, expected) => expect(resize(box, handle, 3, 4, size)).toEqual(expected));
  it("stops at 2 px, with the opposite edge in place", () => {
    expect(resize(box, "nw", 500, 500, size)).toEqual([38, 58, 2, 2]);
    expect(resize(box, "se", -500, -500, size)).toEqual([10, 20, 2, 2]);
  });
  it("stops at the picture's edges", () => expect(resize(box, "se", 500, 500, size)).toEqual([10, 20, 90, 180]));
});

describe("span", () => {
  it("covers every pixel touched, in either direction", () => {
    expect(span([10.2, 20.9], [14.1, 30.2], size)).toEqual([10, 20, 5, 11]);
    expect(span([14.1, 30.2], [10.2, 20.9], size)).toEqual([10, 20, 5, 11]);
  });
  it("ends at the picture's edges", () => expect(span([90, 190], [300, 300], size)).toEqual([90, 190, 10, 10]));
});

describe("grip", () => {
  it("finds corners, edges, the inside and nothing", () => {
    expect(grip(box, [11, 21], 3)).toBe("nw");
    expect(grip(box, [39, 59], 3)).toBe("se");
    expect(grip(box, [8, 40], 3)).toBe("n");
    expect(grip(box, [25, 62], 3)).toBe("e");
    expect(grip(box, [25, 40], 3)).toBe("inside");
    expect(grip(box, [50, 40], 3)).toBeNull();
  });
  it("leaves a small box an inside to move it by", () => expect(grip([0, 0, 4, 4], [2, 2], 8)).toBe("inside"));
  it("has a cursor for each", () => expect([cursor("nw"), cursor("inside"), cursor(null)]).toEqual(["nw-resize", "move", ""]));
});

it("puts the handles on the outline", () => {
  expect(Object.fromEntries(handles(box))).toMatchObject({ nw: [10, 20], s: [40, 40], e: [25, 60] });
});

it("compares boxes by value", () => {
  expect([same(box, [...box] as unknown as Box), same(box, null), same(null, null), same(box, [0, 20, 30, 40])]).toEqual([true, false, true, false]);
});

describe("grow", () => {
  it("grows and shrinks about the middle", () => {
    expect(grow(box, 2, size)).toEqual([8, 18, 34, 44]);
    expect(grow(box, -2, size)).toEqual([12, 22, 26, 36]);
  });
  it("keeps its shape when it cannot shrink further", () => expect(grow([10, 20, 4, 40], -9, size)).toEqual([11, 21, 2, 38]));
  it("stays in the picture", () => expect(grow([0, 0, 90, 40], 9, size)).toEqual([0, 0, 100, 58]));
});

describe("strongest", () => {
  const of: Size = [7, 9];
  const map = (...places: [row: number, col: number, value: number][]): number[] => {
    const values = new Array<number>(of[0] * of[1]).fill(0);
    for (const [row, col, value] of places) values[row * of[1] + col] = value;
    return values;
  };
  /** Every square added up pixel by pixel. */
  const slow = (values: number[], side: number): number =>
    Math.max(...Array.from({ length: (of[0] - side + 1) * (of[1] - side + 1) }, (_, i) => total(values, [Math.floor(i / (of[1] - side + 1)), i % (of[1] - side + 1), side, side])));
  const total = (values: number[], [top, left, height, width]: Box): number =>
    values.filter((_, i) => Math.floor(i / of[1]) >= top && Math.floor(i / of[1]) < top + height && i % of[1] >= left && i % of[1] < left + width).reduce((a, b) => a + b, 0);

  it("is the middle without a map, and on one that says nothing", () => {
    expect(strongest(null, 3, of)).toEqual([2, 3, 3, 3]);
    expect(strongest(map(), 3, of)).toEqual([2, 3, 3, 3]);
  });
  it("covers more of a patch than one bright pixel", () => expect(strongest(map([0, 0, 5], [5, 6, 2], [5, 7, 2], [6, 7, 2]), 2, of)).toEqual([5, 6, 2, 2]));
  it("keeps away from what speaks against", () => expect(strongest(map([3, 4, -9], [0, 8, 1]), 3, of)).toEqual([0, 6, 3, 3]));
  it.each([2, 3, 4, 7])("finds the largest sum for a side of %i", (side) => {
    const values = map().map((_, i) => Math.sin(i * i + 1));
    expect(total(values, strongest(values, side, of))).toBeCloseTo(slow(values, side), 9);
  });
  it("is the whole of a picture that is smaller", () => expect(strongest(map([0, 0, 1]), 20, of)).toEqual([0, 0, 7, 9]));
});
