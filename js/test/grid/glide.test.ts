import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { corner, layout } from "../../src/arithmetic/tiles";
import { Glide } from "../../src/grid/glide";

const grid = layout(9, 184, 56); // 3 columns of 60 px
let now = 0;
let waiting = new Map<number, () => void>();
let calm = false;

beforeEach(() => {
  [now, waiting, calm] = [0, new Map(), false];
  let last = 0;
  vi.spyOn(performance, "now").mockImplementation(() => now);
  vi.stubGlobal("matchMedia", () => ({ matches: calm }));
  vi.stubGlobal("requestAnimationFrame", (callback: () => void) => (waiting.set(++last, callback), last));
  vi.stubGlobal("cancelAnimationFrame", (id: number) => waiting.delete(id));
});
afterEach(() => vi.restoreAllMocks());

/** The next frame on the screen, this much later. */
function next(ms: number): void {
  now += ms;
  const due = [...waiting.values()];
  waiting.clear();
  due.forEach((callback) => callback());
}

it("moves a tile from the slot it had to the one it has, ever slower, and leaves others where they are", () => {
  const paint = vi.fn();
  const glide = new Glide(paint);
  glide.start([0, 1, 2], [2, 1, 0]);
  const there = corner(grid, 0)[1] - corner(grid, 2)[1];
  expect([glide.moving, glide.away(grid, 0, 2), glide.away(grid, 1, 1)]).toEqual([true, [0, there], [0, 0]]);
  const left = [25, 50, 50, 100].map((ms) => (next(ms), -glide.away(grid, 0, 2)[1]));
  expect(left).toEqual([...left].sort((a, b) => b - a));
  expect(left[0]! - left[1]!).toBeGreaterThan(left[2]! - left[3]!);
  next(50);
  expect([glide.moving, waiting.size]).toEqual([false, 0]);
  expect([glide.away(grid, 0, 2), paint.mock.calls.length]).toEqual([[0, 0], 6]);
});
it("moves between rows", () => {
  const glide = new Glide(() => undefined);
  glide.start([7], [1]);
  expect(glide.away(grid, 0, 1)).toEqual([2 * (grid.tile + grid.gap), 0]);
});
it("leaves a unit that it does not know where it is", () => {
  const glide = new Glide(() => undefined);
  glide.start([1, 0], [0, 1]);
  expect(glide.away(grid, 5, 3)).toEqual([0, 0]);
});
it("paints once per frame, also when the order changes again on the way", () => {
  const paint = vi.fn();
  const glide = new Glide(paint);
  glide.start([0, 1], [1, 0]);
  next(100);
  glide.start([1, 0], [0, 1]);
  expect(waiting.size).toBe(1);
  next(200);
  expect([glide.moving, waiting.size]).toEqual([true, 1]);
  next(60);
  expect([glide.moving, waiting.size]).toEqual([false, 0]);
});
it("does not move another layer's units, nor where the page asks for less motion", () => {
  const glide = new Glide(() => undefined);
  glide.start([0, 1], [1, 0]);
  glide.start([0, 1, 2], [1, 0]);
  expect([glide.moving, waiting.size]).toEqual([false, 0]);
  calm = true;
  glide.start([0, 1], [1, 0]);
  expect([glide.moving, waiting.size]).toEqual([false, 0]);
});
it("ends at once when it is told to", () => {
  const glide = new Glide(() => undefined);
  glide.start([0, 1], [1, 0]);
  glide.stop();
  expect([glide.moving, waiting.size, glide.away(grid, 0, 1)]).toEqual([false, 0, [0, 0]]);
});
