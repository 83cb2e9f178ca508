// What the stage shows, at the picture's own resolution: the picture, the occluder's crop of the fill, the overlay.
import type { Box, Size } from "../arithmetic/box";
import { context, flush, pixels, resized, type Pixels } from "../page/canvas";
import { span, steps, toneTable, translucent, type ColormapName } from "../arithmetic/colormap";
import { classColour } from "../arithmetic/class_colour";
import { bilinear, colourPlane, copyRgb } from "../arithmetic/pixels";
import { number, take, text, type Frame } from "../link/protocol";

interface Overlay {
  readonly values: Float32Array;
  readonly lo: number;
  readonly hi: number;
  readonly signed: boolean;
  readonly title: string;
  /** what the ends of the colours stand for */
  readonly ends: readonly [number, number];
  /** whether it is made of pixels: the picture is grey below it */
  readonly fine: boolean;
}

export class Scene {
  size: Size | null = null;
  rgb: Uint8Array | null = null;
  overlay: Overlay | null = null;
  #picture: Pixels | null = null;
  #fill: Pixels | null = null;
  #colours: Pixels | null = null;
  #overlayFrame: Frame | null = null;
  #labels: Pixels | null = null;
  #labelled: { classes: Uint16Array; h: number; w: number; names: Record<string, string> } | null = null;
  readonly #composed = document.createElement("canvas");

  setPicture(frame: Frame): void {
    const picture = take(frame, "picture", "uint8", 3);
    if (!picture || picture.shape[2] !== 3 || picture.values.length === 0) return;
    const [height, width] = picture.shape as [number, number, number];
    const moved = !this.size || this.size[0] !== height || this.size[1] !== width;
    this.size = [height, width];
    this.rgb = picture.values;
    this.#picture = load(this.#picture, picture.values, height, width);
    const fill = take(frame, "fill", "uint8", 3);
    this.#fill = fill && fill.values.length === picture.values.length ? load(this.#fill, fill.values, height, width) : null;
    if (moved && this.#overlayFrame) this.setOverlay(this.#overlayFrame);
  }

  setOverlay(frame: Frame): void {
    this.#overlayFrame = frame;
    const plane = take(frame, "values", "uint8", 2) ?? take(frame, "values", "uint16", 2);
    this.overlay = null;
    if (!plane || plane.values.length === 0 || !this.size) return;
    const [h, w] = plane.shape as [number, number];
    const { meta } = frame;
    const [lo, hi, signed] = [number(meta, "lo", 0), number(meta, "hi", 1), meta.signed === true];
    const most = plane.values instanceof Uint16Array ? 65535 : 255;
    const values = bilinear(plane.values, h, w, ...this.size).map((q) => lo + ((hi - lo) * q) / most);
    this.overlay = { values, lo, hi, signed, title: text(meta, "title"), ends: endsOf(meta.ends) ?? span(lo, hi, signed), fine: meta.fine === true };
  }

  /** A map of classes, which lies over the picture where no overlay does. */
  setLabels(frame: Frame): void {
    const plane = take(frame, "classes", "uint16", 2);
    this.#labelled = null;
    if (!plane || plane.values.length === 0) return;
    const [h, w] = plane.shape as [number, number];
    this.#labelled = { classes: plane.values, h, w, names: (frame.meta.names ?? {}) as Record<string, string> };
    this.#labels = this.#labels ? resized(this.#labels, h, w) : pixels(h, w);
    for (const [at, index] of plane.values.entries()) {
      const [red, green, blue] = classColour(index);
      this.#labels.words[at] = ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
    }
    flush(this.#labels);
  }

  /** What the class at a pixel is called, or null. */
  labelAt(row: number, col: number): string | null {
    if (!this.#labelled || !this.size) return null;
    const { classes, h, w, names } = this.#labelled;
    const at = (place: number, of: number, cells: number): number => Math.min(cells - 1, Math.floor((place * cells) / of));
    return names[String(classes[at(row, this.size[0], h) * w + at(col, this.size[1], w)])] ?? null;
  }

  /** Colours the overlay again, after a new one or a new colour map. */
  colour(colormap: ColormapName): void {
    if (!this.overlay || !this.size) return;
    const { values, ends, signed } = this.overlay;
    this.#colours = resized(this.#colours, ...this.size);
    // where a map says nothing the picture shows through
    const table = translucent(toneTable({ colormap, gamma: 1, boost: 0, signed }), signed);
    const [start, slope] = steps(0, 1, 1, ends, signed);
    colourPlane(this.#colours.words, 0, this.size[1], values, ...this.size, table, start, slope);
    flush(this.#colours);
  }

  /** Value of the overlay at a pixel, or null. */
  overlayAt(row: number, col: number): number | null {
    if (!this.overlay || !this.size) return null;
    return this.overlay.values[row * this.size[1] + col] ?? null;
  }

  /** The composed picture (height, width): what the network sees under the overlay. */
  compose(box: Box | null, opacity: number): HTMLCanvasElement | null {
    if (!this.size || !this.#picture) return null;
    const [height, width] = this.size;
    const target = this.#composed;
    if (target.height !== height) target.height = height;
    if (target.width !== width) target.width = width;
    const drawing = context(target);
    drawing.globalAlpha = 1;
    const mapped = this.overlay !== null && this.#colours !== null && opacity > 0;
    drawing.filter = mapped && this.overlay!.fine ? "grayscale(1)" : "none";
    drawing.drawImage(this.#picture.canvas, 0, 0);
    if (box) this.#cover(drawing, box);
    drawing.filter = "none";
    if (this.#labelled && !this.overlay && opacity > 0) {
      drawing.globalAlpha = Math.min(1, opacity);
      drawing.imageSmoothingEnabled = false;
      drawing.drawImage(this.#labels!.canvas, 0, 0, width, height);
    }
    if (mapped) {
      drawing.globalAlpha = Math.min(1, opacity);
      drawing.drawImage(this.#colours!.canvas, 0, 0);
    }
    return target;
  }

  #cover(drawing: CanvasRenderingContext2D, [top, left, height, width]: Box): void {
    if (this.#fill) return drawing.drawImage(this.#fill.canvas, left, top, width, height, left, top, width, height);
    drawing.fillStyle = "rgb(128 128 128)";
    drawing.fillRect(left, top, width, height);
  }
}

function load(old: Pixels | null, rgb: Uint8Array, height: number, width: number): Pixels {
  const image = old ? resized(old, height, width) : pixels(height, width);
  copyRgb(image.words, 0, width, rgb, height, width);
  flush(image);
  return image;
}

/** Two finite numbers of a frame's meta, or null. */
function endsOf(value: unknown): readonly [number, number] | null {
  const [low, high] = Array.isArray(value) ? (value as unknown[]) : [];
  return Number.isFinite(low) && Number.isFinite(high) ? [low as number, high as number] : null;
}
