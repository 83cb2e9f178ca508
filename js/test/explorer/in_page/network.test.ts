import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Answer, Question } from "../../../src/engine/answering";
import type { Parts } from "../../../src/engine/thread";
import { Beside } from "../../../src/explorer/in_page/beside";
import { NetworkInPage } from "../../../src/explorer/in_page/network";
import { Link } from "../../../src/link/link";
import type { Model } from "../../../src/link/model";
import { PartLink } from "../../../src/link/part";
import { pack, type Arrays, type Message, type Meta } from "../../../src/link/protocol";
import type { ExplorerTraits } from "../../../src/link/traits";

const at = (left: number) => [0, left, 8, 8] as const;
const floats = (...values: number[]) => ({ shape: [values.length], values: Float32Array.from(values) });
const SIZES = { worker: 4, runtime: 3, network: 2 ** 19 + 5 };
const settled = async (): Promise<void> => void (await vi.advanceTimersByTimeAsync(0));

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** An Explorer's channel, with a kernel and a thread that do what the test says. */
function page(traits: Record<string, unknown> = {}) {
  const values: Record<string, unknown> = { occluder: null, layer: "a", unit: 1, position: null, target: null, method: "cam", place: null, fill: "grey", tile: 0, filming: false, ...traits };
  const [life, view] = [new AbortController(), new AbortController()];
  const callbacks = new Map<string, (() => void)[]>();
  const sent: Message[] = [];
  let receive: (message: unknown, buffers: DataView[]) => void = () => undefined;
  const model = {
    get: (name: string) => values[name],
    on: (event: string, callback: () => void) => void (event === "msg:custom" ? (receive = callback) : callbacks.set(event, [...(callbacks.get(event) ?? []), callback])),
    off: vi.fn(),
    send: (message: Message) => void sent.push(message),
  };
  const put = (name: string, value: unknown): void => {
    values[name] = value;
    for (const callback of callbacks.get(`change:${name}`) ?? []) callback();
  };
  const beside = new Beside(new Link(model as unknown as Model<object>));
  const threads: { parts: Parts; shown: unknown[]; questions: Question[]; answers: ((share: number) => Promise<void>)[]; ended: boolean; fail: () => void }[] = [];
  const open = async (parts: Parts) => {
    const thread: (typeof threads)[number] = { parts, shown: [], questions: [], answers: [], ended: false, fail: () => undefined };
    threads.push(thread);
    return {
      show: (shown: unknown) => void thread.shown.push(shown),
      end: () => void (thread.ended = true),
      ask: (question: Question) => {
        thread.questions.push(question);
        return new Promise<{ answer: Answer; milliseconds: number }>((resolve, reject) => {
          thread.fail = () => reject(new Error("out of memory"));
          thread.answers.push(async (share) => {
            const frame = pack("bars/values", 0, { by: "page" }, { values: floats(share, 1 - share) });
            resolve({ answer: { frames: [frame], unit: 1, top: 0, boxes: [], signed: null }, milliseconds: 1 });
            await settled();
          });
        });
      },
    };
  };
  const network = new NetworkInPage(model as unknown as Model<ExplorerTraits>, beside, new PartLink(beside, "in_page"), life.signal, open as never);
  network.viewed(view.signal);
  const bars: [by: unknown, share: number][] = [];
  beside.listen(({ kind, meta, arrays }) => void (kind === "bars/values" && bars.push([meta.by, arrays.values!.values[0]!])));
  const stage = new PartLink(beside, "stage");
  const told = (kind: string, seq = 0, meta: Meta = {}, arrays: Arrays = {}): void => {
    const [message, buffers] = pack(kind, seq, meta, arrays);
    receive(message, buffers.map((buffer) => new DataView(buffer)));
  };
  const drag = (left: number): void => stage.request("occluder", { box: [...at(left)], final: false });
  const last = (kind: string): Message | undefined => sent.filter((message) => message.kind === kind).at(-1);
  /** The kernel's answer to a place: who is on top, and that the next place may come. */
  const answers = (left: number, share: number): void => {
    told("in_page/place", 0, { box: [...at(left)] });
    told("bars/values", last("stage/occluder")!.seq, { by: "kernel" }, { values: floats(share, 1 - share) });
    told("ack", last("stage/occluder")!.seq);
  };
  /** So many steps of a drag, in which the kernel takes `milliseconds` each. */
  const steps = (milliseconds: number, count = 6): void => {
    for (let i = 0; i < count; i++) {
      drag(100 + i);
      vi.advanceTimersByTime(milliseconds);
      answers(100 + i, 0.5);
    }
  };
  /** Sends all that is asked for, as Python does. */
  const give = async (turn = 1): Promise<void> => {
    told("in_page/ready", 0, { turn, sizes: SIZES, facts: { size: [3, 8, 8], fills: {} } });
    for (let done = 0; done < sent.length; done++) {
      const { kind, seq, meta } = sent[done]!;
      if (kind !== "in_page/part" || meta.turn !== turn) continue;
      const { name, first, count } = meta as { name: keyof typeof SIZES; first: number; count: number };
      const bytes = Uint8Array.from({ length: Math.min(count, SIZES[name] - first) }, (_, i) => (first + i) % 251);
      told("in_page/part", 0, { name, first, turn }, { bytes: { shape: [bytes.length], values: bytes } });
      told("ack", seq);
    }
    await settled();
    told("in_page/view", last("in_page/view")?.seq ?? 0, { fills: { grey: [0.5] } }, { view: floats(1, 2), cover: floats() });
  };
  return { put, sent, last, told, drag, stage, answers, steps, give, threads, bars, network, view, life };
}

