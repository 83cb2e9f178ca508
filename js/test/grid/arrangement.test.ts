import { describe, expect, it } from "vitest";
import { Arrangement } from "../../src/grid/arrangement";

describe("arrangement", () => {
  const wanted = { layer: "a", count: 3, sort: "max" } as const;
  const stats = (...hi: number[]) => ({ layer: "a", lo: new Float32Array(3), hi: Float32Array.from(hi), mean: new Float32Array(3) });

  it("sorts when the first statistics arrive, and stays while they change", () => {
    const arrangement = new Arrangement();
    arrangement.update(wanted, null);
    expect([...arrangement.units]).toEqual([0, 1, 2]);
    expect(arrangement.update(wanted, stats(1, 2, 3))).toBe(true);
    expect([...arrangement.units]).toEqual([2, 1, 0]);
    arrangement.age();
    expect(arrangement.update(wanted, stats(9, 2, 3))).toBe(false);
    expect([...arrangement.units]).toEqual([2, 1, 0]);
    expect(arrangement.stale).toBe(true);
    arrangement.sort(wanted, stats(9, 2, 3));
    expect([...arrangement.units]).toEqual([0, 2, 1]);
    expect(arrangement.stale).toBe(false);
  });
  it("sorts at once when the key, the layer or the count changes", () => {
    const arrangement = new Arrangement();
    arrangement.update(wanted, stats(1, 2, 3));
    expect(arrangement.update({ ...wanted, sort: "index" }, stats(1, 2, 3))).toBe(true);
    expect([...arrangement.units]).toEqual([0, 1, 2]);
    expect(arrangement.update({ layer: "b", count: 2, sort: "index" }, null)).toBe(true);
    expect([...arrangement.units]).toEqual([0, 1]);
  });
  it("does not sort by another layer's statistics", () => {
    const arrangement = new Arrangement();
    arrangement.update({ ...wanted, layer: "b" }, stats(1, 2, 3));
    expect([...arrangement.units]).toEqual([0, 1, 2]);
  });
});
