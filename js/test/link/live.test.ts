import { effect } from "@preact/signals";
import { expect, it } from "vitest";
import type { Channel, Listener } from "../../src/link/link";
import { frames, live } from "../../src/link/live";
import type { Model } from "../../src/link/model";
import type { Frame } from "../../src/link/protocol";

function fake() {
  const values: Record<string, number> = { unit: 1, layer: 2 };
  const callbacks: (readonly [string, () => void])[] = [];
  const model = {
    get: (name: string) => values[name],
    on: (event: string, callback: () => void) => callbacks.push([event, callback]),
    off: (event: string, callback: () => void) => callbacks.splice(callbacks.findIndex(([e, c]) => e === event && c === callback), 1),
  } as unknown as Model<{ unit: number; layer: number }>;
  const set = (name: string, value: number): void => {
    values[name] = value;
    for (const [event, callback] of [...callbacks]) if (event === `change:${name}`) callback();
  };
  return { model, set, callbacks };
}

it("makes one signal of a trait, which follows it until the end", () => {
  const [{ model, set, callbacks }, life] = [fake(), new AbortController()];
  const state = live(model, life.signal);
  const seen: number[] = [];
  effect(() => void seen.push(state.unit.value));
  expect([state.unit === state.unit, callbacks.length]).toEqual([true, 1]);
  set("unit", 5);
  set("layer", 6);
  life.abort();
  set("unit", 7);
  expect([seen, callbacks.length]).toEqual([[1, 5], 0]);
});

it("makes a signal of the last frame of a kind", () => {
  const listeners: Listener[] = [];
  const frame = (kind: string, seq: number): Frame => ({ kind, seq, meta: {}, arrays: {} }) as unknown as Frame;
  const link = { last: () => frame("map", 1), listen: (listener: Listener) => listeners.push(listener) } as unknown as Channel;
  const found = frames(link, "map", new AbortController().signal);
  expect(found.value?.seq).toBe(1);
  for (const some of [frame("map", 2), frame("other", 3)]) listeners.forEach((listener) => listener(some));
  expect(found.value?.seq).toBe(2);
});
