import { describe, expect, it } from "vitest";
import { GridStore } from "../../src/grid/grid_store";
import type { Arrays, Frame, Meta } from "../../src/link/protocol";

const frame = (kind: string, meta: Meta, arrays: Arrays, seq = 0): Frame => ({ kind, seq, meta, arrays }) as unknown as Frame;
const floats = (...values: number[]) => ({ shape: [values.length], values: Float32Array.from(values) });
const whole = (...values: number[]) => ({ shape: [values.length], values: Int32Array.from(values) });
const bytes = (shape: number[], fill: number) => ({ shape, values: new Uint8Array(shape.reduce((a, b) => a * b, 1)).fill(fill) });
const stats = (...hi: number[]): Frame => frame("stats", { layer: "a" }, { lo: floats(...hi.map(() => 0)), hi: floats(...hi), mean: floats(...hi) });
const pictures = (kind: string, units: number[], fill: number, meta: Meta = {}): Frame =>
  frame(kind, { layer: "a", ...meta }, { units: whole(...units), pictures: bytes([units.length, 2, 2, 3], fill) });

describe("how bright a unit's picture is", () => {
  it("is all of it while that is not known, and where no unit is active", () => {
    const store = new GridStore();
    expect(store.brightness(0, "a")).toBe(1);
    store.accept(stats(0, -1), "a");
    expect([store.brightness(0, "a"), store.brightness(0, "b")]).toEqual([1, 1]);
  });
  it("grows with the unit's maximum, and a silent one can still be seen", () => {
    const store = new GridStore();
    store.accept(stats(4, 1, 0, -2), "a");
    const [first, second, silent, below] = [0, 1, 2, 3].map((unit) => store.brightness(unit, "a"));
    expect(first).toBe(1);
    expect(second).toBeCloseTo((1 + silent!) / 2);
    expect(silent).toBeGreaterThan(0.1);
    expect([below, store.brightness(99, "a")]).toEqual([silent, silent]);
  });
  it("follows the last values", () => {
    const store = new GridStore();
    store.accept(stats(4, 1), "a");
    store.accept(stats(1, 4), "a");
    expect([store.brightness(0, "a") < 1, store.brightness(1, "a")]).toEqual([true, 1]);
  });
});

describe("pictures of units", () => {
  it("and their patches are two sheets", () => {
    const store = new GridStore();
    expect([store.accept(pictures("pictures", [0], 1), "a"), store.accept(pictures("patches", [1], 2), "a")]).toEqual([true, true]);
    const [wants, patches] = [store.sheet("pictures", "a"), store.sheet("patches", "a")];
    expect([wants?.mode, wants?.picture, [...wants!.tiles.keys()]]).toEqual(["pictures", true, [0]]);
    expect([patches?.mode, patches?.picture, [...patches!.tiles.keys()]]).toEqual(["patches", true, [1]]);
    expect(patches?.tiles.get(1)?.values).toEqual(new Uint8Array(12).fill(2));
    expect(store.sheet("activation", "a")).toBeNull();
  });
  it("come one after the other, and all anew when the kernel says so", () => {
    const store = new GridStore();
    for (const unit of [4, 2]) store.accept(pictures("patches", [unit], unit), "a");
    expect([...store.sheet("patches", "a")!.tiles.keys()]).toEqual([4, 2]);
    store.accept(pictures("patches", [1], 1, { all: true }), "a");
    expect([...store.sheet("patches", "a")!.tiles.keys()]).toEqual([1]);
  });
  it("of another layer, of another kind or without their units are refused", () => {
    const store = new GridStore();
    expect(store.accept(pictures("patches", [1], 1), "b")).toBe(false);
    expect(store.accept(pictures("else", [1], 1), "a")).toBe(false);
    expect(store.accept(frame("patches", { layer: "a" }, { units: whole(1, 2), pictures: bytes([1, 2, 2, 3], 0) }), "a")).toBe(false);
    expect(store.sheet("patches", "a")).toBe(null);
  });
});

it("says of which answer the maps are", () => {
  const store = new GridStore();
  store.accept(frame("tiles", { layer: "a", lo: 0, hi: 2 }, { units: whole(0), values: bytes([1, 2, 2], 9) }, 7), "a");
  store.accept(pictures("pictures", [0], 1), "a");
  expect([store.seq, store.sheet("activation", "a")?.span, store.sheet("activation", "a")?.picture]).toEqual([7, [0, 2], false]);
});
