// The rectangle under the hand: pointer, keys and focus. Everything is local; the caller hears of every change.
import { clamp, cursor, grip, move, resize, same, span, type Box, type Grip, type Point, type Size } from "../arithmetic/box";
import { element } from "../page/dom";
import { HOW, inWords, keyed } from "./occluder_keys";

export interface OccluderHost {
  /** Element that covers the picture exactly and receives the pointer. */
  readonly surface: HTMLElement;
  readonly size: () => Size | null;
  readonly mayDraw: () => boolean;
  /** Called on every change; final when the hand let go. */
  readonly changed: (box: Box | null, final: boolean) => void;
  /** Tells who cannot see it what a key has done. */
  readonly say: (words: string) => void;
}
interface Drag {
  readonly pointer: number;
  readonly grip: Grip | "new";
  readonly from: Point;
  readonly before: Box | null;
  moved: boolean;
}

const REACH = { mouse: 7, touch: 16 };
const HAND_SHAKE = 3;
const GONE = "The occluder is gone";

export class Occluder {
  box: Box | null = null;
  readonly node = element("div", { class: "dv-occluder", tabindex: 0, role: "group", "aria-roledescription": "movable rectangle", hidden: true });
  #drag: Drag | null = null;

  constructor(
    private readonly host: OccluderHost,
    signal: AbortSignal,
  ) {
    const { surface } = host;
    surface.append(this.node);
    surface.addEventListener("pointerdown", this.#down, { signal });
    surface.addEventListener("pointermove", this.#move, { signal });
    surface.addEventListener("pointerup", this.#up, { signal });
    surface.addEventListener("pointercancel", this.#up, { signal });
    surface.addEventListener("dblclick", this.#remove, { signal });
    this.node.addEventListener("keydown", this.#key, { signal });
  }

  /** Whether the hand holds a rectangle that was there before. */
  get held(): boolean {
    return this.#drag !== null && this.#drag.grip !== "new";
  }

  /** Whether the hand is moving or drawing a rectangle now. */
  get dragging(): boolean {
    return this.#drag?.moved ?? false;
  }

  /** Takes a box from the kernel; ignored while the hand holds the rectangle. */
  adopt(box: Box | null): void {
    if (!this.#drag) this.box = box;
  }

  /** Puts the focusable element over the rectangle; out of sight while the hand moves it, for then a page would lay out
   *  and layer anew for every move of the pointer, which takes twice as long as drawing the rectangle. */
  place(): void {
    const size = this.host.size();
    this.node.style.opacity = this.dragging ? "0" : "";
    if (this.dragging) return;
    this.node.hidden = !this.box || !size;
    if (!this.box || !size) return;
    const [top, left, height, width] = this.box;
    const percent = (x: number, of: number): string => `${(100 * x) / of}%`;
    Object.assign(this.node.style, {
      top: percent(top, size[0]),
      left: percent(left, size[1]),
      height: percent(height, size[0]),
      width: percent(width, size[1]),
    });
    this.node.setAttribute("aria-label", `Occluder at ${inWords(this.box)}. ${HOW}`);
  }

  /** Gives the rectangle the focus, so that keys move it; where there is none, a wanted one, if one may be drawn. */
  take(wanted: (size: Size) => Box): void {
    const size = this.host.size();
    if (!size || !this.host.surface.checkVisibility() || !(this.box || this.host.mayDraw())) return;
    if (!this.box) this.#set(wanted(size), true);
    this.place();
    this.node.focus();
  }

  /** Removes the rectangle; false when there was none. */
  clear(): boolean {
    if (!this.box) return false;
    this.#set(null, true);
    this.host.say(GONE);
    return true;
  }

  /** Picture coordinates of a pointer event. */
  point(event: MouseEvent): Point {
    const [height, width] = this.host.size() ?? [1, 1];
    const at = this.host.surface.getBoundingClientRect();
    return [((event.clientY - at.top) / at.height) * height, ((event.clientX - at.left) / at.width) * width];
  }

  #scale(): number {
    return this.host.surface.getBoundingClientRect().height / (this.host.size()?.[0] ?? 1) || 1;
  }

  #grip(event: PointerEvent | MouseEvent): Grip | null {
    if (!this.box) return null;
    const reach = event instanceof PointerEvent && event.pointerType === "touch" ? REACH.touch : REACH.mouse;
    return grip(this.box, this.point(event), reach / this.#scale());
  }

  readonly #down = (event: PointerEvent): void => {
    if (event.button !== 0 || this.#drag || !this.host.size()) return;
    const held = this.#grip(event) ?? (this.host.mayDraw() ? "new" : null);
    if (held === null) return;
    event.preventDefault();
    this.host.surface.setPointerCapture(event.pointerId);
    this.#drag = { pointer: event.pointerId, grip: held, from: this.point(event), before: this.box, moved: false };
    if (held !== "new") this.node.focus({ preventScroll: true });
  };

  readonly #move = (event: PointerEvent): void => {
    const drag = this.#drag;
    const size = this.host.size();
    if (!drag || !size) {
      this.host.surface.style.cursor = cursor(this.#grip(event)) || (this.host.mayDraw() ? "crosshair" : "");
      return;
    }
    if (drag.pointer !== event.pointerId) return;
    const to = this.point(event);
    const [rows, cols] = [to[0] - drag.from[0], to[1] - drag.from[1]];
    if (!drag.moved && drag.grip === "new" && Math.hypot(rows, cols) * this.#scale() < HAND_SHAKE) return;
    drag.moved = true;
    this.#set(dragged(drag, to, rows, cols, size), false);
  };

  readonly #up = (event: PointerEvent): void => {
    const drag = this.#drag;
    if (!drag || drag.pointer !== event.pointerId) return;
    this.#drag = null;
    if (!drag.moved) return;
    this.host.changed(this.box, true);
    this.place();
    if (drag.grip === "new") this.node.focus({ preventScroll: true });
  };

  readonly #remove = (event: MouseEvent): void => {
    if (this.#grip(event) !== null) this.clear();
  };

  readonly #key = (event: KeyboardEvent): void => {
    const size = this.host.size();
    const next = this.box && size ? keyed(this.box, event, size) : undefined;
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    if (next === null) return void this.clear();
    this.#set(next, true);
    this.host.say(inWords(next));
  };

  #set(box: Box | null, final: boolean): void {
    const size = this.host.size();
    const next = box && size ? clamp(box, size) : null;
    if (same(next, this.box) && !final) return;
    this.box = next;
    this.host.changed(next, final);
  }
}

function dragged(drag: Drag, to: Point, rows: number, cols: number, size: Size): Box {
  if (drag.grip === "new" || !drag.before) return span(drag.from, to, size);
  if (drag.grip === "inside") return move(drag.before, rows, cols, size);
  return resize(drag.before, drag.grip, rows, cols, size);
}
