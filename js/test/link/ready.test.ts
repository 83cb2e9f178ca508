import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Channel, Listener } from "../../src/link/link";
import type { Frame } from "../../src/link/protocol";
import { askUntilAnswered } from "../../src/link/ready";

const frame = (kind: string, seq: number): Frame => ({ kind, seq, meta: {}, arrays: {} });
let listeners: Set<Listener>;
let seq: number;
const post = vi.fn(() => ++seq);
const listen = (listener: Listener, signal?: AbortSignal): void => {
  listeners.add(listener);
  signal?.addEventListener("abort", () => listeners.delete(listener));
};
const link = { post, listen } as unknown as Channel;
const hear = (of: Frame): void => [...listeners].forEach((listener) => listener(of));

beforeEach(() => {
  vi.useFakeTimers();
  [listeners, seq] = [new Set(), 4];
  post.mockClear();
});
afterEach(() => void vi.useRealTimers());

it("asks once where it is answered", () => {
  askUntilAnswered(link, true, new AbortController().signal);
  expect(post.mock.calls).toEqual([["ready", { late: true }]]);
  hear(frame("ack", 5));
  vi.advanceTimersByTime(100_000);
  expect(post).toHaveBeenCalledOnce();
  expect(listeners.size).toBe(0);
});

it("asks again, ever less often, until any of its questions is answered", () => {
  askUntilAnswered(link, false, new AbortController().signal);
  vi.advanceTimersByTime(1_999);
  hear(frame("ack", 9)); // another's
  hear(frame("picture", 5));
  expect(post).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(4_001);
  expect(post).toHaveBeenCalledTimes(3);
  hear(frame("ack", 6));
  vi.advanceTimersByTime(100_000);
  expect(post).toHaveBeenCalledTimes(3);
});

it("asks no more where the page is closed", () => {
  const life = new AbortController();
  askUntilAnswered(link, false, life.signal);
  life.abort();
  askUntilAnswered(link, false, life.signal);
  vi.advanceTimersByTime(100_000);
  expect(post).toHaveBeenCalledOnce();
  expect(listeners.size).toBe(0);
});

it("gives a kernel up that never answers", () => {
  askUntilAnswered(link, false, new AbortController().signal);
  vi.advanceTimersByTime(10_000_000);
  expect(post).toHaveBeenCalledTimes(6);
});
