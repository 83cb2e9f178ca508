// Where things are: occluders among measured positions, bars, values on axes, steps by keys.
import { describe, expect, it } from "vitest";
import { between, ends, ticks } from "../../src/handout/axes";
import { spans } from "../../src/handout/bars";
import { pointsOf } from "../../src/handout/chart";
import { keyed } from "../../src/handout/choice";
import { pieces } from "../../src/handout/columns";
import { planeOf, valueAt } from "../../src/handout/map_layers";
import { answersAt, nearest } from "../../src/handout/nearest";
import { fitted } from "../../src/handout/occluder";

describe("an occluder", () => {
  it("takes the measured position that is nearest, by trying all", () => {
    const [stride, counts] = [[8, 5], [4, 6]] as const;
    for (let top = 0; top < 40; top++)
      for (let left = 0; left < 40; left++) {
        const [row, col] = nearest([top, left], stride, counts);
        const away = (to: number, by: number, at: number): number => Math.abs(at * by - to);
        for (let other = 0; other < 4; other++) expect(away(top, 8, row)).toBeLessThanOrEqual(away(top, 8, other));
        for (let other = 0; other < 6; other++) expect(away(left, 5, col)).toBeLessThanOrEqual(away(left, 5, other));
      }
  });
  it("reads the answers there", () => {
    const values = Float32Array.from({ length: 2 * 3 * 2 }, (_, at) => at);
    expect(answersAt(values, [2, 3, 2], [1, 2])).toEqual([10, 11]);
  });
  it("keeps the size that was measured, inside the picture", () => {
    expect(fitted([60, 3, 9, 9], [16, 16], [64, 64])).toEqual([48, 3, 16, 16]);
  });
});

describe("bars", () => {
  it("fill the room at one where they are shares", () => {
    expect(spans([0.5, 0.25], ["50 %", "25 %"])).toEqual([{ left: 0, width: 0.5 }, { left: 0, width: 0.25 }]);
  });
  it("reach from the least to the most elsewhere, and begin at zero", () => {
    expect(spans([3, -1], ["3", "−1"])).toEqual([{ left: 0.25, width: 0.75 }, { left: 0, width: 0.25 }]);
  });
  it("stand on each other, those below zero hang from each other", () => {
    const series = [1, -2, 3, -4].map((value) => ({ name: "", values: [value], colour: "" }));
    expect(pieces({ series, stacked: true }, 0).map(({ start, end }) => [start, end])).toEqual([[0, 1], [0, -2], [1, 4], [-2, -6]]);
  });
  it("stand beside each other", () => {
    const series = [1, 2].map((value) => ({ name: "", values: [value], colour: "" }));
    expect(pieces({ series, stacked: false }, 0).map(({ left, width }) => [left, width])).toEqual([[0.125, 0.375], [0.5, 0.375]]);
  });
});

describe("an axis", () => {
  it.each([[0, 1], [-3, 7], [0.001, 0.0012], [1e5, 9e5], [-5, -1]])("from %f to %f has three to seven round numbers", (low, high) => {
    const found = ticks(low, high);
    expect(found.length).toBeGreaterThanOrEqual(3);
    expect(found.length).toBeLessThanOrEqual(7);
    for (const tick of found) expect(tick >= low - 1e-9 && tick <= high + 1e-9).toBe(true);
    expect(found.map((tick) => String(tick).replace(/[^0-9]/g, "").replace(/^0+/, "").length).every((digits) => digits <= 6)).toBe(true);
  });
  it("has room where all values are the same, and where there are none", () => {
    expect(ends([2, 2])).toEqual([1.5, 2.5]);
    expect(ends([])).toEqual([0, 1]);
  });
  it("places values between its ends", () => {
    expect(between([0, 10], [100, 0])(2.5)).toBe(75);
  });
  it("leaves out what has no place", () => {
    const line = { x: [0, 1, 2, null], y: [1, null, 100, 1] };
    expect(pointsOf(line, false)).toEqual([[0, 1], [2, 100]]);
    expect(pointsOf(line, true)).toEqual([[Math.log10(2), 2]]);
  });
});

describe("a map", () => {
  it("keeps its values within a step of its levels", () => {
    const values = Float32Array.from([-1.5, 0, 0.25, 3]);
    const plane = planeOf(values, [2, 2]);
    values.forEach((value, at) => expect(Math.abs(valueAt(plane, at >> 1, at & 1) - value)).toBeLessThanOrEqual(4.5 / 65535));
  });
  it("may be flat", () => {
    expect(valueAt(planeOf(new Float32Array(4).fill(2), [2, 2]), 1, 1)).toBe(2);
  });
});

describe("a player", () => {
  it("goes by keys, not beyond its ends", () => {
    expect([keyed("ArrowRight", 0, 3), keyed("ArrowRight", 2, 3), keyed("ArrowLeft", 0, 3), keyed("Home", 2, 3), keyed("End", 0, 3), keyed("a", 1, 3)]).toEqual([1, 2, 0, 0, 2, null]);
  });
});
