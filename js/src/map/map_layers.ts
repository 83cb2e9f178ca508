// What a map view paints, at its own resolution: the picture below, the map over it, the outline of the object.
import { flush, resized, type Pixels } from "../page/canvas";
import { contour, type Edge } from "../arithmetic/contour";
import type { Tone } from "../arithmetic/colormap";
import { copyRgb, greyed } from "../arithmetic/pixels";
import { MapPlane, type Limits } from "./plane";
import { take, type Frame } from "../link/protocol";

export interface Look {
  readonly smooth: boolean;
  readonly opacity: number;
  readonly outline: boolean;
}

/** Lines that show on any picture: white on black. */
const CASING = [["rgba(0, 0, 0, 0.7)", 3.5], ["#ffffff", 1.5]] as const;

export class MapLayers {
  plane: MapPlane | null = null;
  #image: Pixels | null = null;
  #below: Pixels | null = null;
  #grey: Pixels | null = null; // under a map the picture's own colours would be taken for the map's
  #mask: { edges: Edge[]; height: number; width: number } | null = null;

  /** The map or picture of a frame; an empty one clears it. */
  load(frame: Frame | null): void {
    const next = frame && new MapPlane(frame);
    this.plane = next && !next.empty ? next : null;
  }

  /** The picture that lies below, and the mask of its object. */
  loadBelow(frame: Frame | null): void {
    const picture = frame && take(frame, "picture", "uint8", 3);
    const [height = 0, width = 0] = picture?.shape ?? [];
    const rgb = picture && height * width > 0 ? picture.values : null;
    this.#below = rgb && rgbPixels(this.#below, rgb, height, width);
    this.#grey = rgb && rgbPixels(this.#grey, greyed(rgb), height, width);
    const mask = frame && take(frame, "mask", "uint8", 2);
    const [rows = 0, cols = 0] = mask?.shape ?? [];
    this.#mask = mask && rows * cols > 0 ? { edges: contour(mask.values, rows, cols), height: rows, width: cols } : null;
  }

  /** (height, width) of what is shown; one pixel while there is nothing. */
  get size(): readonly [number, number] {
    if (this.plane) return [this.plane.height, this.plane.width];
    return this.#below ? [this.#below.image.height, this.#below.image.width] : [1, 1];
  }

  get empty(): boolean {
    return !this.plane && !this.#below;
  }

  colour(tone: Tone, limits: Limits | null): void {
    if (this.plane) this.#image = this.plane.colour(tone, this.#image, limits);
  }

  /** Paints everything onto (height, width) css px. */
  draw(drawing: CanvasRenderingContext2D, height: number, width: number, { smooth, opacity, outline }: Look): void {
    drawing.imageSmoothingEnabled = smooth;
    drawing.imageSmoothingQuality = "high";
    const below = this.plane && opacity > 0 ? this.#grey : this.#below;
    if (below) drawing.drawImage(below.canvas, 0, 0, width, height);
    if (this.plane && this.#image) {
      drawing.globalAlpha = this.#below ? opacity : 1;
      drawing.drawImage(this.#image.canvas, 0, 0, width, height);
      drawing.globalAlpha = 1;
    }
    if (outline) this.#drawOutline(drawing, height, width);
  }

  #drawOutline(drawing: CanvasRenderingContext2D, height: number, width: number): void {
    if (!this.#mask) return;
    const [down, across] = [height / this.#mask.height, width / this.#mask.width];
    drawing.save();
    drawing.lineCap = "square";
    drawing.beginPath();
    for (const [top, left, bottom, right] of this.#mask.edges) {
      drawing.moveTo(left * across, top * down);
      drawing.lineTo(right * across, bottom * down);
    }
    for (const [colour, thick] of CASING) {
      drawing.strokeStyle = colour;
      drawing.lineWidth = thick;
      drawing.stroke();
    }
    drawing.restore();
  }
}

function rgbPixels(old: Pixels | null, rgb: Uint8Array, height: number, width: number): Pixels {
  const image = resized(old, height, width);
  copyRgb(image.words, 0, width, rgb, height, width);
  flush(image);
  return image;
}
