// Tiles that change places move there in a moment, so that the eye can follow; not where the page asks for less motion.
import { corner, type Grid } from "../arithmetic/tiles";

const GLIDE_MS = 250;

export class Glide {
  #from: ArrayLike<number> = [];
  #began = 0;
  #timer = 0;

  constructor(private readonly paint: () => void) {}

  /** Begins to move every unit from the slot it had to the one it has. */
  start(before: ArrayLike<number>, after: ArrayLike<number>): void {
    const still = before.length !== after.length || matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.stop();
    if (still) return;
    this.#from = Array.from(before);
    this.#began = performance.now();
    this.#tick();
  }

  stop(): void {
    cancelAnimationFrame(this.#timer);
    this.#from = [];
  }

  get moving(): boolean {
    return this.#from.length > 0;
  }

  /** How far a unit's tile is from the slot that it has now: (down, across) in css px. */
  away(grid: Grid, unit: number, slot: number): readonly [number, number] {
    const from = this.#from[unit];
    if (from === undefined || from === slot) return [0, 0];
    const left = (1 - Math.min(1, (performance.now() - this.#began) / GLIDE_MS)) ** 2;
    const [[y, x], [toY, toX]] = [corner(grid, from), corner(grid, slot)];
    return [(y - toY) * left, (x - toX) * left];
  }

  #tick(): void {
    this.paint();
    if (performance.now() - this.#began > GLIDE_MS) return this.stop();
    this.#timer = requestAnimationFrame(() => this.#tick());
  }
}
