import { describe, expect, it, vi } from "vitest";
import { Answering, type Output, type Question } from "../../src/engine/answering";
import { covered, fillOf } from "../../src/engine/cover";
import type { Facts } from "../../src/engine/facts";
import { fitted, quantise, reduced, strongestUnits, type Maps } from "../../src/engine/maps";
import { unpack, type Frame } from "../../src/link/protocol";

const SPAN = [[0, 2], [1, 3]] as const;
const LAYER = { name: "conv", title: "first", channels: 2, height: 2, width: 2, rows: SPAN, cols: SPAN, whole: false, field: "2×2" };
const FACTS: Facts = {
  network: "small", size: [1, 4, 4], layers: [LAYER], shown: ["conv"], labels: ["a", "b"], ranked: true, maps: true,
  fills: { grey: [0.5] },
};
const ASKED: Question = { box: null, fill: "grey", layer: "conv", unit: null, position: null, target: null, overlay: "map", tile: 56, onScreen: null, ranking: 3, seq: 7 };
const plane = (values: number[], ...dims: number[]): Output => ({ dims, data: Float32Array.from(values) });
const OUTPUTS = {
  scores: plane([1, 3], 1, 2),
  shown: plane([0.1, 0.9], 1, 2),
  class_map: plane([-1, 0, 1, 3], 1, 2, 2),
  "layer/conv": plane([0, 1, 2, 3, 0, 0, 8, 4], 1, 2, 2, 2),
};

function answering(facts = FACTS) {
  const run = vi.fn(async (_view: Float32Array, _target: number, names: readonly string[]) => Object.fromEntries(names.map((name) => [name, OUTPUTS[name as "scores"]])));
  const view = Float32Array.from({ length: 16 }, (_, i) => i / 16);
  return { run, asked: new Answering(facts, view, new Float32Array(16), run), view };
}

async function frames(question: Partial<Question> = {}): Promise<Record<string, Frame>> {
  const { frames } = await answering().asked.answer({ ...ASKED, ...question });
  return Object.fromEntries(frames.map(([message, buffers]) => [message.kind, unpack(message, buffers)]));
}

describe("an answer", () => {
  it("shows every unit between its own extremes", async () => {
    const { "grid/tiles": tiles, "grid/stats": stats } = await frames();
    expect([...tiles!.arrays.values!.values]).toEqual([0, 85, 170, 255, 0, 0, 255, 128]);
    expect(tiles!.meta).toEqual({ layer: "conv", all: true, lo: 0, hi: 8, shape: [2, 2] });
    expect([...tiles!.arrays.rows!.values]).toEqual([0, 1, 2, 3]);
    expect([...stats!.arrays.mean!.values]).toEqual([1.5, 3]);
    expect(tiles!.seq).toBe(7);
  });
  it("chooses the strongest unit where none was, and the place where it is strongest", async () => {
    const answer = await answering().asked.answer(ASKED);
    expect([answer.unit, answer.top, answer.signed]).toEqual([1, 1, true]);
    expect(answer.boxes).toEqual([{ box: [2, 0, 2, 2], kind: "field", label: "conv:1" }]);
    expect((await frames({ position: [0, 1] }))["unit/map"]!.meta.lines).toEqual(["max 8 · mean 3 · min 0", "50% of 2×2 above 0 · shown at (0, 1)"]);
  });
  it("explains the top class of the uncovered picture, unless one is chosen", async () => {
    expect((await frames())["bars/values"]!.meta).toEqual({ top: 1, chosen: 1, ranking: 3 });
    expect((await frames({ target: 0 }))["bars/values"]!.meta.chosen).toBe(0);
    expect((await frames())["stage/overlay"]!.meta).toMatchObject({ title: "CAM: b", signed: true, ends: [-3, 3], lo: -1, hi: 3 });
  });
  it("leaves a stored map alone, and takes away one that is not wanted", async () => {
    expect((await frames({ overlay: "stored" }))["stage/overlay"]).toBeUndefined();
    expect((await frames({ overlay: "none" }))["stage/overlay"]!.arrays.values!.shape).toEqual([0, 0]);
  });
  it("costs no pass where only the unit is another", async () => {
    const { asked, run } = answering();
    await asked.answer(ASKED);
    await asked.answer({ ...ASKED, unit: 0 });
    expect(run).toHaveBeenCalledTimes(2); // the top class, and the question
    await asked.answer({ ...ASKED, box: [0, 0, 1, 1] });
    expect(run).toHaveBeenCalledTimes(3);
  });
  it("passes the picture with the occluder on it", async () => {
    const { asked, run, view } = answering();
    await asked.answer({ ...ASKED, box: [1, 1, 2, 2] });
    const given = run.mock.calls[1]![0];
    expect([...given].map((value, i) => (value === view[i] ? 0 : value))).toEqual([0, 0, 0, 0, 0, 0.5, 0.5, 0, 0, 0.5, 0.5, 0, 0, 0, 0, 0]);
  });
  it("says which layer a page has not", async () => {
    await expect(answering().asked.answer({ ...ASKED, layer: "none" })).rejects.toThrow('no layer "none"');
  });
});

describe("an occluder", () => {
  const view = new Float32Array(16).fill(1);
  it("is cut off at the picture's border", () => {
    expect([...covered(view, new Float32Array(16), [-1, 3, 2, 5], [1, 4, 4])].indexOf(0)).toBe(3);
    expect([...covered(view, new Float32Array(16), [-1, 3, 2, 5], [1, 4, 4])].filter((value) => value === 0)).toHaveLength(1);
  });
  it("covers nothing beside the picture", () => {
    expect(covered(view, new Float32Array(16), [0, 9, 2, 2], [1, 4, 4])).toEqual(view);
  });
  it("shows one colour, or the picture that came along", () => {
    expect([...fillOf("grey", FACTS, view)]).toEqual(new Array(16).fill(0.5));
    expect(fillOf("noise", FACTS, view)).toBe(view);
  });
});

describe("maps", () => {
  const maps: Maps = { count: 1, height: 3, width: 3, values: Float32Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9]) };
  it("are reduced by averaging, the last row and column by what is there", () => {
    expect([...reduced(maps, null, 2).values]).toEqual([3, 4.5, 7.5, 9]);
  });
  it("fit into cells that overlap where they must", () => {
    expect([...fitted(maps, [0], 2).values]).toEqual([3, 4, 6, 7]);
    expect([...fitted(maps, [0], 1).values]).toEqual([5]);
  });
  it("that are flat become 0", () => {
    const steps = new Uint8Array(2);
    quantise(Float32Array.of(3, 3), 3, 3, 255, steps);
    expect([...steps]).toEqual([0, 0]);
  });
  it("are ordered by their maxima, of equal ones the first first", () => {
    expect(strongestUnits(Float32Array.of(1, 3, 3, 2), 3)).toEqual([1, 2, 3]);
  });
});
