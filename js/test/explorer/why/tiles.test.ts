import { describe, expect, it } from "vitest";
import { word } from "../../../src/arithmetic/colormap";
import { coloured, keyOf, lookOf, patternsOf, planesOf, type Plane } from "../../../src/explorer/why/tiles";
import type { Frame } from "../../../src/link/protocol";

const planesFrame = (values: number[], shapes: number[], ends: number[]): Frame => ({
  kind: "planes", seq: 0, meta: {},
  arrays: {
    values: { shape: [values.length], values: Uint8Array.from(values) },
    shapes: { shape: [shapes.length / 2, 2], values: Int32Array.from(shapes) },
    ends: { shape: [ends.length / 2, 2], values: Float32Array.from(ends) },
  },
});

const plane = (values: number[], lo: number, hi: number): Plane => ({ values: Uint8Array.from(values), height: 1, width: values.length, lo, hi });
const red = (colour: number): number => colour & 255;
const blue = (colour: number): number => (colour >> 16) & 255;

describe("planes", () => {
  it("come row by row: map, then kernel, each of its own size", () => {
    const found = planesOf(planesFrame([1, 2, 3, 4, 9, 5, 6], [2, 2, 1, 1, 1, 2, 0, 0], [0, 1, -1, 1, 0, 2, 0, 0]));
    expect(found).toHaveLength(2);
    expect([...found[0]!.map.values]).toEqual([1, 2, 3, 4]);
    expect([...found[0]!.kernel.values]).toEqual([9]);
    expect([found[0]!.kernel.lo, found[0]!.kernel.hi]).toEqual([-1, 1]);
    expect([found[1]!.map.height, found[1]!.map.width, ...found[1]!.map.values]).toEqual([1, 2, 5, 6]);
    expect(found[1]!.kernel.values).toHaveLength(0);
  });

  it("are none without a frame, or in one of another kind", () => {
    expect(planesOf(null)).toEqual([]);
    expect(planesOf({ kind: "planes", seq: 0, meta: {}, arrays: {} })).toEqual([]);
  });
});

describe("pictures", () => {
  it("are found by layer and unit", () => {
    const values = Uint8Array.from({ length: 2 * 3 }, (_, i) => i);
    const found = patternsOf({ kind: "patterns", seq: 0, meta: { units: [["conv1", 0], ["conv1", 7]] }, arrays: { pictures: { shape: [2, 1, 1, 3], values } } });
    expect([...found.get(keyOf("conv1", 0))!.rgb]).toEqual([0, 1, 2]);
    expect([...found.get(keyOf("conv1", 7))!.rgb]).toEqual([3, 4, 5]);
    expect(found.get(keyOf("conv2", 7))).toBeUndefined();
    expect(patternsOf(null).size).toBe(0);
  });
});

describe("colours", () => {
  it("of a kernel are blue below 0 and red above, the same on both sides", () => {
    const [low, high] = coloured(plane([0, 255], -2, 2), "signed");
    expect(blue(low!)).toBeGreaterThan(red(low!));
    expect(red(high!)).toBeGreaterThan(blue(high!));
    const [pale] = coloured(plane([0], 0, 0), "signed"); // nothing but zeros
    expect(Math.min(red(pale!), blue(pale!))).toBeGreaterThan(200);
  });

  it("of a channel of the picture are grey", () => {
    expect([...coloured(plane([0, 255], -1, 3), "grey")]).toEqual([word(0, 0, 0), word(255, 255, 255)]);
  });

  it("follow what the map is of", () => {
    expect(lookOf(plane([0], -1, 1), true)).toBe("grey");
    expect(lookOf(plane([0], -1, 1), false)).toBe("signed");
    expect(lookOf(plane([0], 0, 1), false)).toBe("lit");
    expect(lookOf(undefined, false)).toBe("lit");
  });
});
