import { describe, expect, it } from "vitest";
import { Records } from "../../src/map/records";
import type { Frame } from "../../src/link/protocol";

const frame = (record: number[], boxes: number[][] = [[0, 0, 8, 8], [4, 2, 8, 6]]): Frame => ({
  kind: "map",
  seq: 0,
  meta: { notes: ["wolf 82 %", "husky 51 %"] },
  arrays: {
    record: { shape: [2, 2], values: Int32Array.from(record) },
    boxes: { shape: [boxes.length, 4], values: Int32Array.from(boxes.flat()) },
  },
});
const records = (...args: Parameters<typeof frame>): Records => Records.of(frame(...args), 2, 2)!;

describe("records of a map's cells", () => {
  it("tell what came of each, and of those that stand for nothing", () => {
    const found = records([1, 0, -1, 1]);
    expect(found.told(0, "0.5")).toBe("0.5 · husky 51 %");
    expect(found.told(1, "")).toBe("wolf 82 %");
    expect(found.told(2, "0.5")).toBe("not visited yet");
  });
  it("know where it was tried", () => {
    const found = records([1, 0, -1, 1]);
    expect([found.box(0), found.box(1), found.box(2)]).toEqual([[4, 2, 8, 6], [0, 0, 8, 8], null]);
  });
  it("make the cells that stand for nothing transparent, and no other", () => {
    const words = Uint32Array.from([1, 2, 3, 4]);
    records([1, -1, 0, -1]).clear(words);
    expect([...words]).toEqual([1, 0, 3, 0]);
  });
  it("are none where the frame has none, or for another size", () => {
    expect(Records.of({ kind: "map", seq: 0, meta: {}, arrays: {} }, 2, 2)).toBeNull();
    expect(Records.of(frame([0, 0, 0, 0]), 1, 4)).toBeNull();
  });
  it("without boxes say nothing of places", () => {
    const { arrays, ...rest } = frame([0, 0, 0, 0]);
    expect(Records.of({ ...rest, arrays: { record: arrays.record! } }, 2, 2)!.box(0)).toBeNull();
  });
});
