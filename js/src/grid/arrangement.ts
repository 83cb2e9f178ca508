// Which unit sits in which slot. While values change under the hand the order stays: a grid that re-sorts itself during
// a drag cannot be read. It is sorted anew when the sort key, the layer or the number of units changes, when the first
// statistics of a layer arrive, and otherwise once the statistics were quiet for a second and the pointer is elsewhere.
import type { Stats } from "./grid_store";
import { order, slots } from "../arithmetic/sort_order";

export type Sort = "index" | "max" | "mean";
export interface Wanted {
  readonly layer: string;
  readonly count: number;
  readonly sort: Sort;
}

export const QUIET_MS = 1000;

export class Arrangement {
  units = order(0, null);
  slots = slots(this.units);
  /** whether newer statistics would give another order */
  stale = false;
  version = 0;
  #shown: (Wanted & { sorted: boolean }) | null = null;

  /** Sorts where it must; true when the order changed. */
  update(wanted: Wanted, stats: Stats | null): boolean {
    const known = stats?.layer === wanted.layer && stats.hi.length === wanted.count;
    const shown = this.#shown;
    const sameKey = shown && shown.layer === wanted.layer && shown.count === wanted.count && shown.sort === wanted.sort;
    if (sameKey && (shown.sorted || !known)) return false;
    this.sort(wanted, stats);
    return true;
  }

  /** Sorts now, by what is known. */
  sort(wanted: Wanted, stats: Stats | null): void {
    const keys = stats?.layer === wanted.layer && stats.hi.length === wanted.count ? keysOf(stats, wanted.sort) : null;
    this.units = order(wanted.count, keys);
    this.slots = slots(this.units);
    this.stale = false;
    this.version++;
    this.#shown = { ...wanted, sorted: wanted.sort === "index" || keys !== null };
  }

  /** Notes that new statistics have arrived. */
  age(): void {
    this.stale = this.#shown !== null && this.#shown.sort !== "index";
  }
}

const keysOf = (stats: Stats, sort: Sort): Float32Array | null => (sort === "index" ? null : sort === "max" ? stats.hi : stats.mean);
