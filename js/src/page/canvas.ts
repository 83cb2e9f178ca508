// Canvases: sharp on every screen, and small ones off screen that hold pictures at their own resolution.
export interface Pixels {
  readonly canvas: HTMLCanvasElement;
  readonly context: CanvasRenderingContext2D;
  readonly image: ImageData;
  readonly words: Uint32Array;
}

/** Context of a canvas, which browsers always have; one that is read back often is kept off the graphics card. */
export function context(canvas: HTMLCanvasElement, willReadFrequently = false): CanvasRenderingContext2D {
  const found = canvas.getContext("2d", { willReadFrequently });
  if (!found) throw new Error("This browser cannot draw on a canvas.");
  return found;
}

/** An off-screen picture of (height, width) pixels, written through `words` and shown by `flush`. */
export function pixels(height: number, width: number): Pixels {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const image = new ImageData(width, height);
  return { canvas, context: context(canvas), image, words: new Uint32Array(image.data.buffer) };
}

/** The picture itself when it has this size already, else a new one. */
export function resized(old: Pixels | null, height: number, width: number): Pixels {
  return old && old.image.width === width && old.image.height === height ? old : pixels(height, width);
}

/** Puts the written words onto the canvas. */
export function flush({ context, image }: Pixels): void {
  context.putImageData(image, 0, 0);
}

/** Gives a canvas one backing pixel per screen pixel and returns its context in css px, cleared.
 *
 * Without room, as while the theme of the page changes, the canvas keeps what it shows and nothing is drawn: a size that
 * is back within the same frame is news to no observer.
 */
export function sharpen(canvas: HTMLCanvasElement, height: number, width: number): CanvasRenderingContext2D {
  const drawing = context(canvas);
  const ratio = height > 0 && width > 0 ? window.devicePixelRatio || 1 : 0;
  const [rows, cols] = [Math.round(height * ratio), Math.round(width * ratio)];
  if (rows > 0 && canvas.height !== rows) canvas.height = rows;
  if (cols > 0 && canvas.width !== cols) canvas.width = cols;
  drawing.setTransform(ratio, 0, 0, ratio, 0, 0);
  drawing.clearRect(0, 0, width, height);
  return drawing;
}

/** A rectangle's outline that shows on any picture: light on dark, in css px. */
export function outline(drawing: CanvasRenderingContext2D, [top, left, height, width]: readonly number[], colour: string, dash: number[] = []): void {
  const rect = [left! + 0.5, top! + 0.5, Math.max(1, width! - 1), Math.max(1, height! - 1)] as const;
  drawing.save();
  drawing.setLineDash([]);
  drawing.lineWidth = 3;
  drawing.strokeStyle = "rgba(0, 0, 0, 0.65)";
  drawing.strokeRect(...rect);
  drawing.setLineDash(dash);
  drawing.lineWidth = 1.5;
  drawing.strokeStyle = colour;
  drawing.strokeRect(...rect);
  drawing.restore();
}