/** One that has got the network in a slow drag. */
async function opened(traits: Record<string, unknown> = {}) {
  const found = page(traits);
  found.steps(400);
  await found.give();
  found.bars.length = 0;
  return { ...found, thread: found.threads[0]! };
}

describe("the network in the page", () => {
  it("is not asked for while the kernel is quick, nor where a page answers by itself, nor without a view", () => {
    const [quick, handed, unseen] = [page(), page(), page()];
    quick.steps(100, 20);
    handed.told("page/set", 0, { kernel: false });
    handed.steps(400);
    unseen.view.abort();
    unseen.steps(400);
    for (const { sent } of [quick, handed, unseen]) expect(sent.filter(({ kind }) => kind !== "stage/occluder")).toEqual([]);
  });
  it("is asked for once when the kernel is slow, and fetched whole, piece by piece", async () => {
    const { steps, sent, give, threads } = page();
    steps(400, 9);
    expect(sent.filter(({ kind }) => kind === "in_page/want")).toHaveLength(1);
    await give();
    const { script, runtime, network, size } = threads[0]!.parts;
    expect([script.length, runtime.length, network.length, size]).toEqual([4, 3, SIZES.network, [3, 8, 8]]);
    expect(network.every((byte, i) => byte === i % 251)).toBe(true);
    expect(threads[0]!.shown).toMatchObject([{ facts: { fills: { grey: [0.5] } }, view: Float32Array.of(1, 2) }]);
  });
  it("answers the newest place, one after the other, beside the kernel", async () => {
    const { drag, thread, bars, network, last } = await opened();
    for (const left of [1, 2, 3]) drag(left);
    expect(thread.questions.map(({ box }) => box)).toEqual([at(1)]);
    await thread.answers[0]!(0.8);
    expect(thread.questions.map(({ box }) => box)).toEqual([at(1), at(3)]);
    expect(bars).toEqual([["page", expect.closeTo(0.8)]]);
    expect(network.shown.value).not.toBeNull();
    expect(last("stage/occluder")!.meta.box).toEqual(at(1)); // the others wait for the kernel
  });
  it("is not overwritten by what the kernel answers to an earlier place, and is by what it answers to this one", async () => {
    const { drag, thread, bars, answers, network } = await opened();
    drag(1);
    await thread.answers[0]!(0.8);
    drag(2);
    await thread.answers[1]!(0.7);
    answers(1, 0.8);
    expect(bars.map(([by]) => by)).toEqual(["page", "page"]);
    answers(2, 0.7001);
    expect(bars.at(-1)).toEqual(["kernel", expect.closeTo(0.7001)]);
    expect(network.shown.value).toBeNull();
  });
  it("leaves the kernel in peace while it answers a hand that moves: it gets a place each half second, where the hand rests, and the last", async () => {
    const { drag, thread, answers, last, stage } = await opened();
    const box = () => last("stage/occluder")!.meta.box;
    drag(1);
    await thread.answers[0]!(0.8);
    answers(1, 0.8);
    drag(2); // the kernel's answer is shown: it is asked at once
    await thread.answers[1]!(0.8);
    expect(box()).toEqual(at(2));
    answers(1, 0.8); // to an earlier place, so that it may be asked again
    for (let left = 3; left < 8; left++) {
      expect(box()).toEqual(at(2));
      drag(left);
      vi.advanceTimersByTime(110);
    }
    expect(box()).toEqual(at(7));
    answers(7, 0.5);
    drag(8);
    await thread.answers[2]!(0.8);
    await thread.answers[3]!(0.8);
    answers(7, 0.5);
    drag(9);
    expect(box()).toEqual(at(8));
    vi.advanceTimersByTime(120);
    expect(box()).toEqual(at(9));
    answers(7, 0.5);
    drag(10);
    expect(box()).toEqual(at(9));
    stage.request("occluder", { box: [...at(11)], final: true });
    expect(box()).toEqual(at(11));
  });
  it("comes too late where the kernel has answered, or where something else is shown by now", async () => {
    const { drag, thread, bars, answers, put } = await opened();
    drag(1);
    answers(1, 0.8);
    await thread.answers[0]!(0.8);
    drag(2);
    put("layer", "b");
    await thread.answers[1]!(0.8);
    expect(bars.map(([by]) => by)).toEqual(["kernel"]);
    drag(3);
    expect(thread.questions.at(-1)!.layer).toBe("b");
  });
  it("waits for another picture, and follows", async () => {
    const { drag, thread, told, last } = await opened();
    told("stage/picture");
    drag(1);
    expect(thread.questions).toEqual([]);
    const asked = last("in_page/view")!.seq;
    told("in_page/view", asked - 1, { fills: {} }, { view: floats(7), cover: floats() }); // of the picture before
    expect(thread.shown).toHaveLength(1);
    told("in_page/view", asked, { fills: {} }, { view: floats(8), cover: floats() });
    expect(thread.shown[1]).toMatchObject({ view: Float32Array.of(8) });
    drag(2);
    expect(thread.questions.map(({ box }) => box)).toEqual([at(2)]);
  });
  it("leaves maps of other methods and places to the kernel, and the camera's pictures", async () => {
    const { drag, thread, put } = await opened({ method: "grad_cam" });
    drag(1);
    put("method", "cam");
    await thread.answers[0]!(0.5);
    drag(2);
    expect(thread.questions.map(({ overlay }) => overlay)).toEqual(["stored", "map"]);
    await thread.answers[1]!(0.5);
    put("filming", true);
    drag(3);
    expect(thread.questions).toHaveLength(2);
  });
  it("ends with the last view and the model, and when the network becomes another; then it is asked for anew", async () => {
    const [unseen, closed, changed] = [await opened(), await opened(), await opened()];
    unseen.view.abort();
    closed.life.abort();
    changed.told("in_page/changed");
    for (const { thread } of [unseen, closed, changed]) expect(thread.ended).toBe(true);
    changed.steps(400);
    await changed.give(3);
    expect(changed.threads).toHaveLength(2);
    closed.steps(400);
    expect(closed.sent.filter(({ kind }) => kind === "in_page/want")).toHaveLength(1);
  });
  it("is dropped where it disagrees with the kernel, and given up the third time", async () => {
    const { steps, give, drag, threads, answers, sent } = page();
    for (let turn = 1; turn <= 3; turn++) {
      steps(400, 8);
      await give(turn);
      drag(turn);
      await threads[turn - 1]!.answers[0]!(0.9);
      answers(turn, 0.2);
      expect(threads[turn - 1]!.ended).toBe(true);
    }
    steps(400);
    expect(sent.filter(({ kind }) => kind === "in_page/want")).toHaveLength(3);
  });
  it("is given up without a word where it fails", async () => {
    const { drag, thread, steps, sent } = await opened();
    drag(1);
    thread.fail();
    await settled();
    expect(thread.ended).toBe(true);
    steps(400);
    expect(sent.filter(({ kind }) => kind === "in_page/want")).toHaveLength(1);
  });
  it("is given up where it is no quicker", async () => {
    const { drag, thread, bars, answers, steps, sent } = await opened();
    for (let i = 1; i <= 9; i++) {
      drag(i);
      vi.advanceTimersByTime(450);
      await thread.answers[i - 1]!(0.5);
      answers(i, 0.5);
    }
    expect(thread.ended).toBe(true);
    bars.length = 0;
    answers(1, 0.5);
    expect(bars).toHaveLength(1); // all is the kernel's again
    steps(400);
    expect(sent.filter(({ kind }) => kind === "in_page/want")).toHaveLength(1);
  });
});
