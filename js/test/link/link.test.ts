import { expect, it, vi } from "vitest";
import { Link } from "../../src/link/link";
import type { Model } from "../../src/link/model";

it("says in the pane that the kernel is gone", () => {
  const set = vi.fn();
  const send = (): void => {
    throw new Error("Cannot send");
  };
  const link = new Link({ on: vi.fn(), off: vi.fn(), send, set } as unknown as Model<object>);
  link.post("visible");
  link.request("visible");
  expect(set).toHaveBeenCalledWith("notice", expect.stringMatching(/^The kernel .*run the cell again\.$/));
});

it("hands on frames that came together, in their order, and remembers each", () => {
  let receive: (message: unknown, buffers: DataView[]) => void = () => undefined;
  const on = (_: string, callback: typeof receive): void => void (receive = callback);
  const link = new Link({ on, off: vi.fn(), send: vi.fn(), set: vi.fn() } as unknown as Model<object>);
  const heard: string[] = [];
  link.listen(({ kind, seq, arrays }) => heard.push(`${kind} ${seq} ${arrays.x?.values.join() ?? "-"}`));
  const head = (kind: string, seq: number, arrays: unknown[]): unknown => ({ kind, seq, meta: {}, arrays });
  const [one, two] = [Uint8Array.of(7), Uint8Array.of(8, 9)].map((values) => new DataView(values.buffer));
  const x = (size: number): unknown => ({ name: "x", dtype: "uint8", shape: [size] });
  receive({ kind: "together", seq: 0, arrays: [], meta: { frames: [head("a", 3, [x(1)]), head("b", 4, []), head("c", 5, [x(2)])] } }, [one!, two!]);
  expect(heard).toEqual(["a 3 7", "b 4 -", "c 5 8,9"]);
  expect(link.last("c")?.arrays.x?.values).toEqual(Uint8Array.of(8, 9));
  const warned = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  receive({ kind: "together", seq: 0, arrays: [], meta: {} }, []);
  expect(warned).toHaveBeenCalledOnce();
});

it("shows what a page without a kernel was saved with, and nothing where there is no such thing", () => {
  const head = { kind: "a", seq: 3, meta: { of: "a page" }, arrays: [{ name: "x", dtype: "uint8", shape: [2] }] };
  const message = { kind: "together", seq: 0, arrays: [], meta: { frames: [head] } };
  const saved = { message, buffers: [new DataView(Uint8Array.of(7, 8).buffer)] };
  for (const _last of [saved, undefined]) {
    const link = new Link({ on: vi.fn(), off: vi.fn(), send: vi.fn(), set: vi.fn(), get: () => _last } as unknown as Model<object>);
    const heard: string[] = [];
    link.listen(({ kind, meta, arrays }) => heard.push(`${kind} ${String(meta.of)} ${arrays.x?.values.join()}`));
    link.replay();
    expect(heard).toEqual(_last ? ["a a page 7,8"] : []);
    expect(link.last("a")?.seq).toBe(_last ? 3 : undefined);
  }
});
