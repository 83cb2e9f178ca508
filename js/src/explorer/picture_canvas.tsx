// Pictures and maps from frames, small: as canvases, or as images.
import { useEffect, useMemo, useRef } from "preact/hooks";
import { context, pixels, flush } from "../page/canvas";
import { copyRgb } from "../arithmetic/pixels";
import { take, type Frame } from "../link/protocol";

/** One picture (height, width, 3) of bytes. */
interface Picture {
  readonly rgb: Uint8Array;
  readonly height: number;
  readonly width: number;
  readonly title?: string;
}

/** A picture, shown at its own shape inside a square. */
export function PictureCanvas({ rgb, height, width, title = "" }: Picture) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const node = canvas.current!;
    if (node.height !== height) node.height = height;
    if (node.width !== width) node.width = width;
    context(node).drawImage(drawn(rgb, height, width), 0, 0);
  }, [rgb, height, width]);
  const words = title ? { role: "img" as const, "aria-label": title, title } : { "aria-hidden": true as const };
  return <canvas ref={canvas} class="dv-picture-canvas" {...words} />;
}

/** The same as an image, for pictures that stay: many canvases are as many layers, which a page puts together anew in each step of a drag. */
export function PictureImage({ rgb, height, width, title = "" }: Picture) {
  const address = useMemo(() => drawn(rgb, height, width).toDataURL(), [rgb, height, width]);
  return <img class="dv-picture" src={address} alt={title} title={title || undefined} draggable={false} />;
}

function drawn(rgb: Uint8Array, height: number, width: number): HTMLCanvasElement {
  const made = pixels(height, width);
  copyRgb(made.words, 0, width, rgb, height, width);
  flush(made);
  return made.canvas;
}

/** The pictures (n, height, width, 3) of a frame, one by one. */
export function picturesOf(frame: Frame | null): { rgb: Uint8Array; height: number; width: number }[] {
  const found = frame && take(frame, "pictures", "uint8", 4);
  if (!found) return [];
  const [count = 0, height = 0, width = 0] = found.shape;
  const area = height * width * 3;
  return Array.from({ length: count }, (_, i) => ({ rgb: found.values.subarray(i * area, (i + 1) * area), height, width }));
}

/** The pictures of a frame, the same ones until another frame comes, so that each is drawn once. */
export const usePictures = (frame: Frame | null): ReturnType<typeof picturesOf> => useMemo(() => picturesOf(frame), [frame]);
