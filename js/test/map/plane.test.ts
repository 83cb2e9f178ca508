import { describe, expect, it } from "vitest";
import { MapPlane } from "../../src/map/plane";

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
