import { describe, expect, it } from "vitest";
import { colours, dequantise, span, stepOf, STEPS, steps, tone, toneTable, translucent } from "../../src/arithmetic/colormap";

const NAMES = ["gray", "viridis", "inferno", "cividis", "blue-red", "green-red"];

describe("tables", () => {
  it.each(NAMES)("%s has 256 colours", (name) => {
    expect(colours(name)).toHaveLength(256);
    expect(colours(name).flat().every((c) => Number.isInteger(c) && c >= 0 && c <= 255)).toBe(true);
  });
  it("does not offer jet", () => expect(colours("jet")).toEqual(colours("gray")));
  it("has white and black at 0 of the signed maps", () => {
    expect(colours("blue-red")[127]).toEqual([255, 255, 255]);
    expect(colours("blue-red")[128]).toEqual([255, 255, 255]);
    expect(colours("green-red")[127]).toEqual([0, 0, 0]);
    expect(colours("green-red")[128]).toEqual([0, 0, 0]);
  });
  it("shows positive as red in blue-red and as green in green-red", () => {
    const [r, , b] = colours("blue-red")[230]!;
    expect(r! > b!).toBe(true);
    const [red, green] = colours("green-red")[230]!;
    expect(green! > red!).toBe(true);
  });
});

describe("tone", () => {
  it("is the identity without boost and gamma", () => expect(tone(0.3, 1, 0)).toBeCloseTo(0.3));
  it("saturates by boost", () => expect([tone(0.25, 1, 0.5), tone(0.5, 1, 0.5), tone(0.9, 1, 0.5)]).toEqual([0.5, 1, 1]));
  it("is all or nothing at the strongest boost", () => expect([tone(0, 1, 1), tone(1e-6, 1, 1)]).toEqual([0, 1]));
  it("lifts weak values by gamma below 1", () => expect(tone(0.25, 0.5, 0)).toBeCloseTo(0.5));
  it("shows what is not a number as 0", () => expect(tone(NaN, 1, 0)).toBe(0));
});

describe("scale", () => {
  it("keeps a plain range and makes a signed one symmetric", () => {
    expect(span(-1, 3, false)).toEqual([-1, 3]);
    expect(span(-1, 3, true)).toEqual([-3, 3]);
  });
  it("maps the ends of the range to the ends of the table", () => {
    const [start, slope] = steps(0, 10, 255, [0, 10], false);
    expect([start, start + 255 * slope]).toEqual([0, STEPS - 1]);
  });
  it("shows a unit on the scale of its layer", () => {
    const [start, slope] = steps(2, 4, 255, [0, 8], false);
    expect([start, start + 255 * slope]).toEqual([256, 512]);
  });
  it("shows a flat range as its lowest value, or as 0 when signed", () => {
    expect(steps(5, 5, 255, [5, 5], false)).toEqual([0, 0]);
    expect(steps(0, 0, 255, [0, 0], true)).toEqual([512, 0]);
  });
  it("finds exactly 0 in the middle of a signed scale", () => expect(stepOf(0, [-2, 2], true)).toBe(512));
  it("restores values", () => expect(dequantise(65535, 65535, -1, 3)).toBe(3));
});

describe("translucent", () => {
  const alpha = (table: Uint32Array, i: number): number => table[i]! >>> 24;
  it("shows the picture where an unsigned map is low and hides it where it is high", () => {
    const table = translucent(toneTable({ colormap: "inferno", gamma: 1, boost: 0, signed: false }), false);
    expect([alpha(table, 0) < 40, alpha(table, STEPS - 1)]).toEqual([true, 255]);
  });
  it("is faint in the middle of a signed map and strong at both ends", () => {
    const table = translucent(toneTable({ colormap: "blue-red", gamma: 1, boost: 0, signed: true }), true);
    expect([alpha(table, 0), alpha(table, STEPS >> 1) < 40, alpha(table, STEPS - 1)]).toEqual([255, true, 255]);
  });
  it("leaves the colours alone", () => {
    const table = toneTable({ colormap: "viridis", gamma: 1, boost: 0, signed: false });
    expect(translucent(table, false).every((colour, i) => (colour & 0xffffff) === (table[i]! & 0xffffff))).toBe(true);
  });
});
