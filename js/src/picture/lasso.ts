// A region that is outlined by hand, while that is wanted: the pointer draws its border, and letting go closes it.
import type { Point } from "../arithmetic/box";
import type { OccluderHost } from "./occluder";

interface LassoHost extends Pick<OccluderHost, "surface"> {
  readonly wanted: () => boolean;
  readonly point: (event: PointerEvent) => Point;
  readonly drawn: () => void;
  /** Called when the hand let go, with three points or more. */
  readonly closed: (outline: Point[]) => void;
}

const APART = 1; // picture pixels between two points
const ROUNDED = 10; // tenths of a pixel

export class Lasso {
  outline: Point[] = [];
  #pointer: number | null = null;

  constructor(
    private readonly host: LassoHost,
    signal: AbortSignal,
  ) {
    // before the occluder hears of it
    host.surface.addEventListener("pointerdown", this.#down, { signal, capture: true });
    host.surface.addEventListener("pointermove", this.#move, { signal, capture: true });
    for (const end of ["pointerup", "pointercancel"] as const) host.surface.addEventListener(end, this.#up, { signal, capture: true });
  }

  readonly #down = (event: PointerEvent): void => {
    if (event.button !== 0 || !this.host.wanted()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.host.surface.setPointerCapture(event.pointerId);
    this.#pointer = event.pointerId;
    this.outline = [this.host.point(event)];
  };

  readonly #move = (event: PointerEvent): void => {
    const last = this.outline.at(-1);
    if (this.#pointer !== event.pointerId || !last) return;
    event.stopImmediatePropagation();
    const [row, col] = this.host.point(event);
    if (Math.hypot(row - last[0], col - last[1]) < APART) return;
    this.outline.push([row, col]);
    this.host.drawn();
  };

  readonly #up = (event: PointerEvent): void => {
    if (this.#pointer !== event.pointerId) return;
    event.stopImmediatePropagation();
    const round = (x: number): number => Math.round(x * ROUNDED) / ROUNDED;
    const outline = this.outline.map(([row, col]): Point => [round(row), round(col)]);
    [this.#pointer, this.outline] = [null, []];
    if (outline.length >= 3) this.host.closed(outline);
    this.host.drawn();
  };
}
