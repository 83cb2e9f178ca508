import { describe, expect, it, vi } from "vitest";
import type { Answer, Question } from "../../../src/engine/answering";
import type { PageFacts } from "../../../src/handout/engine/page_facts";
import { Kernel } from "../../../src/handout/engine/kernel";
import { Stored, type Index } from "../../../src/handout/engine/stored";
import { pack, unpackAll, type Frame } from "../../../src/link/protocol";

const layer = (name: string, channels: number) => ({ name, title: name, channels, height: 1, width: 1, rows: [[0], [0]] as const, cols: [[0], [0]] as const, whole: true, field: "whole picture" });
const FACTS: PageFacts = {
  network: "small", size: [1, 2, 2], layers: [layer("a", 3), layer("b", 5)], shown: ["a"], labels: ["cat", "dog"], ranked: true, maps: true,
  fills: { grey: [0.5] }, overlay: { method: "saliency", target: null }, patterned: ["a"],
};
const INDEX: Index = {
  nothing: [{ kind: "backward/rgb", meta: { lines: ["nothing"] }, arrays: [] }],
  "a:1": [{ kind: "backward/rgb", meta: { lines: ["of a:1"] }, arrays: [] }],
  overlay: [{ kind: "stage/overlay", meta: { title: "stored" }, arrays: [] }],
};

/** A widget on a page, whose network answers when the test says so. */
function page(traits: Record<string, unknown> = {}) {
  const values: Record<string, unknown> = { layer: "a", unit: 1, position: null, target: null, method: "cam", occluder: null, fill: "grey", tile: 0, tiles: "activation", colormap: "automatic", gamma: 0.5, ...traits };
  const callbacks = new Map<string, (() => void)[]>();
  const told: Frame[] = [];
  const asked: { question: Question; reply: (answer?: Partial<Answer>) => Promise<void> }[] = [];
  const widget = {
    get: (name: string) => values[name],
    set: (name: string, value: unknown) => {
      if (values[name] === value) return;
      values[name] = value;
      for (const callback of callbacks.get(`change:${name}`) ?? []) callback();
    },
    on: (event: string, callback: () => void) => void callbacks.set(event, [...(callbacks.get(event) ?? []), callback]),
    tell: (message: unknown, buffers: ArrayBuffer[]) => void told.push(...unpackAll(message, buffers)),
  };
  const ask = (question: Question) =>
    new Promise<{ answer: Answer; milliseconds: number }>((resolve) => {
      const reply = async (answer: Partial<Answer> = {}): Promise<void> => {
        resolve({ answer: { frames: [], unit: question.unit ?? 2, top: 0, boxes: [], signed: false, ...answer }, milliseconds: 5 });
        await settled();
      };
      asked.push({ question, reply });
    });
  const kernel = new Kernel(widget, FACTS, { view: new Float32Array(4), cover: new Float32Array() }, new Stored(INDEX, new Uint8Array()), ask, 4);
  const send = (kind: string, meta: Record<string, unknown>, seq = 0): void => kernel.receive(pack(kind, seq, meta)[0], []);
  const last = (kind: string): Frame | undefined => told.filter((frame) => frame.kind === kind).at(-1);
  return { values, widget, told, asked, send, last };
}
const settled = (): Promise<void> => vi.waitFor(async () => await new Promise<void>((done) => setTimeout(done)));

describe("what stands for a kernel on a page", () => {
  it("asks one question at a time, and the newest of those that wait", async () => {
    const { asked, send, told } = page();
    send("stage/occluder", { box: [0, 0, 1, 1], final: false }, 11);
    send("stage/occluder", { box: [0, 1, 1, 1], final: false }, 12);
    expect(asked).toHaveLength(1);
    await asked[0]!.reply();
    expect(asked.map(({ question }) => question.box)).toEqual([null, [0, 1, 1, 1]]);
    expect(told.some(({ kind }) => kind === "ack")).toBe(false);
    await asked[1]!.reply();
    expect(told.filter(({ kind }) => kind === "ack").map(({ seq }) => seq)).toEqual([11, 12]);
    expect(asked).toHaveLength(2);
  });
  it("selects the strongest unit of a layer that is new, and the last one of a layer that is not", async () => {
    const { asked, values, widget } = page();
    await asked[0]!.reply();
    widget.set("layer", "b");
    expect(asked[1]!.question.unit).toBeNull();
    await asked[1]!.reply({ unit: 4 });
    expect(values.unit).toBe(4);
    widget.set("layer", "a");
    await asked.at(-1)!.reply();
    expect([values.unit, asked.at(-1)!.question.unit]).toEqual([1, 1]);
  });
  it("tells what is stored of a unit, or that nothing is", async () => {
    const { asked, widget, last } = page();
    await asked[0]!.reply();
    expect(last("backward/rgb")!.meta.lines).toEqual(["of a:1"]);
    widget.set("unit", 2);
    await asked[1]!.reply();
    expect(last("backward/rgb")!.meta.lines).toEqual(["nothing"]);
  });
  it("explains a class that is picked, and lets it go when it is picked again", async () => {
    const { send, values } = page({ method: null });
    send("bars/pick", { index: 1 });
    expect([values.target, values.method]).toEqual([1, "cam"]);
    send("bars/pick", { index: 1 });
    expect(values.target).toBeNull();
  });
  it("chooses the rows anew when the occluder is gone", async () => {
    const { asked, widget } = page({ occluder: [0, 0, 1, 1] });
    await asked[0]!.reply();
    widget.set("occluder", null);
    expect(asked[1]!.question).toMatchObject({ box: null, ranking: 5 });
  });
  it("shows the map that was stored, and says that of another class there is none", async () => {
    const { asked, widget, last } = page({ method: "saliency" });
    expect(asked[0]!.question.overlay).toBe("stored");
    await asked[0]!.reply();
    widget.set("target", 1);
    expect(asked[1]!.question.overlay).toBe("none");
    expect(last("stage/set")!.meta.notice).toContain("needs a kernel");
    await asked[1]!.reply();
    widget.set("target", null);
    await settled();
    expect(last("stage/overlay")!.meta.title).toBe("stored");
  });
  it("does what keys say that need no kernel, and says which do", async () => {
    const { send, values, last } = page();
    send("page/key", { command: "gamma" });
    send("page/key", { command: "layer-next" });
    expect([values.gamma, values.layer]).toEqual([0.3, "b"]);
    send("page/key", { command: "camera" });
    expect(last("stage/set")!.meta.notice).toBe("That needs a kernel.");
  });
  it("leaves patterns for maps where a layer has none", () => {
    const { widget, values } = page({ tiles: "pictures" });
    widget.set("layer", "b");
    expect(values.tiles).toBe("activation");
  });
  it("says what went wrong, and answers the next question", async () => {
    const { asked, send, last } = page();
    await asked[0]!.reply({ frames: null as never });
    expect(last("stage/set")!.meta.notice).not.toBe("");
    send("stage/occluder", { box: null, final: false }, 3);
    await asked[1]!.reply();
    expect(last("ack")!.seq).toBe(3);
  });
});
