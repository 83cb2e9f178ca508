import { beforeEach, describe, expect, it, vi } from "vitest";
import { Link } from "../../src/link/link";
import type { Model } from "../../src/link/model";
import { PartLink, PartModel } from "../../src/link/part";
import { pack, type Frame } from "../../src/link/protocol";

type Callback = (...args: unknown[]) => void;

/** A widget's model as the page has it, and what the kernel does to it. */
function host(values: Record<string, unknown> = {}) {
  const callbacks = new Map<string, Set<Callback>>();
  const sent: { kind: string; seq: number; meta: unknown }[] = [];
  const tell = (event: string, ...args: unknown[]): void => [...(callbacks.get(event) ?? [])].forEach((callback) => callback(...args));
  const model = {
    get: (name: string) => values[name],
    set: (name: string, value: unknown) => ((values[name] = value), tell(`change:${name}`)),
    save_changes: vi.fn(),
    send: (message: unknown) => sent.push(message as (typeof sent)[number]),
    on: (event: string, callback: Callback) => callbacks.set(event, (callbacks.get(event) ?? new Set()).add(callback)),
    off: (event: string, callback: Callback) => callbacks.get(event)?.delete(callback),
  } as unknown as Model<never>;
  const push = (kind: string, meta: Record<string, unknown> = {}, seq = 0): void => tell("msg:custom", pack(kind, seq, meta, {})[0], []);
  return { model, values, sent, push, save: (model as unknown as { save_changes: unknown }).save_changes };
}

let page: ReturnType<typeof host>;
let link: Link;
beforeEach(() => {
  page = host({ unit: 3, layer: "a" });
  link = new Link(page.model as unknown as Model<object>);
});

describe("the link of a pane", () => {
  it("puts its name before what it sends", () => {
    const part = new PartLink(link, "grid");
    part.post("card", { unit: 1 });
    part.request("visible");
    const flight = part.flight();
    flight.request({ kind: "other", meta: {}, arrays: {} });
    expect(page.sent.map(({ kind }) => kind)).toEqual(["grid/card", "grid/visible", "grid/other"]);
  });
  it("hears its own frames without the name, and acks, but nothing of others, until the signal aborts", () => {
    const part = new PartLink(link, "unit");
    const [heard, life] = [[] as string[], new AbortController()];
    part.listen(({ kind }) => heard.push(kind), life.signal);
    for (const kind of ["unit/map", "units/map", "grid/map", "map", "unit/set"]) page.push(kind);
    page.push("ack", {}, 1);
    life.abort();
    page.push("unit/map");
    expect(heard).toEqual(["map", "set", "ack"]);
  });
  it("remembers the last frame of a kind, also one from before it was made", () => {
    page.push("unit/map", { n: 1 });
    page.push("grid/map", { n: 2 });
    const part = new PartLink(link, "unit");
    expect([part.last("map")?.kind, part.last("map")?.meta, part.last("other")]).toEqual(["map", { n: 1 }, null]);
    page.push("unit/map", { n: 3 });
    expect(part.last("map")?.meta).toEqual({ n: 3 });
  });
  it("has its own flow control: neither waits for another pane nor is freed by its ack", () => {
    const [one, two] = [new PartLink(link, "one"), new PartLink(link, "two")];
    one.request("ask", { n: 1 });
    one.request("ask", { n: 2 });
    one.request("ask", { n: 3 });
    two.request("ask", { n: 4 });
    expect([one.free, two.free]).toEqual([false, false]);
    page.push("ack", {}, page.sent[1]!.seq);
    expect([one.free, two.free]).toEqual([false, true]);
    page.push("ack", {}, page.sent[0]!.seq);
    expect(page.sent.map(({ kind, meta }) => [kind, (meta as { n: number }).n])).toEqual([["one/ask", 1], ["two/ask", 4], ["one/ask", 3]]);
  });
});

interface Traits {
  unit: number;
  size: number;
  names: string[];
}
const part = (): PartModel<Traits> => new PartModel<Traits>(page.model, { unit: -1, size: 10, names: [] }, { unit: "unit" }, new PartLink(link, "grid"));

describe("the traits of a pane", () => {
  it("are the widget's where they are shared, under the name they have there", () => {
    const model = new PartModel(page.model, { chosen: 0, mine: 1 }, { chosen: "unit" }, new PartLink(link, "grid"));
    const told = vi.fn();
    model.on("change:chosen", told);
    expect(model.get("chosen")).toBe(3);
    page.model.set("unit" as never, 5 as never);
    model.set("chosen", 6);
    expect([model.get("chosen"), page.values.unit, told.mock.calls.length]).toEqual([6, 6, 2]);
    model.off("change:chosen", told);
    model.set("chosen", 7);
    expect(told).toHaveBeenCalledTimes(2);
    model.save_changes();
    expect(page.save).toHaveBeenCalledOnce();
  });
  it("are its own elsewhere, and never the widget's", () => {
    page.values.size = 99;
    const model = part();
    model.set("size", 20);
    expect([model.get("size"), page.values.size]).toEqual([20, 99]);
  });
  it("come by frames, before it was made and later; others than these stay", () => {
    page.push("grid/set", { size: 11 });
    const model = part();
    expect([model.get("size"), model.get("names")]).toEqual([11, []]);
    page.push("grid/set", { size: 12, names: ["a"] });
    page.push("unit/set", { size: 13 });
    expect([model.get("size"), model.get("names")]).toEqual([12, ["a"]]);
  });
  it("tell of a change once, not of the same value, and nobody who is off", () => {
    const model = part();
    const [told, other] = [vi.fn(), vi.fn()];
    model.on("change:names", told);
    model.on("change:names", other);
    page.push("grid/set", { names: ["a"] });
    page.push("grid/set", { names: ["a"] });
    model.off("change:names", other);
    model.off("change:size", other);
    page.push("grid/set", { names: ["b"], size: 10 });
    expect([told.mock.calls.length, other.mock.calls.length]).toEqual([2, 1]);
  });
  it("may be let go while they tell", () => {
    const model = part();
    const second = vi.fn();
    model.on("change:size", () => model.off("change:size", second));
    model.on("change:size", second);
    expect(() => model.set("size", 1)).not.toThrow();
  });
  it("are sent by no pane past its link", () => expect(() => part().send()).toThrow("link"));
  it("end with the widget's link", () => {
    const model = part();
    const heard: Frame[] = [];
    new PartLink(link, "grid").listen((frame) => heard.push(frame));
    link.close();
    page.push("grid/set", { size: 50 });
    expect([model.get("size"), heard]).toEqual([10, []]);
  });
});
