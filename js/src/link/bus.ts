// What widgets of one group tell each other without a visit to the kernel: the box under the pointer, moves through the units,
// the place that linked maps point at.
import { same, type Box } from "../arithmetic/box";
import type { Move } from "../arithmetic/keys";
import type { Place } from "../arithmetic/shared_cursor";

/** The pointer's place on one of the linked maps, or the place chosen there; null: none any more. */
export interface Pointed {
  readonly place: Place | null;
  readonly chosen: boolean;
  readonly from: object;
}

export interface Topics {
  "hover-box": Box | null;
  /** where a hand that is not the person's holds the occluder */
  ghost: Box | null;
  cursor: Pointed;
  move: Move;
  /** a rectangle is to cover the strongest place of the picture, and to have the focus */
  occlude: null;
}

const eventName = (group: string, topic: string): string => `deepvis:${group}:${topic}`;

/** Tells every subscriber of this group. */
export function publish<T extends keyof Topics>(group: string, topic: T, detail: Topics[T]): void {
  document.dispatchEvent(new CustomEvent(eventName(group, topic), { detail }));
}

/** Calls back with every detail published to this group until the signal aborts. */
export function subscribe<T extends keyof Topics>(group: string, topic: T, callback: (detail: Topics[T]) => void, signal: AbortSignal): void {
  document.addEventListener(eventName(group, topic), (event) => callback((event as CustomEvent<Topics[T]>).detail), { signal });
}

/** A function that publishes the box under the pointer, once per change, and null when the signal aborts. */
export function hoverPublisher(group: () => string, signal: AbortSignal): (box: Box | null) => void {
  let last: Box | null = null;
  const tell = (box: Box | null): void => {
    if (same(box, last)) return;
    last = box;
    publish(group(), "hover-box", box);
  };
  signal.addEventListener("abort", () => tell(null), { once: true });
  return tell;
}
