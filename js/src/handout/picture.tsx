// A picture with its caption; large pixels are squares.
import { outline } from "../page/canvas";
import type { PicturePart, PictureRef } from "./parts";
import { picture, type Shown } from "./store";
import { useCanvas, useLater } from "./use";

const SQUARES_FROM = 12; // css px of one pixel

/** The width that a picture or map takes, its longest side being `size` css px. */
export const widthOf = (height: number, width: number, size: number): string => `${Math.max(1, Math.round((size * width) / Math.max(height, width)))}px`;

export function Picture(part: PicturePart) {
  const { pixels, caption, size, boxes, marked } = part;
  const shown = useLater(() => picture(pixels), [pixels.picture]);
  const canvas = useCanvas((drawing, height, width) => drawPicture(drawing, shown, height, width, boxes), [shown, boxes]);
  return (
    <figure class={marked ? "marked" : ""} style={{ width: widthOf(pixels.height, pixels.width, size) }}>
      <canvas ref={canvas} role="img" aria-label={caption || "Picture"} style={shapeOf(pixels)} />
      {caption && <figcaption>{caption}</figcaption>}
    </figure>
  );
}

export const shapeOf = ({ height, width }: PictureRef) => ({ aspectRatio: `${width} / ${height}` });

export function drawPicture(drawing: CanvasRenderingContext2D, shown: Shown | null, height: number, width: number, boxes: PicturePart["boxes"]): void {
  if (!shown) return;
  drawing.imageSmoothingEnabled = width / shown.width < SQUARES_FROM;
  drawing.imageSmoothingQuality = "high";
  drawing.drawImage(shown.canvas, 0, 0, width, height);
  const scale = width / shown.width;
  for (const box of boxes) outline(drawing, box.map((side) => side * scale), "#ffd166");
}
