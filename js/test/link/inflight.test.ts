import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Inflight } from "../../src/link/inflight";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function recorder(options = {}) {
  const sent: [number, string][] = [];
  return { sent, flight: new Inflight<string>((seq, request) => sent.push([seq, request]), options) };
}

it("sends the first at once and keeps the newest of the others", () => {
  const { sent, flight } = recorder();
  for (const request of ["a", "b", "c"]) flight.request(request);
  expect(sent).toEqual([[1, "a"]]);
  flight.ack(1);
  expect(sent).toEqual([[1, "a"], [2, "c"]]);
  flight.ack(2);
  expect(sent).toHaveLength(2);
  expect(flight.free).toBe(true);
});

it("ignores acks of other numbers", () => {
  const { sent, flight } = recorder();
  flight.request("a");
  flight.request("b");
  expect(flight.ack(0)).toBe(false);
  expect(flight.ack(9)).toBe(false);
  expect(sent).toEqual([[1, "a"]]);
});

it("frees a slot that is never answered, and ignores its late ack", () => {
  const { sent, flight } = recorder({ patience: 1000 });
  flight.request("a");
  flight.request("b");
  vi.advanceTimersByTime(999);
  expect(sent).toHaveLength(1);
  vi.advanceTimersByTime(1);
  expect(sent).toEqual([[1, "a"], [2, "b"]]);
  expect(flight.ack(1)).toBe(false);
  expect(flight.free).toBe(false);
});

it("keeps a falsy pending request", () => {
  const sent: number[] = [];
  const flight = new Inflight<number>((_, request) => sent.push(request));
  flight.request(5);
  flight.request(0);
  flight.ack(1);
  expect(sent).toEqual([5, 0]);
});

it("flies as many as its window", () => {
  const { sent, flight } = recorder({ window: 2 });
  for (const request of ["a", "b", "c"]) flight.request(request);
  expect(sent.map(([, request]) => request)).toEqual(["a", "b"]);
  flight.ack(2);
  expect(sent).toHaveLength(3);
});

it("takes its numbers from a shared counter", () => {
  let n = 40;
  const { sent, flight } = recorder({ next: () => ++n });
  flight.request("a");
  expect(sent).toEqual([[41, "a"]]);
});

it("sends nothing after it is disposed of", () => {
  const { sent, flight } = recorder({ patience: 10 });
  flight.request("a");
  flight.request("b");
  flight.dispose();
  vi.advanceTimersByTime(100);
  expect(flight.ack(1)).toBe(false);
  expect(sent).toHaveLength(1);
  expect(vi.getTimerCount()).toBe(0);
});
