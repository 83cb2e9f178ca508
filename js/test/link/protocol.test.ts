/// <reference types="vite/client" />
import { describe, expect, it } from "vitest";
import { pack, ProtocolError, take, unpack, type Frame, type Message } from "../../src/link/protocol";

interface Fixture {
  message: Message;
  buffers: string[];
  values?: Record<string, number[]>;
  error?: string;
}
const fixtures = Object.entries(import.meta.glob<Fixture>("../../../tests/fixtures/messages/*.json", { eager: true, import: "default" }));
const bytes = (hex: string): Uint8Array<ArrayBuffer> => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const hex = (buffer: ArrayBuffer): string => [...new Uint8Array(buffer)].map((b) => b.toString(16).padStart(2, "0")).join("");

/** The buffers as they arrive: views into one larger buffer, at any offset. */
function views(buffers: string[], offset: number): DataView[] {
  const parts = buffers.map(bytes);
  const all = new ArrayBuffer(offset + parts.reduce((n, part) => n + part.length, 0));
  let at = offset;
  return parts.map((part) => {
    new Uint8Array(all).set(part, at);
    at += part.length;
    return new DataView(all, at - part.length, part.length);
  });
}
const listed = (frame: Frame): Record<string, number[]> => Object.fromEntries(Object.entries(frame.arrays).map(([name, { values }]) => [name, [...values]]));

describe.each(fixtures.filter(([, f]) => f.values))("%s", (_, { message, buffers, values }) => {
  it.each([0, 1, 2, 3, 4, 7])("decodes at offset %i", (offset) => {
    const frame = unpack(message, views(buffers, offset));
    expect(listed(frame)).toEqual(values);
    expect([frame.kind, frame.seq, frame.meta]).toEqual([message.kind, message.seq, message.meta]);
    for (const { name, shape } of message.arrays) expect(frame.arrays[name]?.shape).toEqual(shape);
  });
  it("encodes back to the same bytes", () => {
    const { kind, seq, meta, arrays } = unpack(message, views(buffers, 3));
    const [again, packed] = pack(kind, seq, meta, arrays);
    expect(again).toEqual(message);
    expect(packed.map(hex)).toEqual(buffers);
  });
});

describe.each(fixtures.filter(([, f]) => f.error))("%s", (_, { message, buffers, error }) => {
  it("raises one sentence", () => {
    expect(() => unpack(message, views(buffers, 0))).toThrow(ProtocolError);
    expect(() => unpack(message, views(buffers, 0))).toThrow(error!);
  });
});

describe("pack", () => {
  it("copies only the part of a buffer that an array views", () => {
    const [, [buffer]] = pack("a", 0, {}, { x: { shape: [2], values: new Uint8Array([1, 2, 3, 4]).subarray(1, 3) } });
    expect(hex(buffer!)).toBe("0203");
  });
  it("refuses a shape that does not fit", () => {
    expect(() => pack("a", 0, {}, { x: { shape: [3], values: new Uint8Array(2) } })).toThrow("has 2 values, its shape needs 3");
  });
});

describe("take", () => {
  const frame = unpack({ kind: "k", seq: 0, meta: {}, arrays: [{ name: "x", dtype: "uint8", shape: [0] }] }, [new ArrayBuffer(0)]);
  it("finds an array of the dtype and dimensions asked for", () => expect(take(frame, "x", "uint8", 1)?.values.length).toBe(0));
  it.each([["y", "uint8", 1], ["x", "uint16", 1], ["x", "uint8", 2]] as const)("finds no %s as %s with %i dimensions", (name, dtype, dims) => {
    expect(take(frame, name, dtype, dims)).toBeNull();
  });
});
